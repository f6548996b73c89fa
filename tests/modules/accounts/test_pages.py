"""Pages of accounts: what a browser gets on the way in."""

from __future__ import annotations

import asyncio
import re

from tests.house import PASSWORD, House


def token_of(text: str) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', text)[1]  # type: ignore[index]


def test_an_invited_person_who_signs_up_comes_back_to_the_invitation(house: House) -> None:
    async def run() -> None:
        async with house, house.new_client() as browser:
            ember = await house.organisation("ember", ada="owner")
            await house.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com"})
            await house.work()
            invitation = house.link("bo@example.com")
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
            page = await browser.post("/sign-up", data=sent)
            assert page.status_code == 200
            await house.work()
            kept = re.search(r'name="next" value="([^"]+)"', page.text)[1]  # type: ignore[index]
            sent = {"csrf": token_of(page.text), "next": kept, "email": "bo@example.com", "code": house.code("bo@example.com")}
            answer = await browser.post("/verify", data=sent)
            assert (answer.status_code, answer.headers["location"]) == (303, invitation)

    asyncio.run(run())


def test_a_refused_conflict_is_refused_again_until_the_page_is_loaded(house: House) -> None:
    """The form shown again must not carry the newest version, or saving it once more would overwrite the other change."""

    async def run() -> None:
        async with house, house.new_client() as browser:
            ember = await house.organisation("ember", ada="owner")
            made = (await house.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})).json()
            browser.cookies.set("phoenix_session", house.people["ada"].token)
            path = f"/o/ember/entries/{made['id']}/edit"
            page = await browser.get(path)
            await house.patch(f"/api/v2/entries/{made['id']}", by="ada", json={"title": "Two"}, headers={"If-Match": "*"})
            for _attempt in range(2):
                version = re.search(r'name="version" value="(\d+)"', page.text)[1]  # type: ignore[index]
                page = await browser.post(path, data={"csrf": token_of(page.text), "version": version, "title": "Three"})
                assert page.status_code == 422
            assert (await house.get(f"/api/v2/entries/{made['id']}", by="ada")).json()["title"] == "Two"

    asyncio.run(run())


def test_a_mail_asks_no_other_server_for_anything(house: House) -> None:
    async def run() -> None:
        async with house:
            sent = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada", "accept_terms": True}
            await house.post("/api/v2/accounts", json=sent)
            await house.work()
            html = house.mails("ada@example.com")[0].html
            assert not re.findall(r"(?:src=|url\(|<link|@import)[^>]*https?:", html)

    asyncio.run(run())
