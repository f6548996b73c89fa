"""The language someone reads: of their profile, and before they have signed in of their browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.harness import PASSWORD, Harness
from tests.modules.notifications.notifying import change_role, inbox
from tests.pseudo import CLOSE, LOCALE, OPEN, translated

from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.language import reading
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.notices import EXPORT_READY
from phoenix.modules.webhooks.actions.request import in_words
from phoenix.settings import EmailSettings

GERMAN: Any = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture(autouse=True)
def _translated() -> Iterator[None]:
    with translated():
        yield


async def choose(harness: Harness, name: str, locale: str) -> None:
    answer = await harness.request("PATCH", "/api/v2/me", by=name, json={"locale": locale}, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["locale"] == locale


def test_a_page_before_sign_in_is_in_the_language_of_the_browser(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for asked, language, heading in (
                (GERMAN, "de", f"{OPEN}Sign in{CLOSE}"),
                ({}, "en", "Sign in"),
                ({"Accept-Language": "fr"}, "en", "Sign in"),
            ):
                page = await harness.get("/sign-in", headers=asked)
                assert f'<html lang="{language}"' in page.text
                assert f">{heading}</h1>" in page.text
                assert page.headers["content-language"] == language
                assert "Accept-Language" in page.headers["vary"]

    asyncio.run(run())


def test_the_profile_decides_over_the_browser_and_a_change_is_visible_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            page = await harness.get("/settings/profile", by="ada", headers=GERMAN)
            assert '<html lang="en"' in page.text
            await choose(harness, "ada", LOCALE)
            page = await harness.get("/settings/profile", by="ada", headers={"Accept-Language": "en"})
            assert '<html lang="de"' in page.text
            assert f"{OPEN}Profile{CLOSE}" in page.text
            assert '<option value="ja">日本語</option>' in page.text

    asyncio.run(run())


def test_what_refuses_is_in_the_readers_language_for_machines_too(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for headers, by, language in ((GERMAN, None, "de"), ({}, None, "en")):
                answer = await harness.get("/api/v2/me", by=by, headers=headers)
                assert answer.status_code == 401
                assert answer.json()["title"].startswith(OPEN) == (language == "de")
                assert answer.headers["content-language"] == language
            await harness.person("ada")
            await choose(harness, "ada", LOCALE)
            answer = await harness.get("/api/v2/organisations/org_none", by="ada")
            assert answer.json()["detail"].startswith(OPEN)

    asyncio.run(run())


def test_an_unknown_address_and_a_page_that_is_refused_are_translated(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            page = await harness.get("/nowhere", headers=GERMAN)
            assert page.status_code == 404
            assert f"{OPEN}There&#39;s no page at this address.{CLOSE}" in page.text

    asyncio.run(run())


def test_an_account_takes_the_language_of_the_browser_that_signed_up(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            sent = {"email": "cleo@example.com", "password": PASSWORD, "name": "Cleo", "time_zone": "UTC", "accept_terms": "on"}
            page = await harness.get("/sign-up", headers=GERMAN)
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            answer = await harness.post("/sign-up", data={**sent, "csrf": csrf}, headers=GERMAN)
            assert answer.status_code == 303, answer.text
            await harness.work()
            mail = harness.mails("cleo@example.com")[-1]
            assert mail.subject.startswith(OPEN)

    asyncio.run(run())


def test_cached_answers_are_of_one_language(harness: Harness) -> None:
    """The dashboard's titles and the feed's sentences, from the cache and from hot reads."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner")
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "A title"})
            await choose(harness, "bo", LOCALE)
            for _again in range(3):
                for name, translated_ in (("ada", False), ("bo", True)):
                    feed = await harness.get(f"/api/v2/feed?organisation={ember}", by=name)
                    assert feed.json()["items"][0]["summary"].startswith(OPEN) == translated_
                    board = await harness.get(f"/api/v2/dashboard?organisation={ember}", by=name)
                    assert board.json()["cards"][0]["title"].startswith(OPEN) == translated_
            # And after a change of language.
            await choose(harness, "bo", "en")
            feed = await harness.get(f"/api/v2/feed?organisation={ember}", by="bo")
            assert not feed.json()["items"][0]["summary"].startswith(OPEN)

    asyncio.run(run())


def test_an_email_without_a_reader_is_a_bug() -> None:
    mailer = Mailer(EmailSettings(), {})
    with pytest.raises(RuntimeError, match="reader"):
        mailer.render("accounts/security_notice", to="ada@example.com")


