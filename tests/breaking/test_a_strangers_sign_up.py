"""Two sign-ups with one address, one of them a stranger's: which email the owner uses must not decide whose password is set."""

from __future__ import annotations

import asyncio
import re

import httpx
from tests.harness import PASSWORD, Harness

STRANGERS = "twelve ladders in the rain"


def test_the_owner_is_not_signed_in_to_an_account_with_a_strangers_password(harness: Harness) -> None:
    """The stranger signs up right after the owner, who then enters the code of the newest email: that of the stranger's sign-up."""

    async def run() -> None:
        async with harness:
            for password in (PASSWORD, STRANGERS):
                given = {"email": "zoe@example.com", "password": password, "name": "Zoe", "accept_terms": True}
                assert (await harness.post("/api/v2/accounts", json=given)).status_code == 202
                await harness.work()
            async with harness.new_client() as browser:
                await enter_code(harness, browser, password=PASSWORD)
                assert (await browser.get("/api/v2/me")).status_code == 200
            strangers = await harness.post("/api/v2/sessions", json={"email": "zoe@example.com", "password": STRANGERS})
            assert strangers.status_code == 401

    asyncio.run(run())


def test_the_sign_up_of_the_browser_that_confirms_the_address_is_activated(harness: Harness) -> None:
    """The owner signs up on the page and a stranger right after them; the owner enters the code of the newest email."""

    async def run() -> None:
        async with harness:
            async with harness.new_client() as browser:
                page = await browser.get("/sign-up")
                sent = {"csrf": csrf_of(page), "email": "zoe@example.com", "password": PASSWORD, "name": "Zoe", "accept_terms": "on"}
                assert (await browser.post("/sign-up", data=sent)).status_code == 200
                await harness.work()
                theirs = {"email": "zoe@example.com", "password": STRANGERS, "name": "Not Zoe", "accept_terms": True}
                assert (await harness.post("/api/v2/accounts", json=theirs)).status_code == 202
                await harness.work()
                await harness.events()
                await enter_code(harness, browser)
                assert await harness.events() == ["accounts.created", "sessions.started"]
                assert (await browser.get("/api/v2/me")).json()["name"] == "Zoe"
            for password, status in ((STRANGERS, 401), (PASSWORD, 201)):
                given = {"email": "zoe@example.com", "password": password}
                assert (await harness.post("/api/v2/sessions", json=given)).status_code == status

    asyncio.run(run())


def test_a_person_who_entered_the_sign_up_password_can_sign_in_with_the_code(harness: Harness) -> None:
    """The sign-up started on another device; this one sent its password before the address was confirmed."""

    async def run() -> None:
        async with harness:
            given = {"email": "zoe@example.com", "password": PASSWORD, "name": "Zoe", "accept_terms": True}
            assert (await harness.post("/api/v2/accounts", json=given)).status_code == 202
            await harness.work()
            async with harness.new_client() as browser:
                page = await browser.get("/sign-in")
                sent = {"csrf": csrf_of(page), "email": "zoe@example.com", "password": PASSWORD}
                answer = await browser.post("/sign-in", data=sent)
                assert answer.headers["location"] == "/verify?email=zoe%40example.com"
                assert (await enter_code(harness, browser)).headers["location"] == "/"
                assert (await browser.get("/api/v2/me")).status_code == 200

    asyncio.run(run())


def test_a_forged_sign_up_cookie_signs_nobody_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            given = {"email": "zoe@example.com", "password": PASSWORD, "name": "Zoe", "accept_terms": True}
            assert (await harness.post("/api/v2/accounts", json=given)).status_code == 202
            await harness.work()
            sign_up = (await harness.sql("SELECT id FROM sign_ups"))[0]["id"]
            async with harness.new_client() as browser:
                browser.cookies.set("phoenix_sign_up", sign_up)
                await enter_code(harness, browser, expected=422)
                assert (await browser.get("/api/v2/me")).status_code == 401

    asyncio.run(run())


def test_a_strangers_sign_up_by_the_api_gives_the_owner_no_password_but_their_own(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            given = {"email": "zoe@example.com", "password": STRANGERS, "name": "Zoe", "accept_terms": True}
            assert (await harness.post("/api/v2/accounts", json=given)).status_code == 202
            await harness.work()
            proof = {"email": "zoe@example.com", "code": harness.code("zoe@example.com")}
            missing = await harness.post("/api/v2/accounts/verify", json=proof)
            assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "password")
            common = await harness.post("/api/v2/accounts/verify", json={**proof, "password": "password1234"})
            assert (common.status_code, common.json()["errors"][0]["field"]) == (422, "password")
            assert (await harness.post("/api/v2/accounts/verify", json={**proof, "password": PASSWORD})).status_code == 204
            for password, status in ((STRANGERS, 401), (PASSWORD, 201)):
                answer = await harness.post("/api/v2/sessions", json={"email": "zoe@example.com", "password": password})
                assert answer.status_code == status

    asyncio.run(run())


async def enter_code(harness: Harness, browser: httpx.AsyncClient, *, password: str = "", expected: int = 303) -> httpx.Response:
    """Enter the code of the newest email, and a password where this browser has no sign-up of its own."""
    page = await browser.get("/verify?email=zoe@example.com")
    sent = {"csrf": csrf_of(page), "email": "zoe@example.com", "code": harness.code("zoe@example.com"), "password": password}
    answer = await browser.post("/verify", data=sent)
    assert answer.status_code == expected
    return answer


def csrf_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]
