"""D3: every write invalidates exactly what depends on it. A row is a write, the function that must invalidate, and its keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest
from tests.harness import PASSWORD, REAUTHENTICATE, Harness
from tests.modules.admin.panel import Panel
from tests.modules.stale import noting, sites
from tests.software_passkey import Authenticator

from phoenix.composition import MODULES
from phoenix.modules.accounts.actions.delete_account import erase_account
from phoenix.modules.accounts.actions.permissions import grant_permission, remove_permission
from phoenix.modules.demo.actions import seed_scale
from phoenix.modules.factors.actions.second_factor import remove_all
from phoenix.modules.keys.actions.api_keys import revoke_keys
from phoenix.modules.keys.actions.service_accounts import suspend_keys_made_by
from phoenix.modules.organisations.actions.delete import begin
from phoenix.modules.organisations.actions.members import add_member
from phoenix.modules.organisations.actions.owners import appoint_owner
from phoenix.modules.sessions.actions.signing_keys import revoke_key, rotate_keys

Do = Callable[[Harness], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Write:
    """`given` is set up, then `do` makes `keys` stale. `{@ada}` is the id of ada, and `{ember}` is that of the organisation."""

    site: str
    do: Do
    keys: tuple[str, ...]
    given: Do | None = None


def call(method: str, path: str, by: str = "ada", **options: Any) -> Do:
    async def do(harness: Harness) -> None:
        answer = await harness.request(method, fill(harness, path), by=by, **options)
        assert answer.status_code < 300, answer.text

    return do


def erase(module: str) -> Do:
    """Erase bo's data in one module only."""

    async def do(harness: Harness) -> None:
        (personal,) = [found.personal for found in MODULES if found.name == module]
        assert personal is not None
        async with harness.runtime.database.transaction() as tx:
            await personal.erase(tx, harness.people["bo"].id)

    return do


def act(action: Callable[..., Awaitable[Any]], *args: Any, runtime: bool = False, **named: Any) -> Do:
    """Call an action in its own transaction."""

    async def do(harness: Harness) -> None:
        async with harness.runtime.database.transaction() as tx:
            first = (harness.runtime, tx) if runtime else (tx,)
            await action(*first, *(fill(harness, arg) for arg in args), **named)

    return do


def fill(harness: Harness, text: str) -> str:
    for slug, id_ in harness.organisations.items():
        text = text.replace(f"{{{slug}}}", id_)
    for name, person in harness.people.items():
        text = text.replace(f"{{@{name}}}", person.id).replace(f"{{session of {name}}}", person.session)
    return text


async def totp(harness: Harness) -> None:
    secret = (await harness.post("/api/v2/totp", by="ada")).json()["secret"]
    code = pyotp.TOTP(secret).at(harness.clock.now())
    assert (await harness.post("/api/v2/totp/confirm", by="ada", json={"code": code})).status_code == 201


async def passkey(harness: Harness) -> None:
    offer = (await harness.post("/api/v2/passkeys/options", by="ada")).json()
    body = {"challenge": offer["challenge"], "credential": Authenticator().create(offer["options"]), "name": "Phone"}
    assert (await harness.post("/api/v2/passkeys", by="ada", json=body)).status_code == 201


