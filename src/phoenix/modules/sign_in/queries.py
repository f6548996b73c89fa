"""Queries for signing someone in, unverified sign-ups, and the protection of an account."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.modules.accounts.actions.accounts import Account


class Credentials(Struct, frozen=True):
    """What a password is checked against: the account, the latest unverified sign-up, or both, for one address."""

    account: str | None
    password_hash: str | None
    generation: int | None
    sign_up: str | None
    sign_up_hash: str | None
    knows_device: bool


class Protected(Struct, frozen=True):
    """An account, with what must be known about it before a session starts."""

    kind: str
    locked: bool
    generation: int
    totp: bool
    passkeys: int
    knows_device: bool
    knows_any_device: bool
    id: str
    email: str
    name: str
    time_zone: str
    locale: str
    contact: str
    created_at: datetime
    version: int

    @property
    def owner(self) -> Account:
        return Account(self.id, self.email, self.name, self.time_zone, self.locale, self.contact, self.created_at, self.version)


class Protection(Struct, frozen=True):
    """A summary of an account's protection."""

    has_password: bool
    totp_since: datetime | None
    backup_codes_left: int
    passkeys: int
    passkey_used_at: datetime | None
    identities: int
    sessions: int
    devices: int


class OwnerOfAddress(Struct, frozen=True):
    """The account of an address, and whether it knows a device."""

    account: str
    knows_device: bool


class SignUp(Struct, frozen=True):
    id: str
    email: str
    email_key: str
    name: str
    password_hash: str
    time_zone: str
    locale: str
    destination: str


OWNER: Query[OwnerOfAddress] = query(
    OwnerOfAddress,
    """
    SELECT a.id AS account, EXISTS (SELECT 1 FROM known_devices d WHERE d.account_id = a.id AND d.device_hash = $2) AS knows_device
      FROM accounts a WHERE a.email_key = $1 AND a.kind = 'person'
""",
)
CREDENTIALS: Query[Credentials] = query(
    Credentials,
    """
    SELECT a.id AS account, a.password_hash AS password_hash, a.credential_generation AS generation, s.id AS sign_up, s.password_hash AS sign_up_hash,
           EXISTS (SELECT 1 FROM known_devices d WHERE d.account_id = a.id AND d.device_hash = $3) AS knows_device
      FROM (SELECT) one
      LEFT JOIN accounts a ON a.email_key = $1 AND a.kind = 'person'
      LEFT JOIN LATERAL (SELECT id, password_hash FROM sign_ups WHERE email_key = $1 AND created_at > $2
                          ORDER BY created_at DESC LIMIT 1) s ON true
""",
)
PROTECTED: Query[Protected] = query(
    Protected,
    """
    SELECT a.kind AS kind, a.locked_at IS NOT NULL OR a.erased_at IS NOT NULL AS locked, a.credential_generation AS generation,
           EXISTS (SELECT 1 FROM totp_secrets t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL) AS totp,
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id) AS passkeys,
           EXISTS (SELECT 1 FROM known_devices d WHERE d.account_id = a.id AND d.device_hash = $2) AS knows_device,
           EXISTS (SELECT 1 FROM known_devices d WHERE d.account_id = a.id) AS knows_any_device,
           a.id AS id, a.email AS email, a.name AS name, a.time_zone AS time_zone, a.locale AS locale, a.contact AS contact,
           a.created_at AS created_at, a.version AS version
      FROM accounts a WHERE a.id = $1
""",
)
PROTECTION: Query[Protection] = query(
    Protection,
    """
    SELECT a.password_hash <> '!' AS has_password,
           (SELECT confirmed_at FROM totp_secrets t WHERE t.account_id = a.id) AS totp_since,
           (SELECT count(*) FROM backup_codes b WHERE b.account_id = a.id AND b.used_at IS NULL) AS backup_codes_left,
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id) AS passkeys,
           (SELECT max(used_at) FROM passkeys p WHERE p.account_id = a.id) AS passkey_used_at,
           (SELECT count(*) FROM identities i WHERE i.account_id = a.id) AS identities,
           (SELECT count(*) FROM sessions s WHERE s.account_id = a.id AND s.ended_at IS NULL AND s.until > $2 AND s.idle_until > $2
               AND s.impersonator_id IS NULL) AS sessions,
           (SELECT count(*) FROM known_devices d WHERE d.account_id = a.id) AS devices
      FROM accounts a WHERE a.id = $1
""",
)

_SIGN_UP = "SELECT s.id, s.email, s.email_key, s.name, s.password_hash, s.time_zone, s.locale, s.destination FROM sign_ups s"
INSERT_SIGN_UP = command("""
    INSERT INTO sign_ups (id, email, email_key, name, password_hash, time_zone, locale, created_at, destination)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
""")
SIGN_UP: Query[SignUp] = query(SignUp, f"{_SIGN_UP} WHERE s.id = $1")
# The verified sign-up, if it still exists; but if the browser itself sent one for the same address, that one.
SIGN_UP_TO_COMPLETE: Query[SignUp] = query(
    SignUp,
    f"""{_SIGN_UP} JOIN sign_ups verified ON s.email_key = verified.email_key AND s.id IN (verified.id, $2)
     WHERE verified.id = $1 ORDER BY (s.id = $2) DESC LIMIT 1
""",
)
NEWEST_SIGN_UP: Query[SignUp] = query(SignUp, f"{_SIGN_UP} WHERE s.email_key = $1 AND s.created_at > $2 ORDER BY s.created_at DESC LIMIT 1")
FORGET_SIGN_UPS = command("DELETE FROM sign_ups WHERE email_key = $1")
FORGET_OLD_SIGN_UPS = purge("sign_ups", "created_at < $1")
ERASE = command("DELETE FROM sign_ups WHERE email_key = (SELECT email_key FROM accounts WHERE id = $1)")
