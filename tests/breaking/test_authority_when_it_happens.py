"""What someone may do is asked when it happens: owners and administrators who remain, and invitations."""

from __future__ import annotations

import asyncio

import pytest
from tests.breaking.authority import REASON, ask_for_deletion, erase_those_due, invite, lock, status_of, token_for
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.data.database import Transaction
from phoenix.modules.organisations.actions import invite as invite_actions
from phoenix.modules.organisations.actions.create import check_count

# An owner who can sign in and is not leaving


def test_second_of_two_owners_cannot_be_deleted_too(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="owner", cy="member")
            assert (await ask_for_deletion(harness, "ada"))[0] == 204
            assert await ask_for_deletion(harness, "bo") == (409, "conflict")
            assert (await ask_for_deletion(harness, "cy"))[0] == 204

    asyncio.run(run())


def test_two_owners_who_ask_at_once_do_not_both_succeed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="owner", cy="member")
            found = await asyncio.gather(ask_for_deletion(harness, "ada"), ask_for_deletion(harness, "bo"))
            assert sorted(code for code, _ in found) == [204, 409]

    asyncio.run(run())


@pytest.mark.parametrize("how", ["leaves", "is demoted"])
def test_last_owner_who_stays_remains_an_owner(harness: Harness, how: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner", cy="member")
            assert (await ask_for_deletion(harness, "ada"))[0] == 204
            path = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
            if how == "leaves":
                assert await status_of(harness, "DELETE", path, "bo") == (409, "last_owner")
            else:
                assert await status_of(harness, "PATCH", path, "ada", json={"role": "member"}) == (409, "last_owner")

    asyncio.run(run())


def test_deletion_is_postponed_while_nobody_could_take_over(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner", cy="member")
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            assert (await ask_for_deletion(harness, "ada"))[0] == 204
            assert await lock(harness, "bo", by="eve") == 303
            await harness.work()
            await harness.events()
            await erase_those_due(harness)
            assert await harness.events() == ["accounts.deletion_postponed"]
            assert "could not be deleted yet" in harness.mails("ada@example.com")[0].text
            assert await harness.sql("SELECT 1 FROM memberships WHERE organisation_id = $1 AND role = 'owner'", ember) != []
            # By now the sessions of staff have expired too.
            await harness.sql("UPDATE accounts SET locked_at = NULL WHERE id = $1", harness.people["bo"].id)
            await erase_those_due(harness)
            assert "accounts.erased" in await harness.events()

    asyncio.run(run())


def test_nobody_joins_an_organisation_whose_only_owner_is_leaving(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("bo")
            await invite(harness, ember, "ada", "bo@example.com", "member")
            await harness.work()
            token = token_for(harness, "bo@example.com")
            assert (await ask_for_deletion(harness, "ada"))[0] == 204
            await harness.events()
            assert await status_of(harness, "POST", "/api/v2/invitations/accept", "bo", json={"token": token}) == (409, "conflict")
            assert await harness.events() == []
            assert (await harness.delete("/api/v2/me/deletion", by="ada")).status_code == 204
            assert await status_of(harness, "POST", "/api/v2/invitations/accept", "bo", json={"token": token}) == (200, "")

    asyncio.run(run())


# An administrator who can sign in and is not leaving


def test_last_administrator_cannot_be_deleted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            assert await ask_for_deletion(harness, "ada") == (409, "conflict")
            await harness.person("bo", permissions=(ADMINISTRATOR,))
            assert (await ask_for_deletion(harness, "ada"))[0] == 204
            assert await ask_for_deletion(harness, "bo") == (409, "conflict")

    asyncio.run(run())


def test_administrator_who_is_leaving_cannot_lock_the_last_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for name in ("ada", "bo"):
                await harness.person(name, permissions=(ADMINISTRATOR,))
            assert (await ask_for_deletion(harness, "ada"))[0] == 204
            assert await lock(harness, "bo", by="ada") == 409

    asyncio.run(run())


# Staff appoint an owner where none is left


def test_staff_appoint_an_owner_where_none_can_sign_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            await harness.person("mia", permissions=("platform.organisations",))
            path = f"/staff/organisations/{ember}"
            (check,) = (check for check in harness.registry.checks if check.name == "organisations.owners")
            sent = {"account": harness.people["bo"].id, "reason": REASON}
            async with Panel(harness) as panel:
                assert (await panel.post(f"{path}/owner", by="eve", **sent)).status_code == 409, "an owner is left"
                assert "Appoint an owner" not in (await panel.get(path, by="eve")).text
                assert await check.ask(harness.runtime) == ""
                assert await lock(harness, "ada", by="eve") == 303
                assert ember in await check.ask(harness.runtime)
                assert "Appoint an owner" in (await panel.get(path, by="eve")).text
                assert "Appoint an owner" not in (await panel.get(path, by="mia")).text
                assert (await panel.post(f"{path}/owner", by="mia", **sent)).status_code == 403
                for account in (harness.people["ada"].id, harness.people["mia"].id, "acc_nobody"):
                    refused = await panel.post(f"{path}/owner", by="eve", account=account, reason=REASON)
                    assert (refused.status_code, REASON in refused.text) == (422, True), "what was typed is still there"
                    assert "Choose a member of the organisation who can sign in" in refused.text
                    assert f'value="{account}"' not in refused.text, "who can't be appointed is not offered"
                assert (await panel.post(f"{path}/owner", by="eve", account=harness.people["bo"].id)).status_code == 422
                itself = await panel.post(f"{path}/owner", by="eve", account=harness.people["eve"].id, reason=REASON)
                assert (itself.status_code, "Ask another administrator" in itself.text) == (403, True)
                await harness.events()
                assert (await panel.post(f"{path}/owner", by="eve", **sent)).status_code == 303
            assert await harness.events() == ["organisations.owner_appointed"]
            (event,) = await harness.sql("SELECT actor_id, data FROM events WHERE kind = 'organisations.owner_appointed'")
            assert (event["actor_id"], event["data"]["reason"]) == (harness.people["eve"].id, REASON)
            assert await check.ask(harness.runtime) == ""
            assert (await harness.get("/api/v2/organisations", by="bo")).json()["items"][0]["role"] == "owner"
            assert "was made an owner by an administrator" in (await harness.get("/o/ember/feed", by="bo")).text

    asyncio.run(run())


# Invitations


@pytest.mark.parametrize("how", ["removed", "demoted", "locked"])
def test_invitations_end_with_the_authority_of_their_sender(harness: Harness, how: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner")
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            await invite(harness, ember, "bo", "cy@example.com", "administrator")
            kept = await invite(harness, ember, "bo", "dee@example.com", "viewer")
            await harness.work()
            await harness.events()
            member = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
            if how == "removed":
                assert (await harness.delete(member, by="ada")).status_code == 204
            elif how == "demoted":
                assert (await harness.patch(member, by="ada", json={"role": "member"})).status_code == 204
            else:
                assert await lock(harness, "bo", by="eve") == 303
            fired = await harness.events()
            assert fired.count("organisations.invitation_revoked") == (1 if how == "demoted" else 2)
            still = (await harness.get(f"/api/v2/organisations/{ember}/invitations", by="ada")).json()["items"]
            assert [one["id"] for one in still] == ([kept] if how == "demoted" else [])
            await harness.work()
            told = [mail.subject for mail in harness.mails("ada@example.com") if "invitations" in mail.subject]
            # Whoever caused it knows already.
            assert len(told) == (1 if how == "locked" else 0), told

    asyncio.run(run())


def test_an_invitation_for_a_higher_role_is_not_theirs_to_withdraw_replace_or_send_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator")
            base = f"/api/v2/organisations/{ember}/invitations"
            invitation = await invite(harness, ember, "ada", "cy@example.com", "owner")
            await harness.events()
            assert await status_of(harness, "DELETE", f"{base}/{invitation}", "bo") == (403, "forbidden")
            again = await status_of(harness, "POST", base, "bo", json={"email": "cy@example.com", "role": "viewer"})
            assert again == (403, "forbidden")
            assert await harness.events() == []
            assert (await harness.get(f"{base}/{invitation}", by="ada")).json()["role"] == "owner"

    asyncio.run(run())


def test_accepting_as_a_member_answers_the_role_they_have(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("bo")
            await invite(harness, ember, "ada", "bo@example.com", "administrator")
            await harness.work()
            token = token_for(harness, "bo@example.com")
            await harness.sql("INSERT INTO memberships VALUES ($1, $2, 'viewer', now())", ember, harness.people["bo"].id)
            answer = await harness.post("/api/v2/invitations/accept", by="bo", json={"token": token})
            assert answer.json() == {"organisation": ember, "role": "viewer"}

    asyncio.run(run())


def test_an_invitation_withdrawn_at_the_moment_it_is_accepted_adds_nobody(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff who lock its sender do not wait for the organisation's lock."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("bo")
            await invite(harness, ember, "ada", "bo@example.com", "member")
            await harness.work()
            token = token_for(harness, "bo@example.com")
            await harness.events()

            async def meanwhile(tx: Transaction, account: str) -> None:
                await harness.sql("UPDATE invitations SET revoked_at = now()")
                await check_count(tx, account)

            monkeypatch.setattr(invite_actions, "check_count", meanwhile)
            refused = await status_of(harness, "POST", "/api/v2/invitations/accept", "bo", json={"token": token})
            assert refused == (404, "invitation_gone")
            assert await harness.events() == []

    asyncio.run(run())
