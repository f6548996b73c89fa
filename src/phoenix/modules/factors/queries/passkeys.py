"""Passkeys: public keys of people's devices (WebAuthn Level 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.query import Query, query


class Passkey(Struct, frozen=True):
    """`sign_count` stays zero if the device does not count; `backed_up` means that the passkey is synced to several devices, and
    `backup_eligible` that it could be. The latter is None for one that was added before we asked, until it is used.
    """

    id: str
    account: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    transports: Sequence[str]
    backed_up: bool
    backup_eligible: bool | None
    created_at: datetime
    used_at: datetime | None


_SELECT = """
    SELECT id, account_id AS account, credential_id, public_key, sign_count, name, transports, backed_up, backup_eligible, created_at, used_at FROM passkeys
"""

PASSKEYS: Query[Passkey] = query(Passkey, f"{_SELECT} WHERE account_id = $1 ORDER BY created_at, id LIMIT 100")
PASSKEY: Query[Passkey] = query(Passkey, f"{_SELECT} WHERE id = $1 AND account_id = $2")
PASSKEY_BY_CREDENTIAL: Query[Passkey] = query(Passkey, f"{_SELECT} WHERE credential_id = $1")
COUNT_PASSKEYS: Query[int] = query(int, "SELECT count(*) FROM passkeys WHERE account_id = $1")
ADD_PASSKEY: Query[Passkey] = query(
    Passkey,
    """
    INSERT INTO passkeys (id, account_id, credential_id, public_key, sign_count, name, transports, backed_up, created_at, backup_eligible)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (credential_id) DO NOTHING
    RETURNING id, account_id AS account, credential_id, public_key, sign_count, name, transports, backed_up, backup_eligible, created_at, used_at
""",
)
# The counter must increase, unless the device does not count (WebAuthn Level 3, 6.1.1). Of two simultaneous copies exactly one succeeds.
# A passkey that can be synced has as many counters as it has devices. Whether it can is what was signed when it was added: a copy
# could sign anything now.
USE_PASSKEY: Query[int] = query(
    int,
    """
    UPDATE passkeys SET sign_count = $2, backed_up = $3, used_at = $4, backup_eligible = coalesce(backup_eligible, $5)
     WHERE id = $1 AND (backup_eligible IS TRUE OR sign_count < $2 OR (sign_count = 0 AND $2 = 0)) RETURNING 1
""",
)
RENAME_PASSKEY: Query[Passkey] = query(
    Passkey,
    """
    UPDATE passkeys SET name = $3 WHERE id = $1 AND account_id = $2
    RETURNING id, account_id AS account, credential_id, public_key, sign_count, name, transports, backed_up, backup_eligible, created_at, used_at
""",
)
REMOVE_PASSKEY: Query[str] = query(str, "DELETE FROM passkeys WHERE id = $1 AND account_id = $2 RETURNING id")
REMOVE_PASSKEYS: Query[str] = query(str, "DELETE FROM passkeys WHERE account_id = $1 RETURNING id")
