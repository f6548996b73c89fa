"""ASVS 5.0, V7: requirements on sessions that no other test covers."""

from __future__ import annotations

import asyncio

from tests.asvs.browsing import press, sign_in
from tests.factors import Factors
from tests.harness import PASSWORD, Harness
from tests.oidc.running import csrf_of
from tests.web.markup import parse

from phoenix.composition import MODULES
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions.delete_account import erase_account


def test_session_tokens_are_long_unique_and_stored_as_hashes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            tokens = set()
            for _session in range(5):
                async with harness.new_client() as browser:
                    await sign_in(browser, "ada@example.com", PASSWORD)
                    tokens.add(browser.cookies["phoenix_session"])
            assert len(tokens) == 5
            # 43 base64url characters encode 256 bits.
            assert all(len(token.removeprefix("pho_")) == 43 for token in tokens)
            kept = "".join(str(row) for row in await harness.sql("SELECT token_hash, refresh_hash FROM sessions"))
            assert not any(token in kept or token.removeprefix("pho_") in kept for token in tokens)

    asyncio.run(run())


def test_signing_in_again_ends_the_previous_session_of_the_browser(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            await harness.person("bo", password=True)
            await sign_in(browser, "ada@example.com", PASSWORD)
            former = browser.cookies["phoenix_session"]
            await harness.events()
            await sign_in(browser, "bo@example.com", PASSWORD)
            assert browser.cookies["phoenix_session"] != former
            assert await harness.events() == ["sessions.started", "sessions.ended"]
            assert (await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {former}"})).status_code == 401
            assert (await browser.get("/settings/profile")).status_code == 200
            # The most expensive sign-in, from an unknown device, stays within its query budget too.
            cy = await Factors.of(harness, "cy")
            former = browser.cookies["phoenix_session"]
            await sign_in(browser, cy.email, PASSWORD)
            assert (await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {former}"})).status_code == 200
            shown = await browser.get("/sign-in/second-step?methods=backup_code")
            sent = {"csrf": csrf_of(shown.text), "method": "backup_code", "code": cy.codes[0]}
            assert (await browser.post("/sign-in/second-step", data=sent)).status_code == 303
            assert (await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {former}"})).status_code == 401

    asyncio.run(run())


def test_ending_other_sessions_requires_a_recent_authentication_but_signing_out_does_not(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            fresh = (await harness.sign_in("ada")).json()
            made = (await harness.sign_in("ada")).json()
            harness.clock.advance(minutes=14)
            again = (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": made["refresh_token"]})).json()["access_token"]
            harness.clock.advance(minutes=7)
            head = {"Authorization": f"Bearer {again}"}
            for path in (f"/api/v2/sessions/{fresh['session']}", "/api/v2/sessions"):
                refused = await harness.delete(path, headers=head)
                assert refused.json()["code"] == "reauthentication_required", path
            assert (await harness.delete("/api/v2/sessions/current", headers=head)).status_code == 204

    asyncio.run(run())


def test_sessions_are_unlimited_and_each_can_be_viewed_and_ended(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            made = [(await harness.sign_in("ada")).json() for _session in range(12)]
            listed = {one["id"] for one in (await harness.get("/api/v2/sessions", by="ada")).json()["items"]}
            assert {one["session"] for one in made} < listed
            assert (await harness.delete("/api/v2/sessions", by="ada")).status_code == 204
            for one in made:
                assert (await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {one['access_token']}"})).status_code == 401

    asyncio.run(run())


def test_other_sessions_can_be_ended_after_a_change_of_factors(harness: Harness) -> None:
    """The page shown after the app is turned off offers it; the page shown after it is turned on links to it."""

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ada = await Factors.of(harness, "ada")
            await sign_in(browser, ada.email, PASSWORD)
            await press(browser, "/sign-in/second-step", method="totp", code=ada.now())
            codes = await press(browser, "/settings/security", "/settings/backup-codes")
            assert 'href="/settings/security"' in (await browser.get(codes.headers["location"])).text
            removed = await press(browser, "/settings/security", "/settings/totp/remove")
            assert removed.headers["location"].partition("?")[0] == "/settings/security"
            assert 'action="/settings/sessions/end-others"' in (await browser.get("/settings/security")).text
            ended = await press(browser, "/settings/security", "/settings/sessions/end-others")
            assert ended.status_code == 303
            assert (await harness.get("/api/v2/me", by="ada")).status_code == 401

    asyncio.run(run())


def test_an_erased_account_has_no_sessions(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            assert (await harness.delete("/api/v2/me", by="ada")).status_code == 204
            await harness.sql("UPDATE accounts SET erase_at = $1", harness.clock.now())
            async with harness.runtime.database.transaction() as tx:
                assert await erase_account(harness.runtime, tx, harness.people["ada"].id)
            assert (await harness.get("/api/v2/me", by="ada")).status_code == 401

    asyncio.run(run())


def test_every_page_of_a_signed_in_user_offers_to_sign_out(rendered: dict[str, str]) -> None:
    checked = 0
    for name, text in rendered.items():
        elements, _faults = parse(text)
        # Pages in the shared layout: the link to personal settings is there only for signed-in users.
        if any(e.tag == "a" and e.get("href") == "/settings/profile" for e in elements):
            assert any(e.tag == "form" and e.get("action") == "/sign-out" for e in elements), name
            checked += 1
    assert checked > 20


def test_opening_a_page_signs_nobody_in(harness: Harness) -> None:
    """Opening a public page never starts a session. Only forms do, and the callback of a provider that the person chose."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.post("/api/v2/sessions/email_code", json={"email": "ada@example.com"})
            await harness.work()
            await harness.events()
            token = harness.link("ada@example.com").partition("token=")[2]
            tried = 0
            for module in MODULES:
                for route in module.routes:
                    if route.opt["rule"].may == PUBLIC and "GET" in route.http_methods and "public" in route.opt["rule"].listeners:
                        path = min(route.paths).replace("{provider:str}", "acme")
                        answer = await harness.get(f"{path}?token={token}&email=ada@example.com&next=/")
                        assert "phoenix_session" not in str(answer.headers.get_list("set-cookie")), path
                        tried += 1
            assert tried > 10
            assert "sessions.started" not in await harness.events()

    asyncio.run(run())
