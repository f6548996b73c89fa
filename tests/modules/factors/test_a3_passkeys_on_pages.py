"""A3: passkeys on pages, and the addresses they belong to."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest
from tests.harness import PASSWORD, Harness
from tests.modules.factors.passkeys import EMAIL, OPTIONS, csrf_of, new_account, send_form
from tests.software_passkey import PRESENT, Authenticator
from tests.strict import STRICT

from phoenix.modules.factors.actions.relying_party import (
    address_with_passkeys,
    relying_party,
)
from phoenix.settings import read_settings


def test_forms_accept_the_passkey_response_that_the_script_filled_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await new_account(harness)
            device = Authenticator()
            async with harness.new_client() as browser:
                page = await browser.get("/sign-in")
                assert 'autocomplete="username webauthn"' in page.text
                signed_in = await browser.post("/sign-in", data={"csrf": csrf_of(page), "email": EMAIL, "password": PASSWORD})
                assert signed_in.status_code == 303
                added = await send_form(harness, browser, "/settings/security", "/settings/passkeys", device)
                assert added.headers["location"] == "/settings/security", added.text
                shown = await browser.get("/settings/security")
                path = re.search(r'"(/settings/passkeys/pky_\w+)"', shown.text)[1]  # type: ignore[index]
                form = await browser.get(path)
                refused = await browser.post(path, data={"csrf": csrf_of(form), "name": ""})
                assert (refused.status_code, "Enter a name." in refused.text) == (422, True)
                assert (await browser.post(path, data={"csrf": csrf_of(form), "name": "Ada's <b>phone"})).status_code == 303
                assert "Ada&#39;s &lt;b&gt;phone" in (await browser.get("/settings/security")).text
                # The same again: the page is shown with the error, and without the response of the passkey.
                bad = await browser.post("/settings/passkeys", data={"csrf": csrf_of(form), "challenge": "x", "credential": '{"a": 1}'})
                assert (bad.status_code, "This request has expired. Try again." in bad.text) == (422, True)

                await browser.post("/sign-out", data={"csrf": csrf_of(form)})
                page = await browser.get("/sign-in")
                due = await browser.post("/sign-in", data={"csrf": csrf_of(page), "email": EMAIL, "password": PASSWORD, "remember": "on"})
                step = due.headers["location"]
                assert "methods=passkey" in step
                done = await send_form(
                    harness, browser, step, "/sign-in/second-step?methods=passkey", device, method="passkey", next="/organisations"
                )
                assert (done.status_code, done.headers["location"]) == (303, "/organisations")
                assert any("Max-Age=7776000" in c for c in done.headers.get_list("set-cookie"))

                harness.clock.advance(minutes=30)
                asked = await browser.post(f"{path}/remove", data={"csrf": csrf_of(await browser.get(path))})
                assert (asked.status_code, asked.headers["location"].partition("%3F")[0]) == (303, "/confirm?next=%2Fsettings%2Fsecurity")
                wrong = await send_form(harness, browser, "/confirm", "/confirm", device, method="passkey", lies={"flags": PRESENT})
                assert (wrong.status_code, "This passkey wasn&#39;t accepted." in wrong.text) == (422, True)
                proven = await send_form(harness, browser, "/confirm", "/confirm", device, method="passkey", next="/settings/security")
                assert (proven.status_code, proven.headers["location"]) == (303, "/settings/security")
                removed = await browser.post(f"{path}/remove", data={"csrf": csrf_of(await browser.get(path))})
                assert removed.status_code == 303
                assert (await browser.get(path)).status_code == 404

    asyncio.run(run())


def test_at_an_ip_address_passkeys_are_unavailable_and_the_page_says_why(harness: Harness) -> None:
    harness.variables["PHOENIX_PUBLIC_URL"] = "http://127.0.0.1:8000"

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            refused = await harness.post(OPTIONS, json={}, headers={"Host": "127.0.0.1:8000"})
            assert (refused.status_code, refused.json()["code"]) == (409, "passkeys_elsewhere")
            offered = await harness.post(OPTIONS, json={}, headers={"Host": "localhost:8000"})
            assert offered.json()["options"]["rpId"] == "localhost"
            async with harness.new_client() as browser:
                browser.cookies.set("phoenix_session", ada.token)
                for host, here in (("127.0.0.1:8000", False), ("localhost:8000", True)):
                    text = (await browser.get("/settings/security", headers={"Host": host})).text
                    assert ("data-passkey=" in text) is here
                    assert ("http://localhost:8000/settings/security" in text) is not here

    asyncio.run(run())


PARTIES = [
    ("development", "http://127.0.0.1:8000", "127.0.0.1:8000", None),
    ("development", "http://127.0.0.1:8000", "localhost:8000", ("localhost", "http://localhost:8000")),
    ("development", "http://127.0.0.1:8000", "LocalHost:8000", ("localhost", "http://localhost:8000")),
    ("development", "http://127.0.0.1:8000", "localhost:9000", None),
    ("development", "http://127.0.0.1:8000", "localhost", None),
    ("development", "http://127.0.0.1:8000", "evil.example:8000", None),
    ("development", "http://[::1]:8000", "localhost:8000", ("localhost", "http://localhost:8000")),
    ("development", "http://192.168.1.5:8000", "localhost:8000", None),
    ("development", "http://localhost:8000", "localhost:8000", ("localhost", "http://localhost:8000")),
    ("development", "http://localhost:8000", "127.0.0.1:8000", None),
    ("development", "https://dev.example.com", "dev.example.com", ("dev.example.com", "https://dev.example.com")),
    ("development", "https://dev.example.com", "localhost:8000", None),
    ("production", "https://phoenix.example.com", "evil.example", ("phoenix.example.com", "https://phoenix.example.com")),
    ("production", "https://phoenix.example.com:443", "", ("phoenix.example.com", "https://phoenix.example.com")),
    ("production", "https://Phoenix.example.com:8443/", "", ("phoenix.example.com", "https://phoenix.example.com:8443")),
    ("production", "http://127.0.0.1:8000", "localhost:8000", None),
]


@pytest.mark.parametrize(("environment", "url", "host", "expected"), PARTIES)
def test_passkeys_belong_to_the_public_address(environment: str, url: str, host: str, expected: tuple[str, str] | None) -> None:
    settings = read_settings({**STRICT, "PHOENIX_ENVIRONMENT": environment})
    # The panel may have an address without a name, also in production.
    settings = replace(settings, web=replace(settings.web, public_url=url))
    party = relying_party(settings, host)
    assert (party and (party.id, party.origin)) == expected
    bare = re.fullmatch(r"http://[\d.:\[\]]+", url)
    there = settings.public_url if not bare else "http://localhost:8000" if "//127" in url or "[::1]" in url else ""
    assert address_with_passkeys(settings) == ("" if bare and environment == "production" else there)
