"""Two sign-ups with one address, one of them a stranger's: which email the owner uses must not decide whose password is set."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from tests.harness import PASSWORD, Harness

STRANGERS = "twelve ladders in the rain"


def test_the_owner_is_not_signed_in_to_an_account_with_a_strangers_password(harness: Harness) -> None:
    """The stranger signs up right after the owner, who then enters the code of the newest email: that of the stranger's sign-up."""

    async def run() -> None:
        async with harness:
            for password, name in ((PASSWORD, "Zoe"), (STRANGERS, "Not Zoe")):
                given = {"email": "zoe@example.com", "password": password, "name": name, "accept_terms": True}
                assert (await harness.post("/api/v2/accounts", json=given)).status_code == 202
                await harness.work()
            async with harness.new_client() as browser:
                await enter_code(harness, browser, password=PASSWORD)
                assert (await browser.get("/api/v2/me")).json()["name"] == "Zoe Owner"
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
                assert (await browser.post("/sign-up", data=sent)).status_code == 303
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


BY_STRANGER = {
    "email": "zoe@example.com", "password": STRANGERS, "name": "Not Zoe", "accept_terms": True, "time_zone": "Asia/Tokyo", "locale": "en",
}  # fmt: skip
OWNERS = {"password": PASSWORD, "name": "Zoe Owner", "time_zone": "Europe/Berlin", "locale": "en-GB"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (OWNERS, ("Zoe Owner", "Europe/Berlin", "en")),
        ({"password": PASSWORD}, ("zoe", "UTC", "en")),
        ({"password": PASSWORD, "name": ""}, ("zoe", "UTC", "en")),
    ],
    ids=["everything", "only the password", "an empty name"],
)
def test_nothing_that_a_stranger_typed_is_in_the_account(harness: Harness, typed: dict[str, str], expected: tuple[str, ...]) -> None:
    async def run() -> None:
        async with harness:
            assert (await harness.post("/api/v2/accounts", json=BY_STRANGER)).status_code == 202
            await harness.work()
            await harness.sql("UPDATE sign_ups SET locale = 'xx'")
            proof = {"email": "zoe@example.com", "code": harness.code("zoe@example.com")}
            assert (await harness.post("/api/v2/accounts/verify", json={**proof, **typed})).status_code == 204
            found = (await harness.sql("SELECT name, time_zone, locale FROM accounts WHERE email_key = 'zoe@example.com'"))[0]
            assert tuple(found.values()) == expected

    asyncio.run(run())


@pytest.mark.parametrize("field", ["name", "time_zone"])
def test_what_cannot_be_used_is_refused_and_spends_nothing(harness: Harness, field: str) -> None:
    async def run() -> None:
        async with harness:
            assert (await harness.post("/api/v2/accounts", json=BY_STRANGER)).status_code == 202
            await harness.work()
            sent = {"email": "zoe@example.com", "code": harness.code("zoe@example.com"), **OWNERS}
            refused = await harness.post("/api/v2/accounts/verify", json={**sent, field: "\u200d"})
            assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (422, [field])
            assert (await harness.post("/api/v2/accounts/verify", json=sent)).status_code == 204

    asyncio.run(run())


@pytest.mark.parametrize("way", ["code", "link"])
def test_the_page_asks_for_everything_and_a_refused_form_keeps_what_was_typed(harness: Harness, way: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            assert (await harness.post("/api/v2/accounts", json=BY_STRANGER)).status_code == 202
            await harness.work()
            link, path = harness.link("zoe@example.com"), "/verify/link" if way == "link" else "/verify"
            page = await browser.get(link if way == "link" else "/verify?email=zoe@example.com")
            assert "data-zone" in page.text
            assert "Not Zoe" not in page.text
            proof = {"token": link.partition("token=")[2], "code": harness.code("zoe@example.com"), "email": "zoe@example.com"}
            sent = {**proof, **OWNERS, "csrf": csrf_of(page)}
            for wrong in ({"password": "short"}, {"password": ""}):
                refused = await browser.post(path, data={**sent, **wrong})
                assert refused.status_code == 422
                for kept in ('value="Zoe Owner"', 'value="Europe/Berlin"', 'id="password-error"'):
                    assert kept in refused.text
                assert 'id="name-error"' not in refused.text
            refused = await browser.post(path, data={**sent, "name": " ", "password": ""})
            assert 'id="name-error"' in refused.text
            assert 'id="password-error"' in refused.text
            refused = await browser.post(path, data={**sent, "name": " "})
            assert 'id="name-error"' in refused.text
            resent = await browser.get((await browser.post("/verify/resend", data=sent)).headers["location"])
            assert 'value="Zoe Owner"' in resent.text
            assert 'value="Europe/Berlin"' in resent.text
            fresh = {"token": harness.link("zoe@example.com").partition("token=")[2], "code": harness.code("zoe@example.com")}
            assert (await browser.post(path, data={**sent, **fresh})).status_code == 303
            mine = (await browser.get("/api/v2/me")).json()
            assert (mine["name"], mine["time_zone"]) == ("Zoe Owner", "Europe/Berlin")

    asyncio.run(run())


async def enter_code(harness: Harness, browser: httpx.AsyncClient, *, password: str = "", expected: int = 303) -> httpx.Response:
    """Enter the code of the newest email, and a password where this browser has no sign-up of its own."""
    page = await browser.get("/verify?email=zoe@example.com")
    sent = {"csrf": csrf_of(page), "email": "zoe@example.com", "code": harness.code("zoe@example.com"), "password": password}
    answer = await browser.post("/verify", data={**sent, "name": "Zoe Owner" if password else ""})
    assert answer.status_code == expected
    return answer


def csrf_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]