def test_a_notification_is_in_its_readers_language(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member", cleo="member")
            await choose(harness, "bo", LOCALE)
            for name in ("bo", "cleo"):
                await change_role(harness, name, "viewer")
            await harness.follow()
            for name, is_translated in (("bo", True), ("cleo", False)):
                items = await inbox(harness, name)
                assert items[0]["summary"].startswith(OPEN) == is_translated
                assert (f"{OPEN}viewer{CLOSE}" in items[0]["summary"]) == is_translated

    asyncio.run(run())


def test_a_notice_is_in_the_language_of_its_recipient(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for name, locale in (("ada", "en"), ("bo", LOCALE)):
                await harness.person(name)
                await choose(harness, name, locale)
                async with harness.runtime.database.transaction() as tx:
                    await notify(tx, harness.people[name].id, EXPORT_READY)
            await harness.work()
            for name, is_translated in (("ada", False), ("bo", True)):
                mail = harness.mails(harness.people[name].email)[0]
                assert (OPEN in mail.subject) == is_translated
                assert mail.text.startswith(OPEN) == is_translated

    asyncio.run(run())


def test_a_problem_by_role_is_translated_with_the_role(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="viewer")
            await choose(harness, "bo", LOCALE)
            answer = await harness.post("/api/v2/entries", by="bo", json={"organisation": ember, "title": "A title"})
            assert answer.status_code == 403
            assert answer.json()["detail"] == f"{OPEN}Your role in Ember ({OPEN}viewer{CLOSE}) does not allow this.{CLOSE}"

    asyncio.run(run())


@pytest.mark.parametrize("title", ["member", "owner", "Settings"])
def test_what_people_wrote_is_never_translated(harness: Harness, title: str) -> None:
    """Also where it is the same as a message of Phoenix."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await choose(harness, "ada", LOCALE)
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": title})
            feed = (await harness.get(f"/api/v2/feed?organisation={ember}", by="ada")).json()["items"]
            assert feed[0]["summary"] == f"{OPEN}Ada added the entry “{title}”{CLOSE}"
            page = (await harness.get("/o/ember/entries", by="ada")).text
            assert f">{title}</a>" in page

    asyncio.run(run())


def test_the_page_after_a_change_of_language_and_what_it_says_are_in_the_new_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            harness.client.cookies.set("phoenix_session", ada.token)
            sent = {"name": "Ada", "time_zone": "UTC", "contact": "", "locale": LOCALE, "version": "1"}
            sent["csrf"] = token_for(harness.runtime, ada.id)
            answer = await harness.post("/settings/profile", data=sent)
            assert answer.status_code == 303, answer.text
            page = await harness.get("/settings/profile")
            assert f"{OPEN}Profile saved.{CLOSE}" in page.text

    asyncio.run(run())


def test_an_address_that_is_confirmed_in_another_browser_takes_the_language_of_that_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            sent = {"email": "cleo@example.com", "password": PASSWORD, "name": "Cleo", "accept_terms": True}
            assert (await harness.post("/api/v2/accounts", json=sent)).status_code == 202
            await harness.work()
            link = harness.link("cleo@example.com")
            browser = harness.new_client()
            browser.headers.update(GERMAN)
            page = await browser.get(link)
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            typed = {"token": link.partition("token=")[2], "csrf": csrf, "password": PASSWORD, "name": "Cleo", "time_zone": "UTC"}
            answer = await browser.post("/verify/link", data=typed)
            assert answer.status_code == 303, answer.text
            (row,) = await harness.sql("SELECT locale FROM accounts WHERE email = 'cleo@example.com'")
            assert row["locale"] == LOCALE

    asyncio.run(run())


def test_the_documentation_of_the_api_is_in_english(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            page = await harness.get("/api/docs", headers=GERMAN)
            assert '<html lang="en"' in page.text
            assert OPEN not in page.text

    asyncio.run(run())


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("It answered 500.", "It answered 500."),
        ("The connection failed (ConnectError).", "The connection failed (ConnectError)."),
        ("It didn't answer in time.", "It didn't answer in time."),
        ("The host has no address.", "The host has no address."),
        ("The host has an address that isn't public.", "The host has an address that isn't public."),
    ],
)
def test_the_log_of_a_webhook_says_in_the_readers_language_why_a_delivery_failed(stored: str, said: str) -> None:
    with reading(LOCALE):
        assert in_words(stored) == f"{OPEN}{said}{CLOSE}"
    with reading("en"):
        assert in_words(stored) == stored
