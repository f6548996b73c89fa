"""Sentences that promise something are true: each is held against what the product does, and is where it is expected."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from tests.blockers.impersonating import browse, link_to, staff
from tests.breaking.test_a_strangers_sign_up import csrf_of
from tests.harness import PASSWORD, Harness
from tests.modules.admin.panel import Panel

from phoenix.app import openapi_document
from phoenix.commands import new_module
from phoenix.composition import REGISTRY
from phoenix.kernel.module import Module
from phoenix.kernel.web.reference import reference

ROOT = Path(__file__).parents[2]
PROTECTION = (ROOT / "docs/protection.md").read_text(encoding="utf-8")
CONTACT = "+49 30 901820 extension 7"
ZONE = "Pacific/Chatham"


def test_members_see_ones_time_zone_and_only_staff_ones_contact(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.person("root", permissions=("platform.admin",))
            changes = {"contact": CONTACT, "time_zone": ZONE}
            assert (await harness.patch("/api/v2/me", by="ada", json=changes, headers={"If-Match": "*"})).status_code == 200
            assert "Only you and the staff of this installation can see it." in (await harness.get("/settings/profile", by="ada")).text
            for path in (f"/api/v2/organisations/{ember}/members", "/o/ember/members", "/o/ember/feed", "/o/ember/dashboard"):
                page = (await harness.get(path, by="bo")).text
                assert CONTACT not in page, path
                assert ZONE in page or "/api/" not in path, path
            for page in (
                (await harness.get("/api/v2/me", by="ada")).text,
                (await panel.get(f"/staff/people/{harness.people['ada'].id}", by="root")).text,
            ):
                assert CONTACT in page
                assert ZONE.partition("/")[2] in page

    asyncio.run(run())
    assert "| name, time zone | the person, members, staff with `platform.people_read` | the person |" in PROTECTION
    assert "| contact | the person, staff with `platform.people_read` | the person |" in PROTECTION


def test_members_and_staff_who_impersonate_one_can_read_entries(harness: Harness) -> None:
    """The terms say so, and that the member is notified. Nobody outside the organisation can, staff included."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", eve="owner", bo="viewer")
            await harness.person("zoe")
            await staff(harness)
            terms = (await harness.get("/terms")).text
            assert "The members of the organisation you write it in can read it." in terms
            assert "So can staff of this installation while they impersonate a member to help" in terms
            made = await harness.post("/api/v2/entries", by="eve", json={"organisation": ember, "title": "Valve replaced"})
            path = f"/o/ember/entries/{made.json()['id']}"
            assert "Valve replaced" in (await harness.get(path, by="bo")).text
            for outsider in ("zoe", "ada"):
                assert (await harness.get(path, by=outsider)).status_code == 404
            browser, _csrf = await browse(harness, await link_to(harness, panel, "eve"))
            assert "Valve replaced" in (await browser.get(path)).text
            assert "The member gets an email about it." in terms
            await harness.work()
            assert "is viewing Phoenix as you" in harness.mails(harness.people["eve"].email)[0].text

    asyncio.run(run())


