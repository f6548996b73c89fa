"""ASVS V7: re-authentication asks for the same factors as sign-in, and replaces the tokens of the session."""

from __future__ import annotations

import asyncio

import httpx
from tests.asvs.browsing import press, sign_in
from tests.factors import Factors
from tests.harness import PASSWORD, REAUTHENTICATE, Harness
from tests.oidc.running import csrf_of


def test_reauthentication_gives_the_browser_a_new_token(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            for kept in ({}, {"remember": "on"}):
                await sign_in(browser, "ada@example.com", PASSWORD, **kept)
                former = browser.cookies["phoenix_session"]
                proven = await press(browser, "/confirm", method="password", password=PASSWORD, next="/settings/security")
                assert proven.status_code == 303
                cookie = next(value for value in proven.headers.get_list("set-cookie") if value.startswith("phoenix_session="))
                assert ("max-age" in cookie.lower()) == bool(kept)
                assert browser.cookies["phoenix_session"] != former
                assert (await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {former}"})).status_code == 401
                assert (await browser.get("/settings/security")).status_code == 200

    asyncio.run(run())


def test_reauthentication_gives_an_api_client_new_tokens(harness: Harness) -> None:
    """The old access token is invalid at once, even where it is cached; another tab can still send the old refresh token."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            made = (await harness.sign_in("ada")).json()
            before = {"Authorization": f"Bearer {made['access_token']}"}
            assert (await harness.get("/api/v2/me", headers=before)).status_code == 200
            await harness.events()
            confirmed = await harness.post(REAUTHENTICATE, headers=before, json={"method": "password", "code": PASSWORD})
            assert confirmed.status_code == 200
            assert await harness.events() == ["sessions.reauthenticated"]
            assert confirmed.json()["session"] == made["session"]
            assert (await harness.get("/api/v2/me", headers=before)).status_code == 401
            for answer in (confirmed, *[await _refresh(harness, made["refresh_token"]) for _tab in range(2)]):
                head = {"Authorization": f"Bearer {answer.json()['access_token']}"}
                assert (await harness.get("/api/v2/me", headers=head)).status_code == 200
                assert answer.json()["refresh_token"] == confirmed.json()["refresh_token"]
            harness.clock.advance(seconds=61)
            assert (await _refresh(harness, made["refresh_token"])).status_code == 401
            assert (await harness.get("/api/v2/me", headers=head)).status_code == 401

    asyncio.run(run())


def test_the_new_refresh_token_of_a_reauthentication_is_the_valid_one(harness: Harness) -> None:
    """Only the new token is tested: using the old one in between would give the same result."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            before = {"Authorization": f"Bearer {(await harness.sign_in('ada')).json()['access_token']}"}
            confirmed = await harness.post(REAUTHENTICATE, headers=before, json={"method": "password", "code": PASSWORD})
            again = await _refresh(harness, confirmed.json()["refresh_token"])
            assert again.status_code == 200
            head = {"Authorization": f"Bearer {again.json()['access_token']}"}
            assert (await harness.get("/api/v2/me", headers=head)).status_code == 200

    asyncio.run(run())


def test_a_failed_reauthentication_changes_no_token(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            made = (await harness.sign_in("ada")).json()
            head = {"Authorization": f"Bearer {made['access_token']}"}
            assert (
                await harness.post(REAUTHENTICATE, headers=head, json={"method": "password", "code": "not it at all"})
            ).status_code == 422
            assert (await harness.get("/api/v2/me", headers=head)).status_code == 200

    asyncio.run(run())


def test_the_api_gives_a_browser_its_new_token_as_a_cookie(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            await sign_in(browser, "ada@example.com", PASSWORD)
            former = browser.cookies["phoenix_session"]
            csrf = csrf_of((await browser.get("/settings/security")).text)
            answer = await browser.post(REAUTHENTICATE, json={"method": "password", "code": PASSWORD}, headers={"X-CSRF-Token": csrf})
            assert answer.status_code == 200
            assert answer.json()["access_token"] is None
            assert browser.cookies["phoenix_session"] != former
            assert (await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {former}"})).status_code == 401
            assert (await browser.get("/api/v2/me")).status_code == 200

    asyncio.run(run())


async def _refresh(harness: Harness, token: str) -> httpx.Response:
    return await harness.post("/api/v2/sessions/refresh", json={"refresh_token": token})


def test_people_with_a_second_factor_confirm_both_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            harness.clock.advance(minutes=21)

            async def shown(**given: str) -> int:
                return (await harness.post(REAUTHENTICATE, by="ada", json=given)).status_code

            await harness.get("/api/v2/me", by="ada")
            fresh = await ada.second("totp", ada.now())
            harness.people["ada"].token = fresh.json()["access_token"]
            harness.clock.advance(minutes=14)
            harness.people["ada"].token = (
                await harness.post("/api/v2/sessions/refresh", json={"refresh_token": fresh.json()["refresh_token"]})
            ).json()["access_token"]
            harness.clock.advance(minutes=7)
            assert (await harness.delete("/api/v2/totp", by="ada")).json()["code"] == "reauthentication_required"
            assert await shown(method="password", code=PASSWORD) == 422
            assert await shown(method="totp", code=ada.now()) == 422
            assert await shown(method="totp", code="000000", password=PASSWORD) == 422
            assert (await harness.delete("/api/v2/totp", by="ada")).status_code == 403
            assert await shown(method="totp", code=ada.now(), password=PASSWORD) == 200
            assert (await harness.delete("/api/v2/totp", by="ada")).status_code == 204

    asyncio.run(run())


def test_the_page_asks_for_both_factors_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ada = await Factors.of(harness, "ada")
            await sign_in(browser, ada.email, PASSWORD)
            await press(browser, "/sign-in/second-step", method="totp", code=ada.now())
            harness.clock.advance(minutes=21)
            page = await browser.get("/confirm")
            assert 'name="password"' in page.text
            assert 'name="code"' in page.text
            assert "Use your password" not in page.text
            assert (await press(browser, "/confirm", method="totp", code=ada.codes[0])).status_code == 422
            proven = await press(
                browser, "/confirm?method=backup_code", "/confirm", method="backup_code", code=ada.codes[0], password=PASSWORD
            )
            assert proven.status_code == 303

    asyncio.run(run())
