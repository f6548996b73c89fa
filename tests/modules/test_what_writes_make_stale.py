"""D3: every write invalidates exactly what depends on it. A row is a write, the function that must invalidate, and its keys."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.stale import noting, sites
from tests.modules.writes import (
    ADA,
    BO,
    CONFIRM,
    EMBER,
    MEMBER,
    SERVICES,
    Write,
    accept_ownership,
    act,
    begun,
    call,
    closing,
    closing_with_service,
    erase,
    fill,
    key,
    left,
    lock_ada,
    mentioned,
    notified,
    offer_ownership,
    passkey,
    postponed_erasure,
    refresh,
    remove_passkey,
    remove_service,
    revoke_api_key,
    revoke_signing_key,
    seed,
    service,
    sign_in,
    suspend_keys,
    totp,
)

from phoenix.modules.accounts.actions.permissions import grant_permission, remove_permission
from phoenix.modules.factors.actions.second_factor import remove_all
from phoenix.modules.keys.actions.api_keys import revoke_keys
from phoenix.modules.organisations.actions.members import add_member
from phoenix.modules.organisations.actions.owners import appoint_owner
from phoenix.modules.sessions.actions.signing_keys import rotate_keys

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
        "organisations.actions.change.change_organisation",
        call("PATCH", "/api/v2/organisations/{ember}", json={"name": "New"}, headers={"If-Match": "*"}),
        (ADA, BO),
    ),
    Write(
        "notifications.actions.deliver._add",
        Harness.follow,
        ("inbox:{@bo}",),
        call("PATCH", MEMBER, json={"role": "viewer"}),
    ),
    Write("notifications.actions.withdraw.withdraw", Harness.follow, ("inbox:{@bo}",), mentioned),
    Write("notifications.actions.recount.recount", Harness.follow, ("inbox:{@bo}",), left),
    Write(
        "notifications.actions.mark._noted",
        call("POST", "/api/v2/notifications/read", "bo", json={"through": 1}),
        ("inbox:{@bo}",),
        notified,
    ),
    Write("notifications.actions.mark.archive", call("POST", "/api/v2/notifications/{item}/archive", "bo"), ("inbox:{@bo}",), notified),
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
