"""A5: an external account is connected only with its owner's consent here, and the last sign-in method stays."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from tests.harness import PASSWORD, Place
from tests.oidc.people import connect_again, is_signed_in, press, sign_in_by_password, sign_up, sign_up_by_password, start_connecting
from tests.oidc.running import (
    CALLBACK,
    Provider,
    csrf_of,
    phoenix_with,
    problem_of,
    redirect_target,
    return_from_provider,
    running_provider,
    sign_in_at_provider,
    sign_in_with,
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(CALLBACK) as provider:
        yield provider


def test_an_existing_account_is_connected_only_with_its_owners_consent(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser, harness.new_client() as other:
            await sign_up_by_password(harness)
            await harness.events()
            answer = await sign_in_with(browser, on_to="/settings/profile")
            assert answer.status_code == 409
            assert problem_of(answer) == "An account with this address already exists. Sign in to it, then connect Acme."
            assert not await is_signed_in(browser)
            assert await harness.events() == []
            # The page that says so leads to the next step: sign in, then agree.
            sent = {name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', answer.text)[1] for name in ("next", "email")}  # type: ignore[index]
            assert sent == {"next": "/settings/connect", "email": "ada@example.com"}
            answer = await browser.post("/sign-in", data={"csrf": csrf_of(answer.text), **sent, "password": PASSWORD})
            assert answer.headers["location"] == "/settings/connect"
            shown = await browser.get("/settings/connect")
            assert "Connect Acme" in shown.text
            assert await harness.events() == ["sessions.started"]
            answer = await press(browser, "/settings/connect", "/settings/connect")
            assert answer.headers["location"] == "/settings/profile"
            assert await harness.events() == ["providers.identity_connected"]
            assert "accounts.send_security_notice" in await harness.work()
            assert (await sign_in_with(other)).headers["location"] == "/"
            assert await is_signed_in(other)

    asyncio.run(run())


def test_another_account_cannot_consent_to_the_connection(place: Place, provider: Provider) -> None:
    """Ada's external account is pending in a browser, and Bo signs in there: a shared computer."""

    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            await sign_up_by_password(harness)
            await sign_in_with(browser)
            bo = await harness.person("bo")
            browser.cookies.set("phoenix_session", bo.token)
            shown = await browser.get("/settings/connect")
            assert shown.status_code == 409
            assert "Your address at Acme differs from the address of this account." in shown.text
            token = csrf_of((await browser.get("/settings/profile")).text)
            assert (await browser.post("/settings/connect", data={"csrf": token})).status_code == 409
            assert await harness.sql("SELECT 1 FROM identities") == []

    asyncio.run(run())


def test_an_account_can_be_connected_in_the_settings(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser, harness.new_client() as other:
            await sign_up_by_password(harness)
            await sign_in_by_password(browser)
            await harness.events()
            # The address at the provider does not matter: the owner is signed in here, has re-authenticated and asked for it.
            answer = await return_from_provider(browser, await sign_in_at_provider(await start_connecting(browser), "unverified"))
            assert answer.headers["location"] == "/settings/security"
            assert await harness.events() == ["providers.identity_connected"]
            page = await browser.get("/settings/security")
            assert "No address given" in page.text
            listed = (await harness.sql("SELECT email FROM identities"))[0]
            assert listed["email"] == "", "an unverified address is not stored"
            # The same external account cannot belong to a second account here.
            bo = await harness.person("bo")
            other.cookies.set("phoenix_session", bo.token)
            answer = await return_from_provider(other, await sign_in_at_provider(await start_connecting(other), "unverified"))
            assert answer.status_code == 409
            assert "This Acme account is already connected to another account here." in answer.text

    asyncio.run(run())


def test_connecting_requires_a_recent_authentication_in_the_same_session(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            await sign_up_by_password(harness)
            await sign_in_by_password(browser)
            arrived = await sign_in_at_provider(await start_connecting(browser), "bo")
            page = await browser.get("/settings/profile")
            token = csrf_of(page.text)
            await browser.post("/sign-out", data={"csrf": token})
            answer = await return_from_provider(browser, arrived)
            assert problem_of(answer) == "You've been signed out. Sign in and connect it again."
            await sign_in_by_password(browser)
            arrived = await sign_in_at_provider(await start_connecting(browser), "bo")
            mine = browser.cookies["phoenix_session"]
            eve = await harness.person("eve")
            browser.cookies.delete("phoenix_session")
            browser.cookies.set("phoenix_session", eve.token)
            assert "been signed out. Sign in and connect it again." in (await return_from_provider(browser, arrived)).text
            browser.cookies.delete("phoenix_session")
            browser.cookies.set("phoenix_session", mine)
            harness.clock.advance(minutes=21)
            page = await browser.get("/settings/security")
            answer = await browser.post("/settings/connect/acme", data={"csrf": csrf_of(page.text)})
            assert answer.headers["location"].startswith("/confirm?")
            assert await harness.sql("SELECT 1 FROM identities") == []

    asyncio.run(run())


def test_the_last_sign_in_method_cannot_be_disconnected(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed(), provider.listed("second")) as harness, harness.new_client() as browser:
            await sign_up(browser)
            await harness.events()
            shown = (await browser.get("/settings/security")).text
            action = re.search(r'action="(/settings/identities/[^"]+/disconnect)"', shown)[1]  # type: ignore[index]
            answer = await press(browser, "/settings/security", action)
            assert answer.status_code == 409
            assert "Acme is your only sign-in method. Set a password or add a passkey before you disconnect it." in answer.text
            session = {"Authorization": f"Bearer {browser.cookies['phoenix_session']}"}
            identity = action.split("/")[3]
            refused = await harness.delete(f"/api/v2/identities/{identity}", headers=session)
            assert (refused.status_code, refused.json()["code"]) == (409, "last_way_in")
            assert await harness.events() == []
            page = await browser.get("/settings/password")
            sent = {"csrf": csrf_of(page.text), "password": PASSWORD}
            assert (await browser.post("/settings/password", data=sent)).status_code == 303
            await harness.events()
            eve = await harness.person("eve")
            stranger = await harness.delete(f"/api/v2/identities/{identity}", headers={"Authorization": f"Bearer {eve.token}"})
            assert stranger.status_code == 404
            listed = (await harness.get("/api/v2/identities", headers=session)).json()["items"]
            assert [(one["id"], one["provider"], one["email"]) for one in listed] == [(identity, "acme", "ada@example.com")]
            assert (await harness.delete(f"/api/v2/identities/{identity}", headers=session)).status_code == 204
            assert await harness.events() == ["providers.identity_disconnected"]
            assert (await harness.delete(f"/api/v2/identities/{identity}", headers=session)).status_code == 404
            async with harness.new_client() as other:
                assert problem_of(await sign_in_with(other)).startswith("An account with this address already exists.")

    asyncio.run(run())


def test_two_sign_in_methods_cannot_both_be_disconnected_at_once(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            await sign_up(browser)
            await return_from_provider(
                browser, await sign_in_at_provider(await redirect_target(browser, await connect_again(browser)), "bo")
            )
            session = {"Authorization": f"Bearer {browser.cookies['phoenix_session']}"}
            listed = (await harness.get("/api/v2/identities", headers=session)).json()["items"]
            assert len(listed) == 2
            answers = await asyncio.gather(*(harness.delete(f"/api/v2/identities/{one['id']}", headers=session) for one in listed))
            assert sorted(answer.status_code for answer in answers) == [204, 409]
            assert len(await harness.sql("SELECT 1 FROM identities")) == 1

    asyncio.run(run())
