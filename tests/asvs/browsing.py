"""What a person does in a browser: sign in, and send the form of a page."""

from __future__ import annotations

import httpx
from tests.oidc.running import csrf_of


async def sign_in(browser: httpx.AsyncClient, email: str, password: str, **fields: str) -> httpx.Response:
    page = await browser.get("/sign-in?next=/somewhere")
    # Signed-in people are redirected. The form is the same for everyone, so its token comes from another page.
    shown = page if page.status_code == 200 else await browser.get("/sign-in/code")
    answer = await browser.post("/sign-in", data={"csrf": csrf_of(shown.text), "email": email, "password": password, **fields})
    assert answer.status_code == 303, answer.text[:2000]
    return answer


async def press(browser: httpx.AsyncClient, path: str, to: str = "", **fields: str) -> httpx.Response:
    """Open a page and send its form; with `to`, send it to that address instead."""
    page = await browser.get(path)
    assert page.status_code == 200, (path, page.status_code, page.headers.get("location"))
    return await browser.post(to or path, data={"csrf": csrf_of(page.text), **fields})