async def remove_passkey(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM passkeys")
    await call("DELETE", f"/api/v2/passkeys/{row['id']}")(harness)


async def refresh(harness: Harness) -> None:
    token = (await harness.sign_in("ada")).json()["refresh_token"]
    assert (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": token})).status_code == 200


async def revoke_signing_key(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM signing_keys WHERE state = 'standby'")
    await act(revoke_key, row["id"], runtime=True)(harness)


async def sign_in(harness: Harness) -> None:
    assert (await harness.sign_in("ada")).status_code == 201


async def key(harness: Harness) -> None:
    await call("POST", "/api/v2/api_keys", json={"name": "Export", "scopes": ["entries.read"]})(harness)


async def revoke_api_key(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM api_keys")
    await call("DELETE", f"/api/v2/api_keys/{row['id']}")(harness)


SERVICES = "/api/v2/organisations/{ember}/service_accounts"
service = call("POST", SERVICES, json={"name": "Robot", "role": "member", "scopes": ["entries.read"]})


async def offer_ownership(harness: Harness) -> None:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/transfer"
    await call("POST", path, json={"account": harness.people["bo"].id})(harness)


accept_ownership = call("POST", "/api/v2/organisations/{ember}/transfer/accept", "bo")
closing = call("POST", "/api/v2/organisations/{ember}/deletion", json={"name": "Ember"})


async def remove_service(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM accounts WHERE kind = 'service'")
    harness.organisations["robot"] = row["id"]
    await call("DELETE", f"{SERVICES}/{row['id']}")(harness)


async def suspend_keys(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM accounts WHERE kind = 'service'")
    harness.organisations["robot"] = row["id"]
    await act(suspend_keys_made_by, "{@ada}")(harness)


async def lock_ada(harness: Harness) -> None:
    await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = $1", harness.people["ada"].id)


async def postponed_erasure(harness: Harness) -> None:
    """Ada is the only owner again, and is not deleted."""
    await harness.sql("UPDATE accounts SET erase_at = now() - interval '100 years' WHERE id = $1", harness.people["ada"].id)
    await act(erase_account, "{@ada}", runtime=True)(harness)


async def begun(harness: Harness) -> None:
    """The grace period is over."""
    await harness.sql("UPDATE organisations SET closes_at = now() - interval '100 years'")
    async with harness.runtime.database.transaction() as tx:
        assert await begin(tx, harness.organisations["ember"])


async def closing_with_service(harness: Harness) -> None:
    await service(harness)
    (row,) = await harness.sql("SELECT id FROM accounts WHERE kind = 'service'")
    harness.organisations["robot"] = row["id"]
    await closing(harness)


async def seed(harness: Harness) -> None:
    await seed_scale(harness.runtime, 3, "ember")


ADA, BO, EMBER = "account:{@ada}", "account:{@bo}", "members:{ember}"
CONFIRM = call("POST", REAUTHENTICATE, json={"method": "password", "code": PASSWORD})
MEMBER = "/api/v2/organisations/{ember}/members/{@bo}"

WRITES = [
    Write("accounts.actions.delete_account.request_deletion", call("DELETE", "/api/v2/me", "bo"), (BO,)),
    Write(
        "accounts.actions.delete_account.cancel_deletion",
        call("DELETE", "/api/v2/me/deletion", "bo"),
        (BO,),
        call("DELETE", "/api/v2/me", "bo"),
    ),
    Write("accounts.actions.permissions.grant_permission", act(grant_permission, "{@bo}", "platform.jobs", by=None), (BO,)),
    Write(
        "accounts.actions.permissions.remove_permission",
        act(remove_permission, "{@bo}", "platform.jobs"),
        (BO,),
        act(grant_permission, "{@bo}", "platform.jobs", by=None),
    ),
    Write(
        "accounts.actions.profile.change_profile",
        call("PATCH", "/api/v2/me", json={"name": "New"}, headers={"If-Match": "*"}),
        (ADA, EMBER),
    ),
    Write("accounts.personal.erase", erase("accounts"), (BO,)),
    Write("sessions.personal.erase", erase("sessions"), (BO,)),
    Write("factors.personal.erase", erase("factors"), (BO,)),
    Write("keys.personal.erase", erase("keys"), (BO,)),
    Write("organisations.personal.erase", erase("organisations"), (EMBER, "events:{ember}")),
    Write("sessions.actions.end.end_other_sessions", call("DELETE", "/api/v2/sessions"), (ADA,)),
    Write("sessions.actions.end.record_ended", call("DELETE", "/api/v2/sessions/{session of bo}", "bo"), (BO,)),
    Write("sessions.actions.refresh.refresh_session", refresh, (ADA,)),
    Write("sessions.actions.renew.set_authenticated", CONFIRM, (ADA,)),
    Write("sessions.actions.renew.renew_tokens", CONFIRM, (ADA,)),
    Write("sessions.actions.signing_keys._advance", act(rotate_keys, runtime=True), ("signing_keys",)),
    Write("sessions.actions.signing_keys.revoke_key", revoke_signing_key, ("signing_keys",), sign_in),
    Write("factors.actions.second_factor.confirm_totp", totp, (ADA,)),
    Write("factors.actions.second_factor.remove_totp", call("DELETE", "/api/v2/totp"), (ADA,), totp),
    Write("factors.actions.second_factor.remove_all", act(remove_all, "{@ada}"), (ADA,), totp),
    Write("factors.actions.passkeys.add_passkey", passkey, (ADA,)),
    Write("factors.actions.passkeys.remove_passkey", remove_passkey, (ADA,), passkey),
    Write("accounts.actions.delete_account.erase_account", postponed_erasure, (ADA,)),
    Write("keys.actions.api_keys.revoke_api_key", revoke_api_key, (ADA,), key),
    Write("keys.actions.api_keys.revoke_keys", act(revoke_keys, "{@ada}"), (ADA,), key),
    Write("keys.actions.service_accounts.suspend_keys_made_by", suspend_keys, ("account:{robot}",), service),
    Write(
        "organisations.actions.owners.appoint_owner",
        act(appoint_owner, "{ember}", "{@bo}", reason="Nobody is left."),
        (BO, EMBER),
        lock_ada,
    ),
    Write("organisations.actions.closing.closing_changed", closing, (ADA, BO, EMBER, "events:{ember}")),
    Write("organisations.actions.delete.begin", begun, (ADA, BO, EMBER, "events:{ember}"), closing),
    Write("keys.actions.api_keys.revoke_keys_of", begun, ("account:{robot}",), closing_with_service),
    Write("organisations.actions.transfer.accept_offer", accept_ownership, (ADA, BO, EMBER), offer_ownership),
    Write("organisations.actions.service_accounts.add_service_account", service, (EMBER,)),
    Write("organisations.actions.members.end_service_account", remove_service, (EMBER,), service),
    Write(
        "organisations.actions.members.add_member",
        act(add_member, "{ember}", "{@eve}", role="viewer", invited_by=""),
        ("account:{@eve}", EMBER),
    ),
    Write("organisations.actions.members.change_role", call("PATCH", MEMBER, json={"role": "viewer"}), (BO, EMBER)),
    Write("organisations.actions.members._end", call("DELETE", MEMBER), (BO, EMBER)),
    Write("organisations.actions.create.create_organisation", call("POST", "/api/v2/organisations", json={"name": "Birch"}), (ADA,)),
    Write(
        "organisations.actions.create.rename_organisation",
        call("PATCH", "/api/v2/organisations/{ember}", json={"name": "New"}, headers={"If-Match": "*"}),
        (ADA, BO),
    ),
    Write("demo.actions.seed_scale", seed, ("events:{ember}",)),
]


def test_every_invalidating_function_has_a_row_and_every_row_a_function() -> None:
    assert sites() == {write.site for write in WRITES}


@pytest.mark.parametrize("write", WRITES, ids=[write.site for write in WRITES])
def test_a_write_invalidates_what_depends_on_it(harness: Harness, write: Write) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.person("eve")
            await harness.organisation("ember", ada="owner", bo="member")
            if write.given is not None:
                await write.given(harness)
            with noting(harness) as noted:
                await write.do(harness)
            keys = {fill(harness, text) for text in write.keys}
            assert noted.said.get(write.site) == keys
            assert keys <= noted.marked, "invalidated, but not marked by the commit"

    asyncio.run(run())


def test_an_event_invalidates_its_organisations_events(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            with noting(harness) as noted:
                await call("POST", "/api/v2/entries", json={"organisation": ember, "title": "t"})(harness)
            assert noted.marked == {f"events:{ember}"}

    asyncio.run(run())


def test_an_unlocked_service_account_works_at_once(harness: Harness) -> None:
    """Nothing about a locked account is cached, so unlocking it makes nothing stale."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("root", permissions=("platform.people_read", "platform.people_write"))
            answer = await harness.post(
                fill(harness, SERVICES), by="ada", json={"name": "Robot", "role": "member", "scopes": ["entries.read"]}
            )
            (row,) = await harness.sql("SELECT id FROM accounts WHERE kind = 'service'")
            bearer = {"Authorization": f"Bearer {answer.json()['key']}"}
            path, seen = f"/api/v2/entries?organisation={ember}", []
            for deed, sent in (("lock", {"reason": "A leaked key, case 88"}), ("unlock", {})):
                seen += [(await harness.get(path, headers=bearer)).status_code for _twice in range(2)]
                assert (await panel.post(f"/staff/people/{row['id']}/{deed}", by="root", **sent)).status_code == 303
            seen.append((await harness.get(path, headers=bearer)).status_code)
            assert seen == [200, 200, 401, 401, 200]

    asyncio.run(run())
