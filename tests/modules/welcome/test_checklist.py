"""The checklist for people who are new: what it shows to whom, when a step is done, and hiding it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import httpx
from tests.factors import Factors
from tests.harness import Harness
from tests.modules.sign_in.forms import led_to, send

from phoenix.composition import REGISTRY
from phoenix.kernel.module import WelcomeStep
from phoenix.kernel.registry import Registry

DASHBOARD = "/o/ember/dashboard"
ENTRY, INVITE, PROTECT = "Write your first entry", "Invite people", "Protect your account"


def steps(page: httpx.Response) -> dict[str, bool]:
    """The steps on a page, and whether they are done."""
    section = page.text.partition('id="checklist"')[2].partition("</section>")[0]
    return {title: ">Done<" in rest for title, rest in re.findall(r"<h3>([^<]+)</h3>(.*?)</li>", section, re.DOTALL)}


async def as_(harness: Harness, browser: httpx.AsyncClient, name: str) -> None:
    browser.cookies.clear()
    browser.cookies.set("phoenix_session", harness.people[name].token)


def test_each_step_is_done_once_its_reader_has_done_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            app = await Factors.of(harness, "cleo")
            ember = await harness.organisation("ember", ada="owner")
            await harness.organisation("birch", cleo="member")
            await as_(harness, browser, "ada")
            assert steps(await browser.get(DASHBOARD)) == {ENTRY: False, INVITE: False, PROTECT: False}
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})
            assert steps(await browser.get(DASHBOARD)) == {ENTRY: True, INVITE: False, PROTECT: False}
            await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com"})
            assert steps(await browser.get(DASHBOARD)) == {ENTRY: True, INVITE: True, PROTECT: False}
            # Someone else's second factor is not one's own.
            await as_(harness, browser, app.name)
            assert steps(await browser.get("/o/birch/dashboard"))[PROTECT]

    asyncio.run(run())


def test_a_reader_is_asked_only_for_what_they_can_do(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("ember", ada="owner", eve="viewer")
            await harness.person("bo")
            await as_(harness, browser, "eve")
            assert list(steps(await browser.get(DASHBOARD))) == [PROTECT]
            await as_(harness, browser, "bo")
            assert list(steps(await browser.get("/help"))) == [PROTECT]

    asyncio.run(run())


def test_a_hidden_checklist_is_found_again_under_help(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("ember", ada="owner", bo="owner")
            await as_(harness, browser, "ada")
            page = await browser.get(DASHBOARD)
            assert 'href="/help"' in page.text
            assert led_to(await send(browser, page, "/help/checklist")) == DASHBOARD
            assert steps(await browser.get(DASHBOARD)) == {}
            page = await browser.get("/help")
            assert list(steps(page)) == [ENTRY, INVITE, PROTECT]
            assert led_to(await send(browser, page, "/help/checklist")) == "/help"
            assert list(steps(await browser.get(DASHBOARD))) == [ENTRY, INVITE, PROTECT]
            await send(browser, await browser.get(DASHBOARD), "/help/checklist")
            await as_(harness, browser, "bo")
            assert list(steps(await browser.get(DASHBOARD))) == [ENTRY, INVITE, PROTECT]

    asyncio.run(run())


def test_a_checklist_that_is_done_leaves_the_dashboard(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await Factors.of(harness, "ada")
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})
            await as_(harness, browser, "ada")
            assert steps(await browser.get(DASHBOARD)) == {}
            assert steps(await browser.get("/help")) == {ENTRY: True, INVITE: True, PROTECT: True}

    asyncio.run(run())


def test_a_module_adds_a_step_without_another_query(harness: Harness) -> None:
    """The budget of the dashboard, which is enforced here, stays what it is."""
    step = WelcomeStep("notes.first", "Add a note", "It is short.", "Add note", "entry", "/o/{organisation}/notes", "$1 = ''", order=5)
    entries = next(module for module in REGISTRY.modules if module.name == "entries")
    changed = replace(entries, welcome=(*entries.welcome, step))
    harness.registry = Registry([changed if module is entries else module for module in REGISTRY.modules])

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("ember", ada="owner")
            await as_(harness, browser, "ada")
            page = await browser.get(DASHBOARD)
            assert list(steps(page)) == ["Add a note", ENTRY, INVITE, PROTECT]
            assert 'href="/o/ember/notes"' in page.text

    asyncio.run(run())


def test_erasing_someone_forgets_that_they_hid_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("ember", ada="owner")
            await as_(harness, browser, "ada")
            await send(browser, await browser.get(DASHBOARD), "/help/checklist")
            assert await harness.sql("SELECT 1 FROM hidden_checklists")
            welcome = next(module for module in REGISTRY.modules if module.name == "welcome")
            assert welcome.personal is not None
            async with harness.runtime.database.transaction() as tx:
                await welcome.personal.erase(tx, harness.people["ada"].id)
            assert not await harness.sql("SELECT 1 FROM hidden_checklists")

    asyncio.run(run())
