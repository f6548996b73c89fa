"""Blocker: verification links that did not work on another device, or were used up by a scanner. (A7)"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from tests.blockers.mailboxes import NEW_PASSWORD
from tests.factors import bearer
from tests.harness import PASSWORD, Harness

ADA: dict[str, Any] = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada", "accept_terms": True, "time_zone": "UTC"}


def token_of(page: str) -> str:
    """The CSRF token of a form."""
    return page.partition('name="csrf" value="')[2].partition('"')[0]


async def _sign_up(harness: Harness) -> tuple[str, str]:
    assert (await harness.post("/api/v2/accounts", json=ADA)).status_code == 202
    await harness.work()
    return harness.link("ada@example.com"), harness.code("ada@example.com")


def _sign_in() -> dict[str, str]:
    return {"email": ADA["email"], "password": PASSWORD}


def test_the_link_works_on_another_device_where_the_password_is_set(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client(address="198.51.100.4") as phone:
            link, _code = await _sign_up(harness)
            page = await phone.get(link)
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            assert "Password for your account" in page.text
            sent = {"csrf": csrf, "token": link.partition("token=")[2]}
            refused = await phone.post("/verify/link", data=sent)
            assert refused.status_code == 422
            assert "You haven&#39;t signed up in this browser." in refused.text
            assert "phoenix_session" not in phone.cookies
            answer = await phone.post("/verify/link", data={**sent, "password": NEW_PASSWORD, "name": "Ada"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            assert "phoenix_session" in phone.cookies
            assert (await harness.post("/api/v2/sessions", json=_sign_in())).status_code == 401, "nothing sent before is kept"
            assert (await harness.post("/api/v2/sessions", json={**_sign_in(), "password": NEW_PASSWORD})).status_code == 201

    asyncio.run(run())


@pytest.mark.parametrize("way", ["code", "link"])
def test_the_link_signs_in_the_browser_of_the_sign_up_and_opens_the_requested_page(harness: Harness, way: str) -> None:
    """An invitation leads to sign-up, but the link in the confirmation email does not contain the invitation."""
    invitation = "/invitations/accept?token=abc"

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            form = await browser.get(f"/sign-up?next={quote(invitation, safe='')}")
            sent = {"email": ADA["email"], "password": PASSWORD, "name": "Ada", "accept_terms": "1", "next": invitation}
            assert (await browser.post("/sign-up", data={"csrf": token_of(form.text), **sent})).status_code == 303
            await harness.work()
            page = await browser.get(harness.link("ada@example.com") if way == "link" else "/verify?email=ada@example.com")
            token = harness.link("ada@example.com").partition("token=")[2]
            proof = {"token": token} if way == "link" else {"email": ADA["email"], "code": harness.code("ada@example.com")}
            path = "/verify/link" if way == "link" else "/verify"
            answer = await browser.post(path, data={"csrf": token_of(page.text), **proof})
            assert (answer.status_code, answer.headers["location"]) == (303, invitation)
            assert "phoenix_session" in browser.cookies

    asyncio.run(run())


def test_a_scanner_that_opens_the_link_does_not_use_it_up(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            link, code = await _sign_up(harness)
            for agent in ("Mozilla/5.0 Outlook SafeLinks", "Googlebot", "curl/8"):
                for method in ("HEAD", "GET"):
                    await harness.request(method, link, headers={"User-Agent": agent})
            assert await harness.events() == []
            assert (
                await harness.post("/api/v2/accounts/verify", json={"email": ADA["email"], "code": code, "password": PASSWORD})
            ).status_code == 204
            assert await harness.events() == ["accounts.created"]

    asyncio.run(run())


@pytest.mark.parametrize(("way", "seconds", "status"), [("code", 599, 204), ("code", 600, 422), ("link", 3599, 204), ("link", 3600, 422)])
def test_a_verification_expires_to_the_second_and_says_what_to_do(harness: Harness, way: str, seconds: int, status: int) -> None:
    async def run() -> None:
        async with harness:
            link, code = await _sign_up(harness)
            harness.clock.advance(seconds=seconds)
            given = {"token": link.partition("token=")[2]} if way == "link" else {"email": ADA["email"], "code": code}
            answer = await harness.post("/api/v2/accounts/verify", json={**given, "password": PASSWORD})
            assert answer.status_code == status
            if status == 422:
                assert "new email" in answer.text
                assert (await harness.post("/api/v2/accounts/verify/resend", json={"email": ADA["email"]})).status_code == 202
                await harness.work()
                fresh = {"email": ADA["email"], "code": harness.code(ADA["email"]), "password": PASSWORD}
                assert (await harness.post("/api/v2/accounts/verify", json=fresh)).status_code == 204

    asyncio.run(run())


def test_resending_is_rate_limited_without_showing_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _sign_up(harness)
            answers = [await harness.post("/api/v2/accounts/verify/resend", json={"email": ADA["email"]}) for _ in range(7)]
            assert {(a.status_code, a.text) for a in answers} == {(202, "{}")}
            await harness.work()
            # One at sign-up, then the rest of the five an hour.
            assert len(harness.mails(ADA["email"])) == 5
            harness.clock.advance(hours=1)
            await harness.post("/api/v2/accounts/verify/resend", json={"email": ADA["email"]})
            await harness.work()
            assert len(harness.mails(ADA["email"])) == 6

    asyncio.run(run())


def test_a_new_address_is_confirmed_first_and_the_old_one_is_warned(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            other = (await harness.sign_in("ada")).json()["access_token"]
            await harness.work()
            await harness.events()
            assert (await harness.post("/api/v2/me/email", by="ada", json={"email": "ada@new.example.com"})).status_code == 202
            await harness.work()
            assert (await harness.get("/api/v2/me", by="ada")).json()["email"] == "ada@example.com"
            link, code = harness.link("ada@new.example.com"), harness.code("ada@new.example.com")
            assert (await harness.get(link, headers=bearer(ada.token))).status_code == 200
            assert await harness.events() == []
            given = {"email": "ada@new.example.com", "code": code}
            assert (await harness.post("/api/v2/me/email/confirm", by="ada", json=given)).status_code == 204
            assert sorted(await harness.events()) == ["sessions.ended", "sign_in.address_changed"]
            assert (await harness.get("/api/v2/me", by="ada")).json()["email"] == "ada@new.example.com"
            assert (await harness.get("/api/v2/me", headers=bearer(other))).status_code == 401
            await harness.work()
            assert harness.mails("ada@example.com")[0].subject == "Your address was changed"
            jobs = await harness.sql("SELECT payload FROM pgqueuer")
            assert not any(b"@" in bytes(row["payload"] or b"") for row in jobs)
            assert (await harness.sign_in("ada")).status_code == 401
            assert (await harness.sign_in("ada", email="ada@new.example.com")).status_code == 201

    asyncio.run(run())


def test_requesting_someone_elses_address_looks_the_same(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.person("bo", password=True)
            free = await harness.post("/api/v2/me/email", by="ada", json={"email": "free@example.com"})
            taken = await harness.post("/api/v2/me/email", by="ada", json={"email": "bo@example.com"})
            assert (free.status_code, free.text) == (taken.status_code, taken.text) == (202, "{}")
            await harness.work()
            assert harness.mails("bo@example.com")[0].subject == "You already have an account"

    asyncio.run(run())


def test_a_link_for_one_account_does_not_change_another(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.person("eve", password=True)
            await harness.post("/api/v2/me/email", by="ada", json={"email": "ada@new.example.com"})
            await harness.work()
            token = harness.link("ada@new.example.com").partition("token=")[2]
            assert (await harness.post("/api/v2/me/email/confirm", by="eve", json={"token": token})).status_code == 422
            assert (await harness.get("/api/v2/me", by="eve")).json()["email"] == "eve@example.com"

    asyncio.run(run())
