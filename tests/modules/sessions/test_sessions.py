"""A4, A6: sessions of pages and the API: limits, “remember me”, ending and refreshing them."""

from __future__ import annotations

import asyncio
import re

import httpx
from tests.harness import PASSWORD, Harness


async def _account(harness: Harness, email: str = "ada@example.com") -> None:
    await harness.post(
        "/api/v2/accounts", json={"email": email, "password": PASSWORD, "name": "Ada", "accept_terms": True, "time_zone": "UTC"}
    )
    await harness.work()
    await harness.post("/api/v2/accounts/verify", json={"email": email, "code": harness.code(email), "password": PASSWORD})
    await harness.events()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_an_ended_session_is_refused_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            first = (await harness.post("/api/v2/sessions", json={"email": "ada@example.com", "password": PASSWORD})).json()
            second = (await harness.post("/api/v2/sessions", json={"email": "ada@example.com", "password": PASSWORD})).json()
            await harness.events()
            assert (await harness.get("/api/v2/me", headers=_bearer(first["access_token"]))).status_code == 200
            ended = await harness.delete(f"/api/v2/sessions/{first['session']}", headers=_bearer(second["access_token"]))
            assert ended.status_code == 204
            assert (await harness.get("/api/v2/me", headers=_bearer(first["access_token"]))).status_code == 401
            assert (await harness.get("/api/v2/me", headers=_bearer(second["access_token"]))).status_code == 200
            refused = await harness.post("/api/v2/sessions/refresh", json={"refresh_token": first["refresh_token"]})
            assert refused.json()["code"] == "refresh_refused"
            assert await harness.events() == ["sessions.ended"]

    asyncio.run(run())


def test_someone_elses_session_cannot_be_ended(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada, _eve = await harness.person("ada"), await harness.person("eve")
            assert (await harness.delete(f"/api/v2/sessions/{ada.session}", by="eve")).status_code == 404
            assert (await harness.get("/api/v2/me", by="ada")).status_code == 200
            assert await harness.events() == []

    asyncio.run(run())


def test_refreshing_rotates_the_token_and_two_tabs_get_the_same_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            made = (await harness.post("/api/v2/sessions", json={"email": "ada@example.com", "password": PASSWORD})).json()
            old = {"refresh_token": made["refresh_token"]}
            tabs = await asyncio.gather(*(harness.post("/api/v2/sessions/refresh", json=old) for _ in range(4)))
            assert {tab.status_code for tab in tabs} == {200}
            assert len({tab.json()["refresh_token"] for tab in tabs}) == 1
            fresh = tabs[0].json()
            assert (await harness.get("/api/v2/me", headers=_bearer(fresh["access_token"]))).status_code == 200

    asyncio.run(run())


def test_reusing_an_old_refresh_token_ends_the_session_as_stolen(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            made = (await harness.post("/api/v2/sessions", json={"email": "ada@example.com", "password": PASSWORD})).json()
            old = {"refresh_token": made["refresh_token"]}
            fresh = (await harness.post("/api/v2/sessions/refresh", json=old)).json()
            assert (await harness.get("/api/v2/me", headers=_bearer(fresh["access_token"]))).status_code == 200
            await harness.events()
            harness.clock.advance(seconds=61)
            assert (await harness.post("/api/v2/sessions/refresh", json=old)).status_code == 401
            assert await harness.events() == ["sessions.ended"]
            assert (await harness.get("/api/v2/me", headers=_bearer(fresh["access_token"]))).status_code == 401
            again = await harness.post("/api/v2/sessions/refresh", json={"refresh_token": fresh["refresh_token"]})
            assert again.status_code == 401

    asyncio.run(run())


def test_an_access_token_expires_after_its_lifetime(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            made = (await harness.post("/api/v2/sessions", json={"email": "ada@example.com", "password": PASSWORD})).json()
            harness.clock.advance(seconds=made["expires_in"] - 1)
            assert (await harness.get("/api/v2/me", headers=_bearer(made["access_token"]))).status_code == 200
            harness.clock.advance(seconds=1)
            assert (await harness.get("/api/v2/me", headers=_bearer(made["access_token"]))).status_code == 401

    asyncio.run(run())


def test_a_browser_session_expires_when_idle_and_stays_valid_while_used(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            async with harness.new_client() as browser:
                cookie = await _sign_in(browser)
                assert "Max-Age" not in cookie
                for _use in range(5):
                    harness.clock.advance(minutes=110)
                    assert (await browser.get("/settings/profile")).status_code == 200
                    await harness.runtime.database.pool.execute("SELECT 1")
                harness.clock.advance(minutes=121)
                assert (await browser.get("/settings/profile")).status_code == 303

    asyncio.run(run())


def test_a_remembered_session_survives_closing_the_browser(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            async with harness.new_client() as browser:
                cookie = await _sign_in(browser, remember="on")
                assert int(re.search(r"Max-Age=(\d+)", cookie)[1]) == 90 * 86400  # type: ignore[index]
                harness.clock.advance(days=29)
                assert (await browser.get("/settings/profile")).status_code == 200
                harness.clock.advance(days=31)
                assert (await browser.get("/settings/profile")).status_code == 303

    asyncio.run(run())


def test_the_cookie_is_http_only_and_bound_to_its_host(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            async with harness.new_client() as browser:
                cookie = await _sign_in(browser)
                assert "HttpOnly" in cookie
                assert "SameSite=lax" in cookie
        harness.variables["PHOENIX_PUBLIC_URL"] = "https://phoenix.test"
        async with harness, harness.new_client() as browser:
            cookie = await _sign_in(browser, scheme="https")
            assert cookie.startswith("__Host-phoenix_session=")
            assert "Secure" in cookie

    asyncio.run(run())


async def _sign_in(browser: httpx.AsyncClient, *, scheme: str = "http", **fields: str) -> str:
    url = f"{scheme}://phoenix.test/sign-in"
    page = await browser.get(url)
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    sent = {"csrf": csrf, "email": "ada@example.com", "password": PASSWORD, **fields}
    answer = await browser.post(url, data=sent)
    assert answer.status_code == 303, answer.text
    return next(c for c in answer.headers.get_list("set-cookie") if "phoenix_session=" in c)
