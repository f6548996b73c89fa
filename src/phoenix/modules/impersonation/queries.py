"""Sessions in which staff impersonate people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.query import Query, query


class Impersonation(Struct, frozen=True):
    """A session in which staff impersonate a person."""

    id: str
    account: str
    name: str
    staff: str
    staff_name: str
    until: datetime
    writes: bool


class ImpersonationFacts(Struct, frozen=True):
    """Who is impersonating someone, until when and why."""

    staff_name: str
    until: datetime
    reason: str


IMPERSONATION: Query[Impersonation] = query(
    Impersonation,
    """
    SELECT s.id AS id, a.id AS account, a.name AS name, i.id AS staff, i.name AS staff_name, s.until AS until, s.impersonation_writes AS writes
      FROM sessions s JOIN accounts a ON a.id = s.account_id JOIN accounts i ON i.id = s.impersonator_id
     WHERE s.id = $1 AND s.ended_at IS NULL AND s.until > $2
""",
)
FACTS: Query[ImpersonationFacts] = query(
    ImpersonationFacts,
    """
    SELECT i.name AS staff_name, s.until AS until, s.impersonation_reason AS reason
      FROM sessions s JOIN accounts i ON i.id = s.impersonator_id WHERE s.id = $1
""",
)
PERSON_IMPERSONATIONS: Query[dict[str, Any]] = query(
    lambda impersonation: impersonation,
    """
    SELECT jsonb_build_object('session', id, 'created_at', created_at, 'until', until, 'ended_at', ended_at,
                              'reason', impersonation_reason, 'writes', impersonation_writes) AS impersonation
      FROM sessions WHERE account_id = $1 AND impersonator_id IS NOT NULL ORDER BY created_at DESC
""",
)
