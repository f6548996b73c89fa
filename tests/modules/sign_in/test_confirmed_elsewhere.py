"""Someone who confirmed their address by the link, in another browser, comes back to the one where they signed up."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import httpx
from tests.harness import PASSWORD, Harness
from tests.modules.sign_in.forms import TARGET, form_of, led_to, send, sign_up


def leads_on(page: httpx.Response) -> None:
    """The page has a link to sign in, with the address and where they were going."""
    main = page.text.partition("<main")[2]
    links = [httpx.URL(unescape(link)).params for link in re.findall(r'href="(/sign-in\?[^"]*)"', main)]
    assert [(link["email"], link["next"]) for link in links] == [("bo@example.com", TARGET)]


def test_the_page_that_waits_for_the_code_leads_to_sign_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as here, harness.new_client() as there:
            waiting = await sign_up(harness, here, "bo@example.com")
            leads_on(waiting)
            code = harness.code("bo@example.com")
            await send(there, harness.link("bo@example.com"), "/verify/link", name="Bo", password=PASSWORD)
            refused = await send(here, waiting, "/verify", code=code)
            assert refused.status_code == 422
            leads_on(refused)

    asyncio.run(run())


def test_sending_the_email_again_is_said_in_the_same_words_for_every_address(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("bo", password=True)
            said = set()
            for email in ("bo@example.com", "nobody@example.com"):
                fields = form_of(await browser.get("/verify"), "/verify")[1]
                answer = await browser.post("/verify/resend", data={**fields, "email": email})
                shown = await browser.get(led_to(answer))
                said |= set(re.findall(r"<p>([^<]*another email[^<]*)</p>", unescape(shown.text)))
            assert said == {"If the address can be used and isn't confirmed yet, we've sent another email."}

    asyncio.run(run())
