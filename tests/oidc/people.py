"""Steps for people who sign in, with or without a password."""

from __future__ import annotations

import httpx

from tests.harness import PASSWORD, Harness
from tests.oidc.running import csrf_of, problem_of, redirect_target, sign_in_with


async def sign_up(browser: httpx.AsyncClient, as_: str = "ada", name: str = "Ada", **options: str) -> httpx.Response:
    """Create an account through the provider only."""
    answer = await sign_in_with(browser, as_=as_, **options)
    assert answer.headers["location"] == "/sign-up/with", problem_of(answer)
    page = await browser.get("/sign-up/with")
    return await browser.post("/sign-up/with", data={"csrf": csrf_of(page.text), "name": name, "accept_terms": "on"})


async def sign_up_by_password(harness: Harness, email: str = "ada@example.com") -> None:
    sent = {"email": email, "password": PASSWORD, "name": "Ada", "accept_terms": True}
    assert (await harness.post("/api/v2/accounts", json=sent)).status_code == 202
    await harness.work()
    assert (
        await harness.post("/api/v2/accounts/verify", json={"email": email, "code": harness.code(email), "password": PASSWORD})
    ).status_code == 204


async def sign_in_by_password(browser: httpx.AsyncClient, on_to: str = "") -> httpx.Response:
    page = await browser.get("/sign-in", params={"next": on_to})
    sent = {"csrf": csrf_of(page.text), "email": "ada@example.com", "password": PASSWORD, "next": on_to}
    return await browser.post("/sign-in", data=sent)


async def press(browser: httpx.AsyncClient, page: str, action: str) -> httpx.Response:
    """Send the only form with this action on a page."""
    shown = await browser.get(page)
    assert f'action="{action}"' in shown.text, shown.text
    return await browser.post(action, data={"csrf": csrf_of(shown.text)})


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/settings/profile")).status_code == 200


async def start_connecting(browser: httpx.AsyncClient) -> str:
    return await redirect_target(browser, await press(browser, "/settings/security", "/settings/connect/acme"))


async def connect_again(browser: httpx.AsyncClient) -> httpx.Response:
    """Connect a second account at the same provider: the page does not offer it, but the form can be sent."""
    page = await browser.get("/settings/security")
    return await browser.post("/settings/connect/acme", data={"csrf": csrf_of(page.text)})
