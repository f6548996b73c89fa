"""A code sent to an address is worthless once the address no longer belongs to the account."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from tests.harness import PASSWORD, Harness

NEW = "eleven kettles on the roof"


def _token(harness: Harness, to: str) -> str:
    found = re.search(r"token=([\w-]+)", harness.mails(to)[0].text)
    assert found
    return found[1]


async def _move(harness: Harness, to: str) -> None:
    """Ada changes her address, from a session that has just re-authenticated."""
    assert (await harness.post("/api/v2/me/email", by="ada", json={"email": to})).status_code == 202
    await harness.work()
    changed = await harness.post("/api/v2/me/email/confirm", by="ada", json={"token": _token(harness, to)})
    assert changed.status_code == 204, changed.text


FLOWS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "reset": ("/api/v2/password_resets", "/api/v2/password_resets/complete", {"password": NEW}),
    "code": ("/api/v2/sessions/email_code", "/api/v2/sessions/email_code/complete", {}),
}


@pytest.mark.parametrize("by", ["link", "code"])
@pytest.mark.parametrize("flow", FLOWS)
def test_an_email_to_the_old_address_gives_no_access_after_the_change(harness: Harness, flow: str, by: str) -> None:
    ask, complete, more = FLOWS[flow]

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.post(ask, json={"email": "ada@example.com"})
            await harness.work()
            given = {"token": _token(harness, "ada@example.com")}
            if by == "code":
                given = {"email": "ada@example.com", "code": harness.code("ada@example.com")}
            await _move(harness, "ada@elsewhere.example.com")
            answer = await harness.post(complete, json={**given, **more})
            assert (answer.status_code, answer.json()["code"]) == (422, "wrong_code")
            credentials = {"email": "ada@elsewhere.example.com", "password": PASSWORD}
            assert (await harness.post("/api/v2/sessions", json=credentials)).status_code == 201

    asyncio.run(run())


def test_a_reset_link_stops_working_when_the_password_is_changed(harness: Harness) -> None:
    """Someone changes their password because their emails are read by others; an older email must not undo that."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.post("/api/v2/password_resets", json={"email": "ada@example.com"})
            await harness.work()
            token = _token(harness, "ada@example.com")
            assert (
                await harness.post("/api/v2/me/password", by="ada", json={"current_password": PASSWORD, "password": NEW})
            ).status_code == 204
            answer = await harness.post("/api/v2/password_resets/complete", json={"token": token, "password": "twelve ladders in the rain"})
            assert (answer.status_code, answer.json()["code"]) == (422, "wrong_code")

    asyncio.run(run())


def test_the_page_does_not_reveal_whether_a_new_address_is_taken(harness: Harness) -> None:
    """The page for entering the code shows the requested address, whether or not it belongs to someone."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.person("bob", password=True)
            shown = []
            for email in ("bob@example.com", "nobody@example.com"):
                await harness.post("/api/v2/me/email", by="ada", json={"email": email})
                page = await harness.get("/settings/address/confirm", by="ada")
                shown.append(email in page.text)
            assert shown == [True, True]

    asyncio.run(run())


def test_an_address_taken_by_someone_else_before_the_confirmation_is_refused(harness: Harness) -> None:
    """Two people confirm the same address at once: one gets it, and the other gets the error that it is taken."""

    async def run() -> None:
        async with harness:
            for name in ("ada", "bob"):
                await harness.person(name, password=True)
                await harness.post("/api/v2/me/email", by=name, json={"email": "same@elsewhere.example.com"})
                await harness.work()
            tokens = [re.search(r"token=([\w-]+)", mail.text)[1] for mail in harness.mails("same@elsewhere.example.com")]  # type: ignore[index]
            tokens.reverse()
            answers = await asyncio.gather(
                *(
                    harness.post("/api/v2/me/email/confirm", by=name, json={"token": token})
                    for name, token in zip(("ada", "bob"), tokens, strict=True)
                )
            )
            assert sorted(answer.status_code for answer in answers) == [204, 409]

    asyncio.run(run())
