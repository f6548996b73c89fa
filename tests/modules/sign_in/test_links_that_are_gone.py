"""A link that no longer works says so when it is opened, before anything is typed, and names the next step. Opening uses nothing up."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from tests.harness import PASSWORD, Harness
from tests.modules.sign_in.forms import form_of, led_to, send, sign_up

NEW = "seven kettles under the bridge"
GONE = "This link is no longer valid"


async def confirmation(harness: Harness, browser: httpx.AsyncClient) -> None:
    await sign_up(harness, browser, "bo@example.com")


async def reset(harness: Harness, browser: httpx.AsyncClient) -> None:
    await harness.person("bo", password=True)
    await send(browser, "/forgot-password", "/forgot-password", email="bo@example.com")


async def sign_in(harness: Harness, browser: httpx.AsyncClient) -> None:
    await harness.person("bo", password=True)
    await send(browser, "/sign-in/code", "/sign-in/code", email="bo@example.com")


async def unlock(harness: Harness, browser: httpx.AsyncClient) -> None:
    await harness.person("bo", password=True)
    for _attempt in range(5):
        await send(browser, "/sign-in", "/sign-in", email="bo@example.com", password="not this one")


async def address_change(harness: Harness, browser: httpx.AsyncClient) -> None:
    ada = await harness.person("ada")
    browser.cookies.set("phoenix_session", ada.token)
    await send(browser, "/settings/address", "/settings/address", email="bo@example.com")


async def invitation(harness: Harness, browser: httpx.AsyncClient) -> None:
    ember = await harness.organisation("ember", ada="owner")
    await harness.person("bo")
    browser.cookies.set("phoenix_session", harness.people["bo"].token)
    await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com"})


Begin = Callable[[Harness, httpx.AsyncClient], Awaitable[None]]
# What is begun, what is typed to use its link, and where the page of a link that is gone leads.
LINKS: list[tuple[Begin, dict[str, str], str]] = [
    (confirmation, {}, "/"),
    (reset, {"password": NEW}, "/forgot-password"),
    (sign_in, {}, "/"),
    (unlock, {}, "/sign-in"),
    (address_change, {}, "/settings/address"),
    (invitation, {}, "/o/ember/feed"),
]


@pytest.mark.parametrize(("begin", "typed", "on_to"), LINKS, ids=[begin.__name__ for begin, _typed, _on_to in LINKS])
def test_a_link_that_was_used(harness: Harness, begin: Begin, typed: dict[str, str], on_to: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await begin(harness, browser)
            await harness.work()
            link = harness.link("bo@example.com")
            for _look in range(3):
                shown = await browser.get(link)
                assert (shown.status_code, GONE in shown.text) == (200, False)
            led_to(await send(browser, shown, link.partition("?")[0], **typed))
            again = await browser.get(link)
            if begin is invitation:
                assert led_to(again) == on_to
                return
            assert (again.status_code, GONE in again.text) == (200, True)
            assert f'action="{link.partition("?")[0]}"' not in again.text, "it still asks for something"
            main = again.text.partition("<main")[2]
            assert f'href="{on_to}"' in main

    asyncio.run(run())


@pytest.mark.parametrize(
    ("begin", "hours"), [(confirmation, 2), (reset, 2), (sign_in, 1), (unlock, 2), (address_change, 2), (invitation, 200)]
)
def test_a_link_that_has_expired(harness: Harness, begin: Begin, hours: int) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await begin(harness, browser)
            await harness.work()
            link = harness.link("bo@example.com")
            harness.clock.advance(seconds=hours * 3600)
            browser.cookies.delete("phoenix_session")
            if begin is address_change:
                await harness.sql("UPDATE sessions SET idle_until = $1, until = $1", harness.clock.now().replace(year=2030))
                browser.cookies.set("phoenix_session", harness.people["ada"].token)
            shown = await browser.get(link)
            words = "This invitation is no longer valid" if begin is invitation else GONE
            assert (shown.status_code, words in shown.text) == (200, True)
            assert f'action="{link.partition("?")[0]}"' not in shown.text

    asyncio.run(run())


def test_a_used_link_of_someone_signed_out_leads_back_to_signing_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser, harness.new_client() as other:
            await sign_up(harness, browser, "bo@example.com", "/")
            link = harness.link("bo@example.com")
            await send(browser, link, "/verify/link")
            page = await other.get(link)
            assert 'href="/sign-in"' in page.text.partition("<main")[2]

    asyncio.run(run())


def test_a_link_that_changes_the_address_of_another_account_says_whose_it_is_and_leads_on(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await address_change(harness, browser)
            await harness.work()
            link, cleo = harness.link("bo@example.com"), await harness.person("cleo")
            browser.cookies.clear()
            browser.cookies.set("phoenix_session", cleo.token)
            page = await browser.get(link)
            assert "This link belongs to another account" in page.text
            assert form_of(page, "/sign-out")[1]["next"] == link

    asyncio.run(run())


@pytest.mark.parametrize(("path", "next_step"), [("/sign-in/by-email", "/sign-in/code"), ("/reset-password", "/forgot-password")])
def test_a_page_for_a_code_claims_an_email_only_when_one_was_requested(harness: Harness, path: str, next_step: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("bo", password=True)
            opened = await browser.get(path)
            assert "emailed you" not in opened.text
            assert re.search(rf'No code yet\?\s*<a[^>]* href="{next_step}"', opened.text)
            sent = await browser.get(led_to(await send(browser, next_step, next_step, email="bo@example.com")))
            assert (str(sent.url.path), "emailed you a code" in sent.text) == (path, True)
            refused = await send(browser, sent, path, code="00000000", password=PASSWORD)
            assert (refused.status_code, "emailed you a code" in refused.text) == (422, True)

    asyncio.run(run())
