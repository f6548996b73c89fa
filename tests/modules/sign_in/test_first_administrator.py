"""The first administrator is created by a link, once, and only while there is none."""

from __future__ import annotations

import asyncio
import re

import httpx
from tests.harness import PASSWORD, Harness

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.modules.sign_in.commands import first_administrator_link

PATH = "/first-administrator"


async def link(harness: Harness) -> str:
    found = await first_administrator_link(harness.runtime)
    return found.removeprefix(harness.runtime.settings.public_url)


async def form_of(browser: httpx.AsyncClient, path: str) -> dict[str, str]:
    """The filled-in form of the page that a link opens."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    hidden = dict(re.findall(r'name="(csrf|token)" value="([^"]*)"', page.text))
    return {**hidden, "name": "Ada", "password": PASSWORD, "time_zone": "UTC"}


async def administrators(harness: Harness) -> int:
    return len(await harness.sql("SELECT 1 FROM user_permissions WHERE permission = $1", ADMINISTRATOR))


def test_the_link_creates_one_administrator_and_then_stops_working(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as first, harness.new_client() as second:
            path = await link(harness)
            mine, theirs = await form_of(first, path), await form_of(second, path)
            made = await first.post(PATH, data={**mine, "email": "ada@example.com"})
            assert (made.status_code, made.headers["location"]) == (303, "/first-administrator/welcome")
            assert await harness.events() == ["accounts.created", "accounts.permission_granted", "sessions.started"]
            # The page that was still open, and the link itself.
            again = await second.post(PATH, data={**theirs, "email": "eve@example.com"})
            assert again.status_code in {403, 409, 422}
            assert "already has an administrator" in again.text
            assert "phoenix_session" not in str(again.headers.get_list("set-cookie"))
            assert (await harness.new_client().get(path)).status_code == 403
            assert await first_administrator_link(harness.runtime) == ""
            assert await harness.events() == []
            assert await administrators(harness) == 1
            assert await harness.sql("SELECT 1 FROM accounts WHERE email = 'eve@example.com'") == []

    asyncio.run(run())


def test_only_one_of_several_simultaneous_requests_creates_the_administrator(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            path = await link(harness)
            browsers = [harness.new_client() for _ in range(4)]
            forms = [await form_of(browser, path) for browser in browsers]
            answers = await asyncio.gather(
                *(
                    browser.post(PATH, data={**form, "email": f"person{number}@example.com"})
                    for number, (browser, form) in enumerate(zip(browsers, forms, strict=True))
                )
            )
            assert sum(answer.status_code == 303 for answer in answers) == 1
            assert (await administrators(harness), len(await harness.sql("SELECT 1 FROM accounts"))) == (1, 1)

    asyncio.run(run())


def test_the_link_must_be_complete_and_is_valid_for_a_day(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            path = await link(harness)
            form = await form_of(browser, path)
            for wrong in (path[:-2], f"{PATH}?token=forged", PATH):
                assert (await browser.get(wrong)).status_code == 404
            harness.clock.advance(hours=24)
            assert (await browser.get(path)).status_code == 404
            late = await browser.post(PATH, data={**form, "email": "ada@example.com"})
            assert late.status_code in {404, 409, 422}
            assert await harness.sql("SELECT 1 FROM accounts") == []

    asyncio.run(run())