def test_opening_the_link_of_a_sign_up_does_nothing_and_confirming_signs_in(harness: Harness) -> None:
    """As decision 3 says, in the browser of the sign-up and in another one."""

    async def run() -> None:
        async with harness:
            for name, elsewhere in (("zoe", False), ("yara", True)):
                browser = harness.new_client()
                sent = {"email": f"{name}@example.com", "password": PASSWORD, "name": name.title(), "accept_terms": "on"}
                page = await browser.get("/sign-up")
                assert (await browser.post("/sign-up", data={**sent, "csrf": csrf_of(page)})).status_code == 303
                await harness.work()
                link = harness.link(sent["email"])
                if elsewhere:
                    browser = harness.new_client()
                page = await browser.get(link)
                assert page.status_code == 200
                assert await harness.sql("SELECT 1 FROM accounts WHERE email = $1", sent["email"]) == []
                assert (await browser.get("/api/v2/me")).status_code == 401
                assert ('name="password"' in page.text) is elsewhere
                given = {"csrf": csrf_of(page), "token": link.partition("token=")[2]}
                if elsewhere:
                    assert (await browser.post("/verify/link", data=given)).status_code == 422
                    given |= {"name": "Yara herself", "password": PASSWORD}
                assert (await browser.post("/verify/link", data=given)).status_code == 303
                assert (await browser.get("/api/v2/me")).json()["name"] == given.get("name", "Zoe")

    asyncio.run(run())
    decision = " ".join((ROOT / "docs/decisions/0003-no-account-before-confirmation.md").read_text(encoding="utf-8").split())
    assert "opening the link does nothing: its page asks the reader to confirm" in decision
    assert "Any other browser is asked for a name and a password first" in decision


def test_the_readme_says_what_new_module_asks_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_module("notes", folder=tmp_path)
    printed = capsys.readouterr().out
    assert printed.count('"notes",') == 1
    assert 'Now add a line to NAMES in src/phoenix/composition.py: "notes",' in printed
    assert "Then add a line to `composition.py`, as the command tells you" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "two lines" not in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_document_names_the_address_that_is_printed() -> None:
    """`phoenix up` prints localhost, where passkeys work, and so do the files of a new product."""
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "src/phoenix/operations").rglob("*.txt")]
    texts = {path: path.read_text(encoding="utf-8") for path in documents}
    assert [path for path, text in texts.items() if "http://127.0.0.1" in text] == []
    assert len([path for path, text in texts.items() if "http://localhost:8000" in text]) >= 3


def test_examples_send_a_token_where_one_is_needed_and_nowhere_else() -> None:
    document = json.loads(openapi_document())
    sends = {
        (operation.method, operation.path): "$TOKEN" in operation.example
        for subject in reference(document).subjects
        for operation in subject.operations
    }
    needs = {
        (method.upper(), path): bool(operation.get("security"))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if (method.upper(), path) in sends
    }
    assert sends == needs
    assert sends["POST", "/api/v2/sessions"] is False
    assert sends["GET", "/api/v2/me"] is True


def declared(module: Module) -> set[str]:
    """The kinds of email that a module declares: templates, except that of all notices, and each notice."""
    own = {sample.template for sample in module.emails if sample.template != "accounts/security_notice"}
    return own | {f"notices/{notice.name}" for notice in module.notices}


def test_the_panel_lists_and_shows_every_kind_of_email(harness: Harness) -> None:
    kinds = set().union(*(declared(module) for module in REGISTRY.modules))
    assert len(kinds) > 30

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.settings",))
            page = (await panel.get("/staff/emails", by="ada")).text
            assert "Every email Phoenix sends, with sample data." in page
            assert set(re.findall(r'href="/staff/emails/([^"]+)"', page)) == kinds
            for kind in sorted(kinds):
                shown = await panel.get(f"/staff/emails/{kind}", by="ada")
                assert shown.status_code == 200, kind
                assert not re.search(r"\{\w+\}", shown.text), kind

    asyncio.run(run())


def test_the_button_of_every_notice_says_where_it_leads(harness: Harness) -> None:
    """“Open settings” on an email about an organisation sent people to its page of members."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.settings",))
            for name, notice in REGISTRY.notices.items():
                assert bool(notice.button) is bool(notice.path and not notice.path.startswith("/settings")), name
                email = (await panel.get(f"/staff/emails/notices/{name}/seen", by="ada")).text
                assert ("Open settings" in email) is (not notice.button), name
                assert (notice.button in email, notice.title in email) == (True, True), name
                leads = re.search(r'href="(http[^"]+)"', email)
                assert leads
                assert leads[1].startswith("http://phoenix.test/"), name

    asyncio.run(run())
