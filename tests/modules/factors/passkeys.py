"""Steps for tests of passkeys: create an account, add a passkey, sign in with it."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import httpx
from tests.harness import PASSWORD, Harness
from tests.software_passkey import Authenticator

EMAIL = "ada@example.com"
SIGN_IN, OPTIONS = "/api/v2/sessions/passkey", "/api/v2/sessions/passkey/options"


async def new_account(harness: Harness, email: str = EMAIL) -> None:
    """Create someone with a password, signed in."""
    await harness.post("/api/v2/accounts", json={"email": email, "password": PASSWORD, "name": "Ada", "accept_terms": True})
    await harness.work()
    await harness.post("/api/v2/accounts/verify", json={"email": email, "code": harness.code(email), "password": PASSWORD})


async def token_of(harness: Harness, email: str = EMAIL) -> str:
    made = await harness.post("/api/v2/sessions", json={"email": email, "password": PASSWORD})
    return str(made.json()["access_token"])


async def add_passkey(
    harness: Harness, device: Authenticator, *, by: str | None = None, token: str = "", name: str = "", **lies: Any
) -> httpx.Response:
    more: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}} if token else {"by": by}
    offer = (await harness.post("/api/v2/passkeys/options", **more)).json()
    body = {"challenge": lies.pop("note", offer["challenge"]), "credential": device.create(offer["options"], **lies), "name": name}
    return await harness.post("/api/v2/passkeys", json=body, **more)


async def sign_in_with(harness: Harness, device: Authenticator, *, body: dict[str, Any] | None = None, **lies: Any) -> httpx.Response:
    offer = (await harness.post(OPTIONS, json={})).json()
    note = lies.pop("note", offer["challenge"])
    return await harness.post(SIGN_IN, json={"challenge": note, "credential": device.get(offer["options"], **lies), **(body or {})})


async def send_form(
    harness: Harness,
    browser: httpx.AsyncClient,
    page: str,
    action: str,
    device: Authenticator,
    *,
    lies: dict[str, Any] | None = None,
    **fields: str,
) -> httpx.Response:
    """Do what the script does: read the page, request options from the button's address, answer them, and send the form."""
    shown = await browser.get(page)
    found = re.search(r'data-passkey="(\w+)" data-options="([^"]+)"(?: data-challenge="([^"]*)")?', shown.text)
    assert found, shown.text
    kind, options, challenge = found.groups()
    headers = {"X-CSRF-Token": csrf_of(shown)}
    offer = (await browser.post(options, json={"challenge": challenge} if challenge else {}, headers=headers)).json()
    credential = (device.create if kind == "create" else device.get)(offer["options"], **(lies or {}))
    sent = {"csrf": csrf_of(shown), "challenge": offer["challenge"], "credential": json.dumps(credential), **fields}
    return await browser.post(action, data=sent)


def csrf_of(page: httpx.Response) -> str:
    return re.search(r'<meta name="csrf-token" content="([^"]+)"', page.text)[1]  # type: ignore[index]


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
