"""JSON routes of what protects an account: password, address, second factors, API keys, and the keys that sign tokens."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from phoenix.kernel.web.call import Accepted, Call, Created
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.accounts.actions import api_keys, change_address, change_password, second_factor, signing_keys
from phoenix.modules.accounts.actions.prove import Given
from phoenix.modules.accounts.api.data import PROOFS, RESETS, EmailData, Nothing, ProofData, Text
from phoenix.modules.accounts.queries import protection, tokens


class PasswordData(Struct, forbid_unknown_fields=True):
    """`current_password` may be left out by who signs in another way and has none yet."""

    password: Text
    current_password: Text = ""


class CodeData(Struct, forbid_unknown_fields=True):
    code: Text


class ApiKeyData(Struct, forbid_unknown_fields=True):
    """`scopes` are names of permissions; the key lives for `days`, 366 at most."""

    name: Text
    scopes: list[Text]
    days: int = 90


class ProtectionAnswer(Struct):
    has_password: bool
    totp_since: Instant | None
    backup_codes_left: int
    passkeys: int
    identities: int
    sessions: int


class EnrolmentAnswer(Struct):
    secret: str
    uri: str


class BackupCodes(Struct):
    codes: list[str]


class ApiKeyAnswer(Struct):
    """`key` is there once, when the key was made."""

    id: str
    name: str
    hint: str
    scopes: list[str]
    created_at: Instant
    seen_at: Instant | None
    expires_at: Instant


class NewApiKeyAnswer(Struct):
    id: str
    key: str


class ApiKeyList(Struct):
    items: list[ApiKeyAnswer]
    next_cursor: str | None = None


class KeySet(Struct):
    """A JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]


@get("/api/v2/security", may=SIGNED_IN, before_second_factor=True, queries=1)
async def read_security(call: Call) -> ProtectionAnswer:
    """What protects your account."""
    found = await call.db.one(protection.PROTECTION, call.actor.account, call.db.now)
    since = instant(found.totp_since) if found.totp_since else None
    return ProtectionAnswer(found.has_password, since, found.backup_codes_left, found.passkeys, found.identities, found.sessions)


@post("/api/v2/me/password", may=SIGNED_IN, queries=7, limits=(PROOFS,), sensitive=True)
async def change_my_password(call: Call, data: PasswordData) -> None:
    """Set a new password by the current one. Your other sessions end. Wants a recent log-in, or `confirm`."""
    await change_password.change_password(call.runtime, call.tx, call.actor, current=data.current_password, password=data.password)


@post("/api/v2/me/email", may=SIGNED_IN, queries=4, limits=(RESETS,), sensitive=True)
async def ask_for_address_change(call: Call, data: EmailData) -> Accepted[Nothing]:
    """Send a proof to a new address. Nothing changes before it is used."""
    await change_address.ask_for_change(call.runtime, call.tx, call.actor, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/me/email/confirm", may=SIGNED_IN, queries=11, limits=(PROOFS,))
async def change_my_address(call: Call, data: ProofData) -> None:
    """Make the proven address yours, by the token or code of the mail to it. The old one is told."""
    await change_address.change_address(call.runtime, call.tx, call.actor, Given(data.token, data.email, data.code))


@post("/api/v2/totp", may=SIGNED_IN, before_second_factor=True, queries=3, sensitive=True)
async def begin_totp(call: Call) -> Created[EnrolmentAnswer]:
    """Begin to set up an authenticator app (RFC 6238). It protects nothing until its first code was confirmed."""
    made = await second_factor.begin_totp(call.runtime, call.tx, call.actor)
    return Created(EnrolmentAnswer(made.secret, made.uri), "/api/v2/totp")


@post("/api/v2/totp/confirm", may=SIGNED_IN, before_second_factor=True, queries=12, limits=(PROOFS,), sensitive=True)
async def confirm_totp(call: Call, data: CodeData) -> Created[BackupCodes]:
    """Turn it on by the code it shows. The answer holds ten backup codes, which are shown this once."""
    return Created(BackupCodes(await second_factor.confirm_totp(call.runtime, call.tx, call.actor, data.code)), "/api/v2/security")


@delete("/api/v2/totp", may=SIGNED_IN, queries=5, sensitive=True)
async def remove_totp(call: Call) -> None:
    """Turn it off. Its backup codes end with it."""
    await second_factor.remove_totp(call.tx, call.actor.account)


@post("/api/v2/backup_codes", may=SIGNED_IN, queries=5, sensitive=True)
async def remake_backup_codes(call: Call) -> Created[BackupCodes]:
    """Ten new backup codes; the old ones end."""
    return Created(BackupCodes(await second_factor.remake_backup_codes(call.runtime, call.tx, call.actor.account)), "/api/v2/security")


@get("/api/v2/api_keys", may=SIGNED_IN, queries=1)
async def list_api_keys(call: Call) -> ApiKeyList:
    """Your API keys, without the keys themselves."""
    found = await call.db.all(tokens.API_KEYS, call.actor.account)
    return ApiKeyList([api_key_answer(key) for key in found])


@post("/api/v2/api_keys", may=SIGNED_IN, queries=6, sensitive=True)
async def make_api_key(call: Call, data: ApiKeyData) -> Created[NewApiKeyAnswer]:
    """Make an API key. It is shown this once; send it as `Authorization: Bearer`."""
    made = await api_keys.make_api_key(call.runtime, call.tx, call.actor, name=data.name, scopes=data.scopes, days=data.days)
    return Created(NewApiKeyAnswer(made.id, made.key), f"/api/v2/api_keys/{made.id}")


@delete("/api/v2/api_keys/{key_id:str}", may=SIGNED_IN, queries=2)
async def revoke_api_key(call: Call, key_id: str) -> None:
    """End an API key of yours at once."""
    await api_keys.revoke_api_key(call.tx, call.actor.account, key_id)


@get("/.well-known/jwks.json", may=PUBLIC, queries=1, tag="sessions")
async def read_key_set(call: Call) -> KeySet:
    """The keys that verify access tokens, the next one included."""
    call.headers["Cache-Control"] = "public, max-age=300"
    return KeySet((await signing_keys.published_keys(call.runtime, call.db))["keys"])


def api_key_answer(key: tokens.ApiKey) -> ApiKeyAnswer:
    seen = instant(key.seen_at) if key.seen_at else None
    return ApiKeyAnswer(key.id, key.name, key.hint, list(key.scopes), instant(key.created_at), seen, instant(key.until))


ROUTES = (
    read_security,
    change_my_password,
    ask_for_address_change,
    change_my_address,
    begin_totp,
    confirm_totp,
    remove_totp,
    remake_backup_codes,
    list_api_keys,
    make_api_key,
    revoke_api_key,
    read_key_set,
)
