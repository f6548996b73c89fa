"""The responses of sign-up and sign-in to incomplete forms, and to codes that no longer belong to anyone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.asvs.browsing import press
from tests.harness import PASSWORD, Harness
from tests.modules.sign_in.test_first_administrator import PATH, administrators, form_of, link

from phoenix.kernel.web.csrf import token_for
from phoenix.modules.accounts.actions.email_verification import start

EMAIL = "ada@example.com"
# The purpose of the code, the path, and what is sent with the code.
OF_NOBODY: list[tuple[str, str, dict[str, Any]]] = [
    ("sign_in", "/api/v2/sessions/email_code/complete", {}),
    ("reset", "/api/v2/password_resets/complete", {"password": PASSWORD}),
    ("unlock", "/api/v2/unlocks", {}),
    ("verify", "/api/v2/accounts/verify", {}),
]


@pytest.mark.parametrize(("purpose", "path", "more"), OF_NOBODY, ids=[purpose for purpose, _path, _more in OF_NOBODY])
def test_a_code_that_belongs_to_nobody_is_refused(harness: Harness, purpose: str, path: str, more: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                _, code = await start(harness.runtime.keys, tx, purpose=purpose, email_key=EMAIL)
            refused = await harness.post(path, json={"email": EMAIL, "code": code, **more})
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_code")
            assert await harness.events() == []
            assert await harness.sql("SELECT 1 FROM accounts") == []

    asyncio.run(run())


def test_an_address_that_has_an_account_by_now_is_not_verified_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            sent = {"email": EMAIL, "password": PASSWORD, "name": "Ada", "accept_terms": True}
            assert (await harness.post("/api/v2/accounts", json=sent)).status_code == 202
            await harness.work()
            code = harness.code(EMAIL)
            ada = await harness.person("ada")
            refused = await harness.post("/api/v2/accounts/verify", json={"email": EMAIL, "code": code, "password": PASSWORD})
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_code")
            assert "already confirmed" in refused.json()["detail"]
            assert [row["id"] for row in await harness.sql("SELECT id FROM accounts")] == [ada.id]

    asyncio.run(run())


def test_the_first_administrator_needs_an_unused_address(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            form = await form_of(browser, await link(harness))
            ada = await harness.person("ada")
            refused = await browser.post(PATH, data={**form, "email": ada.email})
            assert "An account with this address already exists. Use another one." in refused.text
            assert await administrators(harness) == 0

    asyncio.run(run())


def test_a_sign_in_form_names_what_is_missing(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            answer = await press(browser, "/sign-in", email=" ", password="")
            assert answer.status_code == 422
            assert answer.text.count("<span>This field is required.</span>") == 2
            assert await harness.events() == []

    asyncio.run(run())


def test_a_link_without_its_token_says_what_to_do(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            answer = await press(browser, "/verify", to="/verify/link", token="")
            assert answer.status_code == 422
            assert "This link is incomplete." in answer.text

    asyncio.run(run())


def test_an_expired_sign_in_with_a_provider_says_so(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            answer = await press(browser, "/sign-in", to="/sign-up/with", name="Ada", accept_terms="on")
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
            assert "This sign-in has expired. Sign in again." in (await browser.get("/sign-in")).text
            ada = await harness.person("ada")
            csrf = token_for(harness.runtime, ada.id)
            answer = await harness.post("/settings/connect", by="ada", data={"csrf": csrf})
            assert (answer.status_code, answer.headers["location"]) == (303, "/settings/security")
            assert await harness.events() == []
            assert await harness.sql("SELECT 1 FROM identities") == []

    asyncio.run(run())
