"""However many strangers ask, an account's own devices get their emails, and each organisation's invitations arrive."""

from __future__ import annotations

import asyncio

import pytest
from tests.asvs.browsing import press, sign_in
from tests.breaking.test_limits_of_emails import strangers
from tests.harness import PASSWORD, Harness

from phoenix.kernel.runtime import EMAILS_AN_HOUR, EMAILS_OF_ALL_AN_HOUR

# The page and the route of what someone who is not signed in can have sent to an account.
REQUESTS = {"/forgot-password": "/api/v2/password_resets", "/sign-in/code": "/api/v2/sessions/email_code"}


@pytest.mark.parametrize("path", REQUESTS.values())
def test_strangers_of_many_networks_leave_a_known_device_its_emails(harness: Harness, path: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            device = (await harness.sign_in("bo")).json()["device"]
            await strangers(harness, path)
            for sent in ({}, {"device": "x" * 43}):
                await harness.post(path, json={"email": "bo@example.com", **sent})
                await harness.work()
                assert len(harness.mails("bo@example.com")) == EMAILS_OF_ALL_AN_HOUR, "anyone could say that they are the owner"
            for _ in range(EMAILS_AN_HOUR + 1):
                await harness.post(path, json={"email": "bo@example.com", "device": device})
            await harness.work()
            assert len(harness.mails("bo@example.com")) == EMAILS_OF_ALL_AN_HOUR + EMAILS_AN_HOUR
            done = {"email": "bo@example.com", "code": harness.code("bo@example.com"), "password": "seven kettles on a cold morning"}
            if "email_code" in path:
                done.pop("password")
            assert (await harness.post(f"{path}/complete", json=done)).status_code in {201, 204}

    asyncio.run(run())


@pytest.mark.parametrize(("page", "path"), REQUESTS.items())
def test_a_browser_that_an_account_knows_gets_its_email(harness: Harness, page: str, path: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            async with harness.new_client() as browser:
                await sign_in(browser, "bo@example.com", PASSWORD)
                assert "phoenix_device" in browser.cookies
                browser.cookies.delete("phoenix_session")
                await strangers(harness, path)
                assert (await press(browser, page, email="bo@example.com")).status_code == 303
                await harness.work()
                assert len(harness.mails("bo@example.com")) == EMAILS_OF_ALL_AN_HOUR + 1
                # It is no device of Ada's.
                await harness.person("ada", password=True)
                await strangers(harness, path, to="ada@example.com")
                assert (await press(browser, page, email="ada@example.com")).status_code == 303
                await harness.work()
                assert len(harness.mails("ada@example.com")) == EMAILS_OF_ALL_AN_HOUR

    asyncio.run(run())


async def invites(harness: Harness, by: str, organisation: str, *, times: int = 1) -> int:
    """Send an invitation to Bo this often. Returns how many emails came of it."""
    before = len(harness.mails("bo@example.com"))
    path = f"/api/v2/organisations/{harness.organisations[organisation]}/invitations"
    for _ in range(times):
        assert (await harness.post(path, by=by, json={"email": "bo@example.com"})).status_code == 201
    await harness.work()
    return len(harness.mails("bo@example.com")) - before


def test_one_organisation_does_not_keep_the_invitations_of_others_from_arriving(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ash", eve="owner", eva="administrator")
            await harness.organisation("birch", ada="owner")
            # Nor by two people, and nor does one person by many organisations.
            assert await invites(harness, "eve", "ash", times=EMAILS_AN_HOUR + 2) == EMAILS_AN_HOUR
            assert await invites(harness, "eva", "ash") == 0
            for number in range(4):
                await harness.organisation(f"cedar{number}", eve="owner")
                assert await invites(harness, "eve", f"cedar{number}") == 0
            assert await invites(harness, "ada", "birch") == 1

    asyncio.run(run())


def test_all_organisations_together_send_a_few_invitations_to_one_address(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            sent = 0
            for number in range(6):
                await harness.organisation(f"o{number}", **{f"p{number}": "owner"})
                sent += await invites(harness, f"p{number}", f"o{number}", times=EMAILS_AN_HOUR)
            assert sent == EMAILS_OF_ALL_AN_HOUR

    asyncio.run(run())
