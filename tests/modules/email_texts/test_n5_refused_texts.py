"""N5: a text is never a template, has every variable its message needs, and a refused one is still in its field."""

from __future__ import annotations

import asyncio
from html import escape

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.email_texts.room import FOOT, GREETING, SUBJECT, VERIFY, error_of, said, save, staff

from phoenix.kernel.email.texts import problem_of
from phoenix.modules.email_texts.pages.email import field_of

CODE = "<strong>%(code)s</strong> for %(name)s"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ code }}", "Only these variables"),
        ("{code} {{ 7 * 7 }}", "Only these variables"),
        ("{code} {% include 'x' %}", "Only these variables"),
        ("{code} {missing}", "Only these variables"),
        ("{code} %(missing)s", "Only these variables"),
        ("{code.__class__}", "Only these variables"),
        ("{code} <script>alert(1)</script>", "HTML"),
        ("{code} &lt;b&gt;", "HTML"),
        ("{code} \u2066x\u2069", "direction"),
        ("{code} \u200fx", "direction"),
        ("{code} https://evil.example", "link"),
        ("{code} evil.example", "link"),
        ("{code} help@evil", "link"),
        ("For {name}", "This text needs {code}."),
    ],
)
def test_what_cannot_be_used(text: str, why: str) -> None:
    assert why in problem_of(CODE, text)


def test_what_can_be_used() -> None:
    assert problem_of(CODE, "Your code, e.g. for today: {code}. 100 % yours, 5 < 6") == ""
    assert problem_of("No variables", "None either {code}").startswith("This text has no variables.")


def test_a_refused_text_stays_in_its_field_with_the_reason_beside_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await harness.events()
            texts = {SUBJECT: "Come in", GREETING: "Hi! {{ config }} Enter:", FOOT: "Fine as it is here"}
            for path in (f"{VERIFY}/en", f"{VERIFY}/en/preview"):
                refused = await save(panel, 0, texts, path=path, note="n" * 201)
                assert refused.status_code == 422
                assert "This text needs {code}." in error_of(refused.text, SUBJECT)
                assert "Only these variables work here: {name}." in error_of(refused.text, GREETING)
                for text in texts.values():
                    assert escape(text) in refused.text
            bidi = await save(panel, 0, {SUBJECT: "{code} \u202e reversed"})
            assert error_of(bidi.text, SUBJECT)
            assert await harness.events() == []
            assert (await said(harness)).subject == "Confirm your address: 40718263"

    asyncio.run(run())


def test_a_change_is_previewed_before_it_is_saved(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            answer = await save(panel, 0, {SUBJECT: "Look first: {code}"}, path=f"{VERIFY}/en/preview", note="Trying")
            assert answer.status_code == 303
            where = answer.headers["location"].partition("#")[0]
            page = (await panel.get(where, by="root")).text
            assert "Preview of your changes, not saved yet" in page
            assert "Look first: {code}" in page
            assert "Trying" in page
            assert "Not sent yet" not in page
            unsaved = where.partition("unsaved=")[2]
            text = await panel.get(f"{VERIFY}/en/seen?view=text&unsaved={unsaved}", by="root")
            assert "<title>Look first: 40718263</title>" in text.text
            assert "sandbox" in text.headers["content-security-policy"]
            dark = (await panel.get(f"{VERIFY}/en/seen?view=dark", by="root")).text
            assert "@media all" in dark
            assert "@media not all" in (await panel.get(f"{VERIFY}/en/seen?view=phone&number=0", by="root")).text
            assert (await said(harness)).subject == "Confirm your address: 40718263"
            gone = await panel.get(f"{VERIFY}/en?unsaved=unknown", by="root")
            assert "Preview of what is sent now" in gone.text
            for path in ("seen?unsaved=unknown", "seen?number=7", "seen?number=99999999999", "seen?number=x"):
                assert (await panel.get(f"{VERIFY}/en/{path}", by="root")).status_code == 404

    asyncio.run(run())


def test_who_may(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await harness.person("eve", permissions=("platform.people_read",))
            await harness.person("viewer", permissions=("platform.settings",))
            assert (await panel.get(f"{VERIFY}/en", by="eve")).status_code == 403
            page = (await panel.get(f"{VERIFY}/en", by="viewer")).text
            assert field_of(SUBJECT) not in page
            assert "Send test" not in page
            assert (await panel.get(f"{VERIFY}/en/seen", by="viewer")).status_code == 200
            for path in (f"{VERIFY}/en", f"{VERIFY}/en/preview", f"{VERIFY}/en/restore", f"{VERIFY}/en/test"):
                assert (await panel.post(path, by="eve", version="0", number="0")).status_code == 403
                assert (await panel.post(path, by="viewer", version="0", number="0")).status_code == 403
            assert (await harness.get(f"{VERIFY}/en", by="root")).status_code == 404
            assert (await panel.get(f"{VERIFY}/fr", by="root")).status_code == 404
            shown = (await panel.get("/staff/emails", by="root")).text
            notice = next(part.split('"')[0] for part in shown.split('href="')[1:] if "/staff/emails/notices/" in part) + "/texts/de"
            assert "security notices" in (await panel.get(notice, by="root")).text
            for path in (notice, f"{notice}/preview", f"{notice}/restore"):
                assert (await panel.post(path, by="root", version="0", number="0")).status_code == 404
            assert (await panel.post(f"{notice}/test", by="root")).status_code == 303

    asyncio.run(run())
