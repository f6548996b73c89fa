"""Where someone was going is stored with what they began, and every sign-in method leads there, in every browser."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from tests.factors import Factors
from tests.harness import PASSWORD, Harness
from tests.modules.sign_in.forms import TARGET, form_of, led_to, send, sign_up

NEW = "seven kettles under the bridge"


def next_in(location: str) -> str:
    """The destination in the address of a page of signing in."""
    return parse_qs(urlsplit(location).query)["next"][0]


async def by_code(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    page = await sign_up(harness, here, "bo@example.com")
    return await send(here, page, "/verify", code=harness.code("bo@example.com"))


async def by_code_elsewhere(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await sign_up(harness, here, "bo@example.com")
    typed = {"email": "bo@example.com", "code": harness.code("bo@example.com"), "name": "Bo", "password": PASSWORD}
    return await send(there, "/verify", "/verify", **typed)


async def by_link(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await sign_up(harness, here, "bo@example.com")
    return await send(here, harness.link("bo@example.com"), "/verify/link")


async def by_link_elsewhere(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await sign_up(harness, here, "bo@example.com")
    return await send(there, harness.link("bo@example.com"), "/verify/link", name="Bo", password=PASSWORD)


async def by_resent_link_elsewhere(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await sign_up(harness, here, "bo@example.com")
    await send(there, await there.get("/verify"), "/verify", email="bo@example.com")
    page = await there.get("/verify")
    await there.post("/verify/resend", data={**form_of(page, "/verify")[1], "email": "bo@example.com"})
    await harness.work()
    return await by_link_of(there, harness)


async def by_link_of(browser: httpx.AsyncClient, harness: Harness) -> httpx.Response:
    return await send(browser, harness.link("bo@example.com"), "/verify/link", name="Bo", password=PASSWORD)


async def by_password(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await harness.person("bo", password=True)
    page = await here.get("/sign-in", params={"next": TARGET})
    page = await send(here, page, "/sign-in", email="bo@example.com", password="not this one")
    return await send(here, page, "/sign-in", email="bo@example.com", password=PASSWORD)


async def by_emailed_code(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    page = await _with_code(harness, here)
    return await send(here, page, "/sign-in/by-email", code=harness.code("bo@example.com"))


async def by_emailed_link_elsewhere(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await _with_code(harness, here)
    return await send(there, harness.link("bo@example.com"), "/sign-in/by-email")


async def _with_code(harness: Harness, browser: httpx.AsyncClient) -> httpx.Response:
    await harness.person("bo", password=True)
    page = await browser.get("/sign-in/code", params={"next": TARGET})
    answer = await send(browser, page, "/sign-in/code", email="bo@example.com")
    await harness.work()
    return await browser.get(led_to(answer))


async def by_password_before_confirming(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await sign_up(harness, here, "bo@example.com", "/")
    page = await there.get("/sign-in", params={"next": TARGET})
    answer = await send(there, page, "/sign-in", email="bo@example.com", password=PASSWORD)
    return await send(there, led_to(answer), "/verify", code=harness.code("bo@example.com"))


async def by_backup_code_after_a_wrong_code(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    bo = await Factors.of(harness, "bo")
    page = await here.get("/sign-in", params={"next": TARGET})
    step = led_to(await send(here, page, "/sign-in", email=bo.email, password=PASSWORD))
    wrong = await send(here, step, "/sign-in/second-step", code="000000")
    assert wrong.status_code == 422
    # The address of the page, as a browser opens it again after Reload.
    again = await here.get(form_of(wrong, "/sign-in/second-step")[0])
    return await send(here, again, "/sign-in/second-step", code=bo.now())


async def by_reset_elsewhere(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await harness.person("bo", password=True)
    page = await here.get("/forgot-password", params={"next": TARGET, "email": "bo@example.com"})
    await send(here, page, "/forgot-password")
    await harness.work()
    answer = await send(there, harness.link("bo@example.com"), "/reset-password", password=NEW)
    return await send(there, led_to(answer), "/sign-in", email="bo@example.com", password=NEW)


async def by_reset_code(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await harness.person("bo", password=True)
    page = await here.get("/forgot-password", params={"next": TARGET, "email": "bo@example.com"})
    answer = await send(here, page, "/forgot-password")
    await harness.work()
    answer = await send(here, led_to(answer), "/reset-password", code=harness.code("bo@example.com"), password=NEW)
    # The address that was typed is there as well.
    return await send(here, led_to(answer), "/sign-in", password=NEW)


async def after_unlocking_elsewhere(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await harness.person("bo", password=True)
    page = await here.get("/sign-in", params={"next": TARGET})
    for _attempt in range(5):
        page = await send(here, page, "/sign-in", email="bo@example.com", password="not this one")
    await harness.work()
    answer = await send(there, harness.link("bo@example.com"), "/unlock")
    return await send(there, led_to(answer), "/sign-in", email="bo@example.com", password=PASSWORD)


async def as_someone_known_who_signs_up(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await harness.person("bo", password=True)
    await sign_up(harness, here, "bo@example.com")
    return await send(there, harness.link("bo@example.com"), "/sign-in", email="bo@example.com", password=PASSWORD)


async def after_signing_out_as_someone_else(harness: Harness, here: httpx.AsyncClient, there: httpx.AsyncClient) -> httpx.Response:
    await harness.person("bo", password=True)
    ada = await harness.person("ada")
    here.cookies.set("phoenix_session", ada.token)
    page = await here.get("/organisations")
    answer = await send(here, page, "/sign-out", next=TARGET, email="bo@example.com")
    here.cookies.delete("phoenix_session")
    return await send(here, led_to(answer), "/sign-in", password=PASSWORD)


DOORS: list[Callable[[Harness, httpx.AsyncClient, httpx.AsyncClient], Awaitable[httpx.Response]]] = [
    by_code,
    by_code_elsewhere,
    by_link,
    by_link_elsewhere,
    by_resent_link_elsewhere,
    by_password,
    by_password_before_confirming,
    by_emailed_code,
    by_emailed_link_elsewhere,
    by_backup_code_after_a_wrong_code,
    by_reset_elsewhere,
    by_reset_code,
    after_unlocking_elsewhere,
    as_someone_known_who_signs_up,
    after_signing_out_as_someone_else,
]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_every_door_leads_to_where_one_was_going(
    harness: Harness, door: Callable[[Harness, httpx.AsyncClient, httpx.AsyncClient], Awaitable[httpx.Response]]
) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as here, harness.new_client(address="198.51.100.9") as there:
            assert led_to(await door(harness, here, there)) == TARGET

    asyncio.run(run())


def test_a_second_factor_that_must_be_set_up_leads_on(harness: Harness) -> None:
    harness.variables["PHOENIX_SECOND_FACTOR_FOR"] = "everybody"

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("bo", password=True)
            await harness.organisation("ember", bo="owner")
            page = await browser.get("/sign-in", params={"next": TARGET})
            answer = await browser.get(led_to(await send(browser, page, "/sign-in", email="bo@example.com", password=PASSWORD)))
            owed = led_to(answer)
            assert (urlsplit(owed).path, next_in(owed)) == ("/settings/security", TARGET)
            page = await browser.get(led_to(await send(browser, owed, "/settings/totp/begin")))
            secret = page.text.partition("data-secret>")[2].partition("<")[0]
            page = await browser.get(led_to(await send(browser, page, "/settings/totp", code=pyotp.TOTP(secret).at(harness.clock.now()))))
            assert f'href="{TARGET.replace("&", "&amp;")}"' in page.text

    asyncio.run(run())


@pytest.mark.parametrize("door", ["code", "link"])
def test_confirming_it_is_you_by_email_leads_on(harness: Harness, door: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            bo = await harness.person("bo")
            browser.cookies.set("phoenix_session", bo.token)
            page = await browser.get("/confirm", params={"next": TARGET})
            page = await browser.get(led_to(await send(browser, page, "/confirm/mail")))
            await harness.work()
            if door == "link":
                answer = await send(browser, harness.link("bo@example.com"), "/confirm")
            else:
                answer = await send(browser, page, "/confirm", code=harness.code("bo@example.com"))
            assert led_to(answer) == TARGET

    asyncio.run(run())


def test_a_link_that_confirms_it_is_you_works_for_its_own_account_only(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            bo, ada = await harness.person("bo"), await harness.person("ada")
            browser.cookies.set("phoenix_session", bo.token)
            await send(browser, "/confirm", "/confirm/mail")
            await harness.work()
            link = harness.link("bo@example.com")
            browser.cookies.clear()
            browser.cookies.set("phoenix_session", ada.token)
            refused = await send(browser, link, "/confirm")
            assert (refused.status_code, "belongs to another account" in refused.text) == (422, True)

    asyncio.run(run())


def test_what_is_stored_names_no_destination(harness: Harness) -> None:
    """It can hold the token of an invitation, which is stored nowhere in readable form."""

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            page = await browser.get("/sign-in/code", params={"next": TARGET})
            await send(browser, page, "/sign-in/code", email="ada@example.com")
            page = await browser.get("/sign-up", params={"next": TARGET})
            await send(browser, page, "/sign-up", email="bo@example.com", name="Bo", password=PASSWORD, accept_terms="on")
            queued = await harness.sql("SELECT convert_from(payload, 'utf-8') AS text FROM pgqueuer")
            assert len(queued) == 2
            await harness.work()
            stored = await harness.sql("SELECT destination AS text FROM proofs UNION SELECT destination FROM sign_ups")
            assert any(row["text"] for row in stored)
            assert not [row["text"] for row in (*queued, *stored) if "kept" in row["text"]]

    asyncio.run(run())
