"""API keys: with scopes, shown once, revocable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts.actions.accounts import hold
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.keys import queries
from phoenix.modules.keys.errors import TooManyApiKeys
from phoenix.modules.keys.events import ApiKeyCreated, ApiKeyRevoked
from phoenix.modules.keys.notices import API_KEY_CREATED, KEY_REVOKED_BY_STAFF, SERVICE_KEY_CREATED
from phoenix.modules.keys.queries import ApiKey

__all__ = ["ApiKey"]

PREFIX = "phk_"
MOST_DAYS = 366
# The length of the list: a key beyond it could not be found and revoked.
MOST = 100


class NewApiKey(Struct, frozen=True):
    """A key that was just created. `key` exists nowhere else in readable form."""

    id: str
    key: str


async def create_api_key(
    runtime: Runtime, tx: Transaction, actor: Actor, *, name: str, scopes: Sequence[str], days: int | None, account: str | None = None
) -> NewApiKey:
    """Create a key for the actor, or for `account`, a service account that the caller has checked. Raises InvalidInput.

    A scope is the name of an organisation permission. The key can do what both its scopes and the account's role allow.
    """
    fields = Fields()
    name = fields.name(name)
    offered = available_scopes(runtime)
    unknown = sorted(set(scopes) - set(offered))
    if unknown:
        fields.refuse("scopes", "unknown", _("Unknown scope: {scope}.").format(scope=unknown[0][:80]))
    elif not scopes:
        fields.refuse("scopes", "missing", _("Choose at least one permission."))
    if days is None or not 1 <= days <= MOST_DAYS:
        fields.refuse("days", "out_of_range", _("Enter a number of days between 1 and {most}.").format(most=MOST_DAYS))
    fields.check()
    owner, key_id, key = account or actor.account, new_id("key"), PREFIX + new_token()
    await hold(tx, owner)
    if await tx.one(queries.COUNT, owner) >= MOST:
        raise TooManyApiKeys(_("You've reached the limit of {most} keys. Revoke one first.").format(most=MOST))
    until = tx.now + timedelta(days=days or 0)
    await tx.execute(queries.ADD, key_id, owner, name, hash_token(key), key[-4:], sorted(set(scopes)), actor.account, tx.now, until)
    tx.record(ApiKeyCreated(subject=owner, key=key_id, scopes=sorted(set(scopes))))
    await notify(tx, actor.account, API_KEY_CREATED if owner == actor.account else SERVICE_KEY_CREATED, about=key_id)
    return NewApiKey(key_id, key)


async def revoke_api_key(tx: Transaction, account: str, key_id: str) -> None:
    """Revoke a key of that account at once. Raises NotFound."""
    if await tx.maybe(queries.REVOKE, key_id, account, tx.now) is None:
        raise NotFound(_("This key doesn't exist or has already been revoked."))
    tx.invalidate(ACCOUNT(account))
    tx.record(ApiKeyRevoked(subject=account, key=key_id))


async def revoke_as_staff(tx: Transaction, found: queries.KeyPeople, key_id: str) -> None:
    """Revoke a key; whoever created it is notified by email. The caller checks who may. Raises NotFound."""
    await revoke_api_key(tx, found.account, key_id)
    await notify(tx, found.created_by or found.account, KEY_REVOKED_BY_STAFF, about=key_id)


async def people_of_key(db: Reader, key_id: str) -> queries.KeyPeople:
    """Whose key this is, and who made it. Raises NotFound for one that was revoked."""
    found = await db.maybe(queries.OF_KEY, key_id)
    if found is None:
        raise NotFound(_("This key doesn't exist or has already been revoked."))
    return found


async def revoke_keys(tx: Transaction, account: str) -> list[str]:
    """Revoke every key of a person or service account. Returns their ids."""
    revoked = await tx.all(queries.REVOKE_ALL, account, tx.now)
    for key in revoked:
        tx.record(ApiKeyRevoked(subject=account, key=key))
    tx.invalidate(ACCOUNT(account))
    return revoked


async def revoke_keys_of(tx: Transaction, accounts: Sequence[str]) -> None:
    """Revoke every key of several service accounts at once."""
    for key, account in await tx.all(queries.REVOKE_ALL_OF, list(accounts), tx.now):
        tx.record(ApiKeyRevoked(subject=account, key=key))
    tx.invalidate(*map(ACCOUNT, accounts))


async def names_of_keys(db: Reader, keys: Sequence[str]) -> list[str]:
    """The names that people gave these keys."""
    return await db.all(queries.NAMES, list(keys))


async def named_keys(db: Reader, keys: str, zone: ZoneInfo) -> Mapping[str, str]:
    """What a notice about several keys says: the names of those with these ids, which are separated by spaces."""
    del zone
    return {"keys": ", ".join(_("“{name}”").format(name=name) for name in await names_of_keys(db, keys.split()))}


async def api_keys_of(db: Reader, account: str) -> list[ApiKey]:
    """The keys of an account that were not revoked, newest first."""
    return await db.all(queries.API_KEYS, account)


async def count_api_keys(db: Reader, account: str) -> int:
    return await db.one(queries.COUNT, account)


def available_scopes(runtime: Runtime) -> dict[str, str]:
    """The scopes that a key can have, with their descriptions."""
    return runtime.part(Registry).scopes
