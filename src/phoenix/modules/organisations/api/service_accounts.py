"""JSON routes of service accounts."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.cursors import Page
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions import service_accounts

MANAGE = "organisations.manage"


class ServiceAccountData(Struct, forbid_unknown_fields=True):
    """`scopes` are names of permissions; the key lives for `days`, 366 at most."""

    name: Text
    scopes: list[Text]
    role: Text = "member"
    days: int = 90


class KeyData(Struct, forbid_unknown_fields=True):
    scopes: list[Text]
    days: int = 90


class ServiceAccountAnswer(Struct):
    id: str
    name: str
    role: str
    scopes: list[str]
    hint: str | None
    seen_at: Instant | None
    expires_at: Instant | None
    key_created_by: str | None
    """The account that made the key. The key stops when that account is locked, until it is renewed."""
    key_works: bool
    """False if there is no key, or it has expired or was stopped."""


class NewServiceAccount(Struct):
    """`key` is shown this once."""

    id: str
    key: str


@get(
    "/api/v2/organisations/{organisation_id:str}/service_accounts", may=MANAGE, within="organisation_id", queries=1, tag="service_accounts"
)
async def list_service_accounts(call: Call, member: Membership) -> Page[ServiceAccountAnswer]:
    """List the service accounts of an organisation. Their keys are not included."""
    return Page([_answer(call, found) for found in await call.db.all(queries.SERVICE_ACCOUNTS, member.organisation)])


@post(
    "/api/v2/organisations/{organisation_id:str}/service_accounts",
    may=MANAGE,
    within="organisation_id",
    queries=10,
    act="authority",
    sensitive=True,
    tag="service_accounts",
)
async def add_service_account(call: Call, member: Membership, data: ServiceAccountData) -> Created[NewServiceAccount]:
    """Create a service account with its first key, which is shown only once."""
    account, made = await service_accounts.add_service_account(
        call.runtime, call.tx, call.actor, member, name=data.name, role=data.role, scopes=data.scopes, days=data.days
    )
    return Created(NewServiceAccount(account, made.key), f"/api/v2/organisations/{member.organisation}/service_accounts/{account}")


@get(
    "/api/v2/organisations/{organisation_id:str}/service_accounts/{account_id:str}",
    may=MANAGE,
    within="organisation_id",
    queries=1,
    tag="service_accounts",
)
async def read_service_account(call: Call, member: Membership, account_id: str) -> ServiceAccountAnswer:
    """Get a service account. Its key is not included."""
    return _answer(call, await call.db.one(queries.SERVICE_ACCOUNT, member.organisation, account_id))


@post(
    "/api/v2/organisations/{organisation_id:str}/service_accounts/{account_id:str}",
    may=MANAGE,
    within="organisation_id",
    queries=8,
    act="authority",
    sensitive=True,
    tag="service_accounts",
)
async def renew_service_account_key(call: Call, member: Membership, account_id: str, data: KeyData) -> Created[NewServiceAccount]:
    """Create a new key for a service account. Its previous keys are revoked."""
    made = await service_accounts.renew_key(call.runtime, call.tx, call.actor, member, account_id, scopes=data.scopes, days=data.days)
    return Created(NewServiceAccount(account_id, made.key), f"/api/v2/organisations/{member.organisation}/service_accounts/{account_id}")


@delete(
    "/api/v2/organisations/{organisation_id:str}/service_accounts/{account_id:str}",
    may=MANAGE,
    within="organisation_id",
    queries=8,
    act="authority",
    sensitive=True,
    while_closing=True,
    tag="service_accounts",
)
async def remove_service_account(call: Call, member: Membership, account_id: str) -> None:
    """Remove a service account and revoke its keys."""
    await service_accounts.remove_service_account(call.tx, member, account_id)


def _answer(call: Call, found: queries.ServiceAccount) -> ServiceAccountAnswer:
    return ServiceAccountAnswer(
        found.account,
        found.name,
        found.role,
        list(found.scopes or ()),
        found.hint,
        instant(found.seen_at) if found.seen_at else None,
        instant(found.until) if found.until else None,
        key_created_by=found.made_by,
        key_works=found.key is not None and not found.suspended and (found.until is None or found.until > call.runtime.clock.now()),
    )


ROUTES = (list_service_accounts, add_service_account, read_service_account, renew_service_account_key, remove_service_account)
