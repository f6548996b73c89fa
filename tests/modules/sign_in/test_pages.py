"""Pages of accounts: what a browser gets while signing in."""

from __future__ import annotations

import asyncio
import re

from tests.harness import PASSWORD, Harness


def token_of(text: str) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', text)[1]  # type: ignore[index]


def test_an_invited_person_returns_to_the_invitation_after_signing_up(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ember = await harness.organisation("ember", ada="owner")
            await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com"})
            await harness.work()
            invitation = harness.link("bo@example.com")
            page = await browser.get(invitation)
            sign_up = re.search(r'href="(/sign-up\?[^"]+)"', page.text)[1].replace("&amp;", "&")  # type: ignore[index]
            page = await browser.get(sign_up)
            target = re.search(r'name="next" value="([^"]+)"', page.text)[1]  # type: ignore[index]
            sent = {
                "csrf": token_of(page.text),
                "next": target,
                "email": "bo@example.com",
                "name": "Bo",
                "password": PASSWORD,
                "accept_terms": "on",
            }
            answer = await browser.post("/sign-up", data=sent)
            assert (answer.status_code, answer.headers["location"]) == (303, "/verify")
            page = await browser.get("/verify")
            await harness.work()
            kept = re.search(r'name="next" value="([^"]+)"', page.text)[1]  # type: ignore[index]
            sent = {"csrf": token_of(page.text), "next": kept, "email": "bo@example.com", "code": harness.code("bo@example.com")}
            answer = await browser.post("/verify", data=sent)
            assert (answer.status_code, answer.headers["location"]) == (303, invitation)

    asyncio.run(run())


def test_a_conflict_is_shown_before_anything_is_overwritten(harness: Harness) -> None:
    """The first sending shows the other version beside one's own; only the one after that overwrites it."""

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ember = await harness.organisation("ember", ada="owner")
            made = (await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})).json()
            browser.cookies.set("phoenix_session", harness.people["ada"].token)
            path = f"/o/ember/entries/{made['id']}/edit"
            page = await browser.get(path)
            await harness.patch(f"/api/v2/entries/{made['id']}", by="ada", json={"title": "Two"}, headers={"If-Match": "*"})
            saved = []
            for _attempt in range(2):
                version = re.search(r'name="version" value="(\d+)"', page.text)[1]  # type: ignore[index]
                page = await browser.post(path, data={"csrf": token_of(page.text), "version": version, "title": "Three"})
                saved.append((page.status_code, (await harness.get(f"/api/v2/entries/{made['id']}", by="ada")).json()["title"]))
            assert saved == [(412, "Two"), (303, "Three")]

    asyncio.run(run())


def test_an_email_loads_nothing_from_another_server(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            sent = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada", "accept_terms": True}
            await harness.post("/api/v2/accounts", json=sent)
            await harness.work()
            html = harness.mails("ada@example.com")[0].html
            assert not re.findall(r"(?:src=|url\(|<link|@import)[^>]*https?:", html)

    asyncio.run(run())


def test_links_in_older_emails_redirect_to_the_renamed_page(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            answer = await browser.get("/sign-in/by-mail?token=abc&next=%2Fo%2Fember")
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/by-email?token=abc&next=%2Fo%2Fember")
            page = await browser.get(answer.headers["location"])
            assert (page.status_code, "Send a new code" in page.text) == (200, True)

    asyncio.run(run())
