"""An owner offers ownership, and a member accepts, declines or is too late: decided again when it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from tests.harness import Harness
from tests.modules.organisations.deleting import close, sign_in_again
from tests.scenario import Scenario, call, changes_nothing, fires, fires_nothing, organisation, person, play, problem, status, table
from tests.waiting import until

from phoenix.modules.organisations.jobs import forget_old
from phoenix.modules.organisations.queries import SET_ROLE, hold_memberships

TRANSFER = "/api/v2/organisations/{ember}/transfer"
EVERYONE = organisation("ember", ada="owner", ann="owner", bo="member", vi="viewer")


async def offer(harness: Harness, to: str = "bo", *, by: str = "ada") -> httpx.Response:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/transfer"
    return await harness.post(path, by=by, json={"account": harness.people[to].id})


async def answer(harness: Harness, what: str = "accept", *, by: str = "bo") -> httpx.Response:
    return await harness.post(f"/api/v2/organisations/{harness.organisations['ember']}/transfer/{what}", by=by)


def offers(to: str) -> Callable[[Harness], Awaitable[httpx.Response]]:
    return lambda harness: offer(harness, to)


def answers(what: str, by: str) -> Callable[[Harness], Awaitable[httpx.Response]]:
    return lambda harness: answer(harness, what, by=by)


async def offered(harness: Harness) -> None:
    assert (await offer(harness)).status_code == 201


async def demoted(harness: Harness) -> None:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/members/{harness.people['ada'].id}"
    assert (await harness.patch(path, by="ann", json={"role": "administrator"})).status_code == 204


async def locked(harness: Harness) -> None:
    await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = $1", harness.people["ada"].id)


async def removed_and_back(harness: Harness) -> None:
    path = f"/api/v2/organisations/{harness.organisations['ember']}"
    await harness.delete(f"{path}/members/{harness.people['bo'].id}", by="ada")
    harness.clock.advance(seconds=60)
    await harness.post(f"{path}/invitations", by="ada", json={"email": "bo@example.com"})
    await harness.work()
    token = harness.link("bo@example.com").partition("token=")[2]
    assert (await harness.post("/api/v2/invitations/accept", by="bo", json={"token": token})).status_code == 200


async def week(harness: Harness) -> None:
    harness.clock.advance(days=7)
    await sign_in_again(harness, "bo")


async def closing(harness: Harness) -> None:
    await close(harness, harness.organisations["ember"])


@table(
    Scenario(
        "an owner offers ownership to a member",
        given=[EVERYONE],
        when=offer,
        then=[status(201), fires("organisations.ownership_offered")],
    ),
    Scenario(
        "there is one offer at a time",
        given=[EVERYONE, offered],
        when=lambda harness: offer(harness, "vi", by="ann"),
        then=[problem(409, "conflict"), fires_nothing(), changes_nothing()],
    ),
    *(
        Scenario(
            f"ownership is not offered to {whom}",
            given=[EVERYONE, person("eve")],
            when=offers(to),
            then=[problem(422, "invalid_input", "account"), fires_nothing(), changes_nothing()],
        )
        for whom, to in (("another owner", "ann"), ("oneself", "ada"), ("a stranger", "eve"))
    ),
    Scenario(
        "a member cannot offer it",
        given=[EVERYONE],
        when=lambda harness: offer(harness, "vi", by="bo"),
        then=[problem(403, "forbidden"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "the member accepts",
        given=[EVERYONE, offered],
        when=answer,
        then=[status(204), fires("organisations.ownership_transferred")],
    ),
    Scenario(
        "the member declines",
        given=[EVERYONE, offered],
        when=lambda harness: answer(harness, "decline"),
        then=[status(204), fires("organisations.ownership_declined")],
    ),
    Scenario(
        "another owner withdraws",
        given=[EVERYONE, offered],
        when=call("DELETE", TRANSFER, by="ann"),
        then=[status(204), fires("organisations.ownership_withdrawn")],
    ),
    *(
        Scenario(
            f"{who} cannot {what} it",
            given=[EVERYONE, offered],
            when=answers(what, who),
            then=[problem(404, "not_found"), fires_nothing(), changes_nothing()],
        )
        for who in ("vi", "ann", "ada")
        for what in ("accept", "decline")
    ),
    *(
        Scenario(
            f"it is too late after {sentence}",
            given=[EVERYONE, offered, step],
            when=answer,
            then=[problem(404, "not_found"), fires_nothing(), changes_nothing()],
        )
        for sentence, step in (
            ("whoever offered it is an owner no more", demoted),
            ("they were locked", locked),
            ("being removed and invited again", removed_and_back),
            ("a week", week),
        )
    ),
    Scenario(
        "an organisation that will be deleted is not transferred",
        given=[EVERYONE, offered, closing],
        when=answer,
        then=[problem(409, "organisation_closing"), fires_nothing(), changes_nothing()],
    ),
)
def test_transfer_scenarios(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_roles_change_together_and_everyone_concerned_is_told(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", ann="owner", bo="member", vi="viewer")
            await offer(harness)
            await harness.work()
            texts = {mail.to.partition("@")[0]: " ".join(mail.text.split()) for mail in harness.mails()}
            assert set(texts) == {"ada", "ann", "bo"}
            assert (
                "Ada has offered you ownership of Ember. If you accept, you become an owner and Ada becomes an administrator."
                in texts["bo"]
            )
            assert "/o/ember/ownership" in texts["bo"]
            assert "Ada has offered ownership of Ember to Bo." in texts["ann"]
            assert "Accept ownership" in (await harness.get("/o/ember/ownership", by="bo")).text
            assert "Withdraw offer" in (await harness.get("/o/ember/ownership", by="ann")).text
            assert (await harness.get("/o/ember/ownership", by="vi")).status_code == 404
            assert (await answer(harness)).status_code == 204
            roles = {
                one["name"]: one["role"] for one in (await harness.get(f"/api/v2/organisations/{ember}/members", by="bo")).json()["items"]
            }
            assert roles == {"Ada": "administrator", "Ann": "owner", "Bo": "owner", "Vi": "viewer"}
            await harness.work()
            assert len(harness.mails()) == 6
            for name in ("ada", "ann", "bo"):
                assert "Bo is now an owner of Ember, in place of Ada." in " ".join(harness.mails(f"{name}@example.com")[0].text.split())
            assert "became owner in place of" in (await harness.get("/o/ember/feed", by="vi")).text

    asyncio.run(run())


def test_ownership_is_not_offered_to_someone_who_cannot_sign_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = $1", harness.people["bo"].id)
            refused = await offer(harness)
            assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_able")

    asyncio.run(run())


def test_what_the_former_owner_can_no_longer_invite_for_is_withdrawn(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            for role in ("owner", "administrator"):
                invitation = {"email": f"new-{role}@example.com", "role": role}
                assert (await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json=invitation)).status_code == 201
            await offer(harness)
            await harness.events()
            assert (await answer(harness)).status_code == 204
            assert await harness.events() == ["organisations.ownership_transferred", "organisations.invitation_revoked"]
            open_ones = await harness.sql("SELECT email FROM invitations WHERE revoked_at IS NULL")
            assert [row["email"] for row in open_ones] == ["new-administrator@example.com"]

    asyncio.run(run())


def test_an_offer_that_was_withdrawn_before_its_email_was_sent_is_not_announced(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await offer(harness)
            assert (await harness.delete(f"/api/v2/organisations/{ember}/transfer", by="ada")).status_code == 204
            await harness.work()
            assert ["withdrew" in mail.text for mail in harness.mails()] == [True, True]

    asyncio.run(run())


def test_accepting_and_withdrawing_at_once_is_one_of_both(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await offer(harness)
            await harness.events()
            path = f"/api/v2/organisations/{ember}/transfer"
            answers = await asyncio.gather(answer(harness), harness.delete(path, by="ada"), answer(harness), answer(harness, "decline"))
            assert [one.status_code for one in answers].count(204) == 1
            assert len(await harness.events()) == 1
            owners = await harness.sql("SELECT 1 FROM memberships WHERE role = 'owner'")
            assert len(owners) == 1

    asyncio.run(run())


def test_accepting_waits_for_a_change_of_role_and_then_sees_it(harness: Harness) -> None:
    async def is_waiting() -> bool:
        found = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await harness.sql(found))

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", ann="owner", bo="member")
            await offer(harness)
            async with harness.runtime.database.transaction() as tx:
                await hold_memberships(tx, ember)
                accepting = asyncio.create_task(answer(harness))
                await until(is_waiting)
                await tx.one(SET_ROLE, ember, harness.people["ada"].id, "viewer", None)
            assert (await accepting).status_code == 404

    asyncio.run(run())


def test_an_expired_offer_is_forgotten_and_another_can_be_made(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member", vi="viewer")
            await offer(harness)
            harness.clock.advance(days=7)
            await sign_in_again(harness, "ada")
            assert (await offer(harness, "vi")).status_code == 201, "the expired one does not stand in its way"
            await forget_old(harness.runtime)
            assert len(await harness.sql("SELECT 1 FROM ownership_offers")) == 1
            harness.clock.advance(days=7)
            await forget_old(harness.runtime)
            assert await harness.sql("SELECT 1 FROM ownership_offers") == []

    asyncio.run(run())


def test_a_member_among_very_many_is_found_and_offered_ownership(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", zoe="member")
            await harness.sql(
                """
                INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, terms_accepted_at, created_at, updated_at)
                SELECT 'acc_m' || n, n || '@x.org', n || '@x.org', 'Bo ' || n, '!', 'UTC', 'en', now(), now(), now(), now() FROM generate_series(1, 200) n
            """
            )
            page = (await harness.get("/o/ember/ownership", by="ada")).text
            assert 'role="search"' not in page, "nobody searches among a few"
            await harness.sql(
                "INSERT INTO memberships (organisation_id, account_id, role, joined_at) SELECT $1, 'acc_m' || n, 'member', now() FROM generate_series(1, 200) n",
                ember,
            )
            zoe = f'value="{harness.people["zoe"].id}"'
            page = (await harness.get("/o/ember/ownership", by="ada")).text
            assert ('role="search"' in page, zoe in page) == (True, False)
            for words in ("ZOE", "o", "zoe@ex"):
                found = (await harness.get(f"/o/ember/ownership?q={words}", by="ada")).text
                assert (zoe in found) == (words != "o"), words
            nobody = (await harness.get("/o/ember/ownership?q=%25", by="ada")).text
            assert "No members found" in nobody
            assert "/o/ember/ownership" in nobody.partition("Clear</a>")[0]

    asyncio.run(run())
