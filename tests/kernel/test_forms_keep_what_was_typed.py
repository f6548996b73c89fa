"""No form loses what was typed: its sender signed out, in a new session, not confirmed lately, removed, or the server failing."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.harness import PASSWORD, Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.web import kept_forms
from phoenix.kernel.web.csrf import VALID, token_for

TEXT = "Three pages about the harbour, typed on a phone"


async def signed_in(harness: Harness, browser: httpx.AsyncClient, name: str = "ada") -> None:
    browser.cookies.delete("phoenix_session")
    page = await browser.get("/sign-in")
    sent = {"csrf": field(page.text, "csrf"), "email": f"{name}@example.com", "password": PASSWORD}
    assert (await browser.post("/sign-in", data=sent)).status_code == 303


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, page[:3000]
    return found[1]


def textarea(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    return found[1] if found else ""


def next_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text[:2000]
    return parse_qs(urlsplit(answer.headers["location"]).query)["next"][0]


async def entry_form(harness: Harness, browser: httpx.AsyncClient) -> dict[str, str]:
    await harness.person("ada", password=True)
    await harness.organisation("ember", ada="owner")
    await signed_in(harness, browser)
    page = await browser.get("/o/ember/entries/new")
    await harness.events()
    return {"csrf": field(page.text, "csrf"), "title": "Harbour", "body": TEXT, "occurred_at": ""}


@pytest.mark.parametrize("lost", ["cookie", "session"])
def test_what_was_typed_waits_behind_the_sign_in(harness: Harness, lost: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await entry_form(harness, browser)
            if lost == "cookie":
                del browser.cookies["phoenix_session"]
            else:
                await harness.sql("UPDATE sessions SET ended_at = now(), end_reason = 'signed_out'")
                harness.clock.advance(days=30)
                sent["csrf"] = token_for(harness.runtime, harness.people["ada"].id)
            answer = await browser.post("/o/ember/entries/new", data=sent)
            assert answer.headers["location"].startswith("/sign-in?next=")
            back = next_of(answer)
            assert back.startswith("/o/ember/entries/new?kept=")
            assert await harness.events() == []
            assert "Your form hasn't been sent yet." in (await browser.get(answer.headers["location"])).text
            await signed_in(harness, browser)
            page = await browser.get(back)
            assert "What you typed is still here." in page.text
            assert (field(page.text, "title"), textarea(page.text)) == ("Harbour", TEXT)
            again = {**sent, "csrf": field(page.text, "csrf")}
            assert (await browser.post("/o/ember/entries/new", data=again)).status_code == 303
            assert "entries.posted" in await harness.events()

    asyncio.run(run())


def test_nobody_else_sees_what_waits(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser, harness.new_client() as other:
            sent = await entry_form(harness, browser)
            del browser.cookies["phoenix_session"]
            back = next_of(await browser.post("/o/ember/entries/new", data=sent))
            await harness.person("eve", password=True)
            await signed_in(harness, other, "eve")
            assert TEXT not in (await other.get(back)).text
            await signed_in(harness, browser)
            assert TEXT not in (await browser.get(back.replace("/o/ember/entries/new", "/settings/profile"))).text, "it belongs to its page"
            assert TEXT in (await browser.get(back)).text
            harness.clock.advance(days=1, seconds=1)
            await signed_in(harness, browser)
            assert TEXT not in (await browser.get(back)).text, "it is forgotten after a day"
            await kept_forms.forget_kept_forms(harness.runtime)
            assert await harness.sql("SELECT 1 FROM kept_forms") == []

    asyncio.run(run())


def test_what_waits_is_sealed_without_secrets_and_bounded(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            fields = {"title": TEXT, "password": PASSWORD, "code": "12345678", "csrf": "c" * 40}
            for _number in range(kept_forms.MOST_OF_A_PERSON + 5):
                token = await kept_forms.keep_form(harness.runtime, ada.id, "/p", fields)
                harness.clock.advance(seconds=1)
            rows = await harness.sql("SELECT sealed FROM kept_forms")
            assert len(rows) == kept_forms.MOST_OF_A_PERSON
            assert all(TEXT.encode() not in row["sealed"] for row in rows)
            async with harness.runtime.database.reader() as db:
                found = await kept_forms.find_form(harness.runtime, db, ada.id, "/p", token)
            assert found is not None
            assert found.fields == {"title": TEXT}

    asyncio.run(run())


def test_the_same_person_in_a_new_session_is_asked_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await entry_form(harness, browser)
            del browser.cookies["phoenix_session"]
            await signed_in(harness, browser)
            answer = await browser.post("/o/ember/entries/new", data=sent)
            assert (answer.status_code, answer.headers["location"].startswith("/o/ember/entries/ent_")) == (303, True)

    asyncio.run(run())


def test_a_page_is_nobody_elses_to_send(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await entry_form(harness, browser)
            await harness.person("eve", password=True)
            await signed_in(harness, browser, "eve")
            await harness.events()
            for csrf in (sent["csrf"], "", "x" * 40, token_for(harness.runtime, "acc_nobody"), sent["csrf"][:-2]):
                answer = await browser.post("/settings/profile", data={"csrf": csrf, "name": "Eve by another page"})
                assert answer.status_code == 403, csrf
            harness.clock.advance(seconds=1)
            own = token_for(harness.runtime, harness.people["eve"].id)
            harness.clock.advance(seconds=VALID.total_seconds())
            await signed_in(harness, browser, "eve")
            answer = await browser.post("/settings/profile", data={"csrf": own, "name": "Eve a week later"})
            assert answer.status_code == 403
            assert await harness.events() == ["sessions.started"]

    asyncio.run(run())


def test_after_confirming_the_form_is_there_filled_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await entry_form(harness, browser)
            harness.clock.advance(minutes=20)
            page = await browser.get("/settings/api-keys")
            harness.clock.advance(minutes=30)
            sent = {"csrf": field(page.text, "csrf"), "name": "Deploys of the harbour", "days": "7", "scope:entries.read": "on"}
            answer = await browser.post("/settings/api-keys", data=sent)
            assert answer.headers["location"].startswith("/confirm?next=%2Fsettings%2Fapi-keys%3Fkept%3D")
            back = next_of(answer)
            page = await browser.get(answer.headers["location"])
            assert "Your form hasn't been sent yet." in page.text
            proof = {"csrf": field(page.text, "csrf"), "method": "password", "password": PASSWORD, "next": back}
            led = await browser.post("/confirm", data=proof)
            assert (led.status_code, led.headers["location"]) == (303, back)
            page = await browser.get(back)
            assert field(page.text, "name") == "Deploys of the harbour"
            assert re.search(r'name="scope:entries.read"[^>]* checked', page.text)
            assert (await browser.post("/settings/api-keys", data={**sent, "csrf": field(page.text, "csrf")})).status_code == 303
            assert "keys.api_key_created" in await harness.events()

    asyncio.run(run())


def test_a_button_alone_comes_back_to_its_page(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await entry_form(harness, browser)
            harness.clock.advance(minutes=30)
            referer = {"Referer": "http://phoenix.test/settings/sessions?page=2"}
            answer = await browser.post("/settings/sessions/end-others", data={"csrf": sent["csrf"]}, headers=referer)
            assert answer.headers["location"].startswith("/confirm?next=%2Fsettings%2Fsessions%3Fpage%3D2%26kept%3D")
            elsewhere = await browser.post(
                "/settings/sessions/end-others", data={"csrf": sent["csrf"]}, headers={"Referer": "https://evil.test/x"}
            )
            assert elsewhere.headers["location"].startswith("/confirm?next=%2F%3Fkept%3D")
            page = await browser.get(next_of(answer))
            assert "Choose it again" in page.text

    asyncio.run(run())


def test_someone_removed_while_writing_gets_their_text(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await entry_form(harness, browser)
            await harness.person("bo", password=True)
            ember = harness.organisations["ember"]
            await harness.sql("DELETE FROM memberships WHERE organisation_id = $1 AND account_id = $2", ember, harness.people["ada"].id)
            async with harness.runtime.database.transaction() as tx:
                tx.invalidate(ACCOUNT(harness.people["ada"].id))
            answer = await browser.post("/o/ember/entries/new", data=sent)
            assert answer.status_code == 404
            assert "What you typed" in answer.text
            assert TEXT in answer.text
            assert await harness.events() == []
            # Not what another site filled in.
            cross = await browser.post("/o/ember/entries/new", data=sent, headers={"Sec-Fetch-Site": "cross-site"})
            assert TEXT not in cross.text

    asyncio.run(run())


def test_when_the_server_fails_the_text_can_be_sent_again(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_given: Any, **_named: Any) -> Any:
        raise Unavailable

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            sent = await entry_form(harness, browser)
            with monkeypatch.context() as broken:
                broken.setattr(harness.app.sessions, "find", fails)
                answer = await browser.post("/o/ember/entries/new?from=feed", data=sent)
            assert answer.status_code == 503
            assert f">\n{TEXT}</textarea>" in answer.text
            assert 'action="/o/ember/entries/new?from=feed"' in answer.text
            again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
            assert {name: again.get(name) for name in sent} == sent
            assert (await browser.post("/o/ember/entries/new", data=again)).status_code == 303
            # A password is never put into a page about an error.
            page = await browser.get("/settings/profile")
            with monkeypatch.context() as broken:
                broken.setattr(harness.app.sessions, "find", fails)
                refused = await browser.post("/settings/password", data={"csrf": field(page.text, "csrf"), "password": PASSWORD})
            assert (refused.status_code, PASSWORD in refused.text, "Send again" in refused.text) == (503, False, False)

    asyncio.run(run())


def test_the_panel_keeps_what_staff_typed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("root", permissions=("platform.admin",), password=True)
            eve = await harness.person("eve")
            path = f"/staff/people/{eve.id}"
            await panel.get(path, by="root")
            harness.clock.advance(minutes=30)
            answer = await panel.post(f"{path}/lock", by="root", reason=TEXT)
            assert answer.headers["location"].startswith("/confirm?next=%2Fstaff%2Fpeople%2F"), answer.text
            assert "%3Fkept%3D" in answer.headers["location"]

    asyncio.run(run())
