"""The invited: their open invitations are listed, with Join and Decline, and the link of the email always leads on."""

from __future__ import annotations

import asyncio

import httpx
from tests.harness import PASSWORD, Harness
from tests.modules.sign_in.forms import form_of, led_to, send


async def invited(harness: Harness, email: str = "bo@example.com", role: str = "member") -> str:
    """Invite an address to a new organisation; returns the link of the email."""
    ember = await harness.organisation("ember", ada="owner")
    await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": email, "role": role})
    await harness.work()
    return harness.link(email)


async def as_(harness: Harness, browser: httpx.AsyncClient, name: str) -> None:
    if name not in harness.people:
        await harness.person(name, password=True)
    browser.cookies.clear()
    browser.cookies.set("phoenix_session", harness.people[name].token)


def test_open_invitations_are_listed_and_can_be_joined(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await invited(harness)
            await as_(harness, browser, "bo")
            page = await browser.get("/organisations")
            assert "Invitations to you" in page.text
            await harness.events()
            answer = await send(browser, page, next_action(page, "join"))
            assert led_to(answer) == "/o/ember/feed"
            assert await harness.events() == ["organisations.member_joined"]
            assert "Invitations to you" not in (await browser.get("/organisations")).text

    asyncio.run(run())


def test_an_invitation_can_be_declined_and_its_link_stops_working(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            link = await invited(harness)
            await as_(harness, browser, "bo")
            page = await browser.get("/organisations")
            await harness.events()
            assert led_to(await send(browser, page, next_action(page, "decline"))) == "/organisations"
            assert await harness.events() == ["organisations.invitation_declined"]
            assert "This invitation is no longer valid" in (await browser.get(link)).text
            assert "Invitations to you" not in (await browser.get("/organisations")).text
            await send(browser, page, next_action(page, "decline"))
            assert await harness.events() == [], "it was declined twice"
            pending = (await harness.get(f"/api/v2/organisations/{harness.organisations['ember']}/invitations", by="ada")).json()
            assert pending["items"] == []

    asyncio.run(run())


def test_an_invitation_is_a_notice_on_the_dashboard_of_another_organisation(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("birch", bo="owner")
            await invited(harness)
            await as_(harness, browser, "bo")
            assert "Invitations to you" in (await browser.get("/o/birch/dashboard")).text

    asyncio.run(run())


def test_nobody_else_can_join_or_decline(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await invited(harness)
            await as_(harness, browser, "bo")
            page = await browser.get("/organisations")
            await as_(harness, browser, "eve")
            mine = form_of(await browser.get("/organisations"), "/organisations/new")[1]["csrf"]
            for what in ("join", "decline"):
                answer = await browser.post(next_action(page, what), data={"csrf": mine})
                assert answer.status_code == 404, what
            assert (await browser.get("/organisations")).text.count("Invitations to you") == 0

    asyncio.run(run())


def test_an_invitation_whose_inviter_lost_the_right_is_not_listed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await invited(harness)
            await as_(harness, browser, "bo")
            assert "Invitations to you" in (await browser.get("/organisations")).text
            await harness.sql("UPDATE memberships SET role = 'viewer' WHERE account_id = $1", harness.people["ada"].id)
            assert "Invitations to you" not in (await browser.get("/organisations")).text

    asyncio.run(run())


def test_the_link_opened_again_by_who_joined_leads_to_the_organisation(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            link = await invited(harness)
            await as_(harness, browser, "bo")
            led_to(await send(browser, link, "/invitations/accept"))
            assert led_to(await browser.get(link)) == "/o/ember/feed"
            browser.cookies.clear()
            page = await browser.get(link)
            assert "This invitation has been accepted" in page.text
            sign_in = page.text.partition('button--primary button--large button--wide" href="')[2].partition('"')[0].replace("&amp;", "&")
            answer = await send(browser, sign_in, "/sign-in", password=PASSWORD)
            assert led_to(answer) == link

    asyncio.run(run())


def test_a_used_link_in_the_hands_of_someone_else_leads_to_signing_in_with_the_right_account(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            link = await invited(harness)
            await as_(harness, browser, "bo")
            led_to(await send(browser, link, "/invitations/accept"))
            await as_(harness, browser, "eve")
            page = await browser.get(link)
            assert ("has been accepted" in page.text, "is for another address" in page.text) == (True, False)
            fields = form_of(page, "/sign-out")[1]
            assert (fields["next"], fields["email"]) == (link, "bo@example.com")

    asyncio.run(run())


def test_a_member_is_told_the_role_they_have(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            link = await invited(harness, role="administrator")
            bo = await harness.person("bo")
            insert = "INSERT INTO memberships (organisation_id, account_id, role, joined_at) VALUES ($1, $2, 'viewer', now())"
            await harness.sql(insert, harness.organisations["ember"], bo.id)
            await as_(harness, browser, "bo")
            page = await browser.get(link)
            assert ("already a member of" in page.text, "<dd>Viewer</dd>" in page.text) == (True, True)
            assert 'action="/invitations/accept"' not in page.text
            sent = {"csrf": form_of(await browser.get("/organisations"), "/sign-out")[1]["csrf"], "token": link.partition("token=")[2]}
            page = await browser.get(led_to(await browser.post("/invitations/accept", data=sent)))
            assert "You&#39;re already a member of" in page.text
            assert "Your role is unchanged" in page.text

    asyncio.run(run())


def test_signing_out_on_the_page_for_another_address_keeps_the_invitation(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            link = await invited(harness)
            await harness.person("bo", password=True)
            await as_(harness, browser, "eve")
            page = await browser.get(link)
            assert "This invitation is for another address" in page.text
            signed_out = led_to(await send(browser, page, "/sign-out"))
            browser.cookies.delete("phoenix_session")
            answer = await send(browser, signed_out, "/sign-in", password=PASSWORD)
            assert led_to(answer) == link

    asyncio.run(run())


def next_action(page: httpx.Response, what: str) -> str:
    """The address of a button of the first invitation on a page."""
    before = page.text.partition(f'/{what}"')[0]
    return f"{before[before.rindex('/invitations/') :]}/{what}"
