"""Strangers in the same network use up nothing that keeps what someone typed: over all forms of people who are signed in."""

from __future__ import annotations

import asyncio
import re

import httpx
from tests.harness import Harness
from tests.kernel.test_forms_keep_what_was_typed import TEXT, entry_form, next_of, signed_in, textarea

from phoenix.composition import REGISTRY
from phoenix.kernel.web.kept_forms import KEPT_FORMS, KEPT_FORMS_OF_A_PERSON
from phoenix.kernel.web.rules import PUBLIC

FORMS = sorted(
    re.sub(r"{\w+:\w+}", "x", min(route.paths))
    for module in REGISTRY.modules
    for route in module.routes
    if "POST" in route.http_methods
    and "shows" in route.opt
    and route.opt["rule"].may != PUBLIC
    and "public" in route.opt["rule"].listeners
    # Its aim is reached without a session.
    and not route.opt["rule"].without_session
)


async def flood(stranger: httpx.AsyncClient, sent: dict[str, str]) -> None:
    """All that a network has is used up: even the form of a person is not read there, from a browser that showed them nothing."""
    for _ in range(KEPT_FORMS.amount):
        assert (await stranger.post("/o/x/entries/new", data={"title": "x"})).status_code == 401
    assert (await stranger.post("/o/ember/entries/new", data=sent)).status_code == 401


def test_every_form_still_waits_for_its_sender(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser, harness.new_client() as stranger:
            sent = await entry_form(harness, browser)
            await flood(stranger, sent)
            del browser.cookies["phoenix_session"]
            for number, path in enumerate(FORMS, 1):
                answer = await browser.post(path, data={"csrf": sent["csrf"], "title": TEXT})
                assert answer.status_code == 303, (path, answer.status_code)
                assert answer.headers["location"].startswith("/sign-in?next="), path
                if number % (KEPT_FORMS_OF_A_PERSON.amount - 1) == 0:
                    harness.clock.advance(seconds=KEPT_FORMS.seconds + 1)
                    await flood(stranger, sent)
            back = next_of(await browser.post("/o/ember/entries/new", data=sent))
            await signed_in(harness, browser)
            assert textarea((await browser.get(back)).text) == TEXT

    asyncio.run(run())


def test_a_person_has_a_share_and_no_more(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser, harness.new_client() as stranger:
            sent = await entry_form(harness, browser)
            await flood(stranger, sent)
            del browser.cookies["phoenix_session"]
            stranger.cookies.set("phoenix_reader", "made-up")
            assert (await stranger.post("/o/ember/entries/new", data=sent)).status_code == 401, "only we can make the cookie"
            codes = [(await browser.post("/o/ember/entries/new", data=sent)).status_code for _ in range(KEPT_FORMS_OF_A_PERSON.amount + 1)]
            assert codes == [303] * KEPT_FORMS_OF_A_PERSON.amount + [401]

    asyncio.run(run())
