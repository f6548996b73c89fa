"""Accounts at identity providers, and the accounts here that they are connected to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.query import Query, command, query


class ConnectedIdentity(Struct, frozen=True):
    """`email` is the verified address there when it was connected, or ""."""

    id: str
    provider: str
    email: str
    created_at: datetime
    used_at: datetime | None


IDENTITIES: Query[ConnectedIdentity] = query(
    ConnectedIdentity, "SELECT id, provider, email, created_at, used_at FROM identities WHERE account_id = $1 ORDER BY created_at, id"
)
USE_IDENTITY: Query[str] = query(str, "UPDATE identities SET used_at = $3 WHERE issuer = $1 AND subject = $2 RETURNING account_id")
CONNECT: Query[str] = query(
    str,
    """
    INSERT INTO identities (id, account_id, provider, issuer, subject, email, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (issuer, subject) DO NOTHING RETURNING id
""",
)
OWNER: Query[str] = query(str, "SELECT account_id FROM identities WHERE issuer = $1 AND subject = $2")
DISCONNECT: Query[str] = query(str, "DELETE FROM identities WHERE id = $1 AND account_id = $2 RETURNING provider")
PERSON_IDENTITIES: Query[dict[str, Any]] = query(
    lambda identity: identity,
    """
    SELECT jsonb_build_object('provider', provider, 'email', email, 'created_at', created_at) AS identity
      FROM identities WHERE account_id = $1 ORDER BY created_at, id
""",
)
ERASE = command("DELETE FROM identities WHERE account_id = $1")
