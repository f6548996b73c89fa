"""A form sent twice does one thing; what it shows once survives a reload; a password that was not refused is not typed again."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from tests.harness import PASSWORD, Harness
from tests.kernel.test_forms_keep_what_was_typed import field, signed_in
from tests.waiting import until

from phoenix.kernel.data.query import command
from phoenix.kernel.web import form_once, shown_once


async def key_form(harness: Harness, browser: httpx.AsyncClient) -> dict[str, str]:
    await harness.person("ada", password=True)
    await harness.organisation("ember", ada="owner")
    await signed_in(harness, browser)
    page = await browser.get("/settings/api-keys")
    await harness.events()
    return {"csrf": field(page.text, "csrf"), "name": "Deploys", "days": "7", "scope:entries.read": "on"}


def key_in(page: httpx.Response) -> str:
    found = re.search(r"phk_[\w-]+", page.text)
    return found[0] if found else ""


def test_one_press_more_makes_nothing_more(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await key_form(harness, browser)
            answers = await asyncio.gather(*(browser.post("/settings/api-keys", data=sent) for _ in range(4)))
            assert {(each.status_code, each.headers["location"]) for each in answers} == {(303, "/settings/api-keys")}
            assert await harness.events() == ["keys.api_key_created"]
            # Each answer brings the same key.
            (name,) = {each.headers["set-cookie"].partition("=")[0] for each in answers}
            assert len({each.cookies[name] for each in answers}) == 1
            # Scripts send the same form; they are led on by a header.
            scripted = await browser.post("/settings/api-keys", data=sent, headers={"HX-Request": "true"})
            assert (scripted.status_code, scripted.headers["hx-redirect"]) == (200, "/settings/api-keys")
            # Something else from the same page, and the same from another page, are other things.
            await browser.post("/settings/api-keys", data={**sent, "name": "Backups"})
            page = await browser.get("/settings/api-keys")
            await browser.post("/settings/api-keys", data={**sent, "csrf": field(page.text, "csrf")})
            assert await harness.events() == ["keys.api_key_created"] * 2

    asyncio.run(run())


def test_it_is_the_same_form_however_its_fields_are_written(harness: Harness) -> None:
    """A browser draws a new boundary for each sending, and ends lines in another way than a script."""

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await key_form(harness, browser)
            for _ in range(2):
                parts = {name: (None, value) for name, value in sent.items()}
                assert (await browser.post("/settings/api-keys", files=parts)).status_code == 303
            assert (await browser.post("/settings/api-keys", data=sent)).status_code == 303
            assert await harness.events() == ["keys.api_key_created"]
            page = await browser.get("/o/ember/entries/new")
            entry = {name: field(page.text, name) for name in ("csrf", "occurred_at")} | {"title": "Lines"}
            sendings = [await browser.post("/o/ember/entries/new", data={**entry, "body": f"One{end}two"}) for end in ("\n", "\r\n")]
            places = {each.headers["location"] for each in sendings}
            assert len(places) == 1
            assert await harness.events() == ["entries.posted"]

    asyncio.run(run())


def test_what_is_shown_once_survives_a_reload_for_ten_minutes(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser, harness.new_client() as other:
            sent = await key_form(harness, browser)
            made = await browser.post("/settings/api-keys", data=sent)
            key = key_in(await browser.get("/settings/api-keys"))
            assert key
            assert key_in(await browser.get("/settings/api-keys")) == key
            # Not on another page, nor for another person who has the cookie.
            assert key not in (await browser.get("/settings/sessions")).text
            await harness.person("eve", password=True)
            await signed_in(harness, other, "eve")
            other.cookies.update({name: value for name, value in made.cookies.items() if name.startswith("phoenix_shown")})
            assert key_in(await other.get("/settings/api-keys")) == ""
            harness.clock.advance(seconds=shown_once.SHOWN_FOR.total_seconds())
            assert key_in(await browser.get("/settings/api-keys")) == ""
            assert "phoenix_shown" in made.headers["set-cookie"]
            assert key not in made.headers["set-cookie"]

    asyncio.run(run())


def test_a_sign_in_sent_twice_begins_one_session(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            page = await browser.get("/sign-in")
            await harness.events()
            sent = {"csrf": field(page.text, "csrf"), "email": "ada@example.com", "password": PASSWORD}
            first, second = await asyncio.gather(*(browser.post("/sign-in", data=sent) for _ in range(2)))
            assert (first.status_code, second.status_code) == (303, 303)
            assert first.cookies["phoenix_session"] == second.cookies["phoenix_session"]
            assert await harness.events() == ["sessions.started"]
            # A page that is found again later begins another.
            harness.clock.advance(seconds=form_once.KEEP_OF_A_SESSION.total_seconds())
            browser.cookies.delete("phoenix_session")
            assert (await browser.post("/sign-in", data=sent)).status_code == 303
            assert await harness.events() == ["sessions.started"]

    asyncio.run(run())


def test_a_renewed_session_is_not_given_again_later(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = {
                "csrf": (await key_form(harness, browser))["csrf"],
                "method": "password",
                "password": PASSWORD,
                "next": "/settings/profile",
            }
            first = (await browser.post("/confirm", data=sent)).cookies["phoenix_session"]
            assert (await browser.post("/confirm", data=sent)).cookies["phoenix_session"] == first
            assert await harness.events() == ["sessions.reauthenticated"]
            harness.clock.advance(seconds=form_once.KEEP_OF_A_SESSION.total_seconds())
            assert (await browser.post("/confirm", data=sent)).cookies["phoenix_session"] != first
            assert await harness.events() == ["sessions.reauthenticated"]

    asyncio.run(run())


def test_a_new_password_sent_twice_is_not_refused_for_the_old_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await key_form(harness, browser)
            page = await browser.get("/settings/password")
            sent = {"csrf": field(page.text, "csrf"), "current_password": PASSWORD, "password": "seven kettles on a cold morning"}
            for _press in range(2):
                answer = await browser.post("/settings/password", data=sent)
                assert (answer.status_code, answer.headers["location"]) == (303, "/settings/security")
            # The session by API that this person has had before.
            assert await harness.events() == ["sessions.ended", "sign_in.password_changed"]

    asyncio.run(run())


def test_what_takes_ones_own_right_is_answered_the_same_when_sent_twice(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = {"csrf": (await key_form(harness, browser))["csrf"]}
            out = await browser.post("/sign-out", data=sent)
            browser.cookies.update(out.cookies)
            twice = await browser.post("/sign-out", data=sent)
            assert (twice.status_code, twice.headers["location"]) == (303, out.headers["location"])
            assert "set-cookie" not in twice.headers
            assert await harness.events() == ["sessions.ended"]

    asyncio.run(run())


def test_a_second_press_waits_for_the_first_and_gives_up_in_words(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_once, "WAITS", (0.0, 0.0))

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await key_form(harness, browser)
            page = await browser.get("/o/ember/entries/new")
            sent = {"csrf": field(page.text, "csrf"), "title": "Harbour", "body": "Text", "occurred_at": ""}
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(command("LOCK TABLE entries IN SHARE MODE"))
                first = asyncio.create_task(browser.post("/o/ember/entries/new", data=sent))
                await until(
                    lambda: harness.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
                )
                second = await browser.post("/o/ember/entries/new", data=sent)
                assert (second.status_code, "What you sent is still being saved." in second.text) == (409, True)
                assert 'value="Harbour"' in second.text
            assert (await first).status_code == 303
            assert await harness.events() == ["entries.posted"]

    asyncio.run(run())


def test_a_form_that_was_wrong_is_sent_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await key_form(harness, browser)
            assert (await browser.post("/settings/api-keys", data={**sent, "name": ""})).status_code == 422
            assert (await browser.post("/settings/api-keys", data=sent)).status_code == 303

    asyncio.run(run())


def test_a_password_that_was_not_refused_is_not_typed_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            page = await browser.get("/sign-up")
            sent = {"csrf": field(page.text, "csrf"), "email": "ada@example.com", "name": "Ada", "password": PASSWORD}
            refused = await browser.post("/sign-up", data=sent)
            assert refused.status_code == 422
            assert PASSWORD not in refused.text
            assert "Saved. Enter it again only to change it." in refused.text
            kept = field(refused.text, "kept_password")
            again = {**sent, "csrf": field(refused.text, "csrf"), "password": "", "accept_terms": "on", "kept_password": kept}
            # Not in another browser, nor after ten minutes.
            async with harness.new_client() as other:
                theirs = field((await other.get("/sign-up")).text, "csrf")
                assert (await other.post("/sign-up", data={**again, "csrf": theirs})).status_code == 422
            assert (await browser.post("/sign-up", data=again)).status_code == 303
            await harness.work()
            proof = {
                "csrf": field((await browser.get("/verify")).text, "csrf"),
                "email": sent["email"],
                "code": harness.code("ada@example.com"),
            }
            assert (await browser.post("/verify", data=proof)).status_code == 303
            await signed_in(harness, browser)
            # What was refused is typed again.
            async with harness.new_client() as other:
                page = await other.get("/sign-up")
                short = {**sent, "csrf": field(page.text, "csrf"), "password": "short", "accept_terms": "on"}
                assert "kept_password" not in (await other.post("/sign-up", data=short)).text
                refused = await other.post("/sign-up", data={**sent, "csrf": field(page.text, "csrf")})
                late = {**again, "csrf": field(refused.text, "csrf"), "kept_password": field(refused.text, "kept_password")}
                harness.clock.advance(seconds=timedelta(minutes=10).total_seconds())
                assert (await other.post("/sign-up", data=late)).status_code == 422

    asyncio.run(run())
