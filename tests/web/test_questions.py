"""Acts that cannot be undone, and changes of who owns an organisation, ask in words first: with scripts, and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

SOURCE = Path(__file__).parents[2] / "src" / "phoenix"
ASKED = re.compile(r"<form(?:(?!>\{\{)[^<])*data-ask=.*?</form>", re.DOTALL)
TYPED = re.compile(r"<textarea|<select|fields\.(textarea|text|select)\(")


def forms_that_ask() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.html")):
        for found in ASKED.finditer(path.read_text(encoding="utf-8")):
            yield path.name, found[0]


def test_every_form_that_asks_also_asks_without_scripts() -> None:
    """One that is filled in first, such as with a reason, is not sent by a slip."""
    forms = list(forms_that_ask())
    assert len(forms) > 10
    silent = [(name, form[:120]) for name, form in forms if not TYPED.search(form) and "sure()" not in form]
    assert silent == []


# Sent at once, though they are drawn as dangerous: on a page that asks, or undone by doing it again.
AT_ONCE = {
    "delete.html": "the page asks",
    "show.html": "leads to a page that asks, in a dialog where there are scripts",
    "_devices.html": "a device that was signed out can sign in again",
    "members.html": "people can be invited again",
    "ownership.html": "ownership can be offered again",
}
ONE_FORM = re.compile(r"<form(?:(?!</form>).)*</form>", re.DOTALL)


def test_every_dangerous_button_asks() -> None:
    silent = set()
    for path in sorted(SOURCE.rglob("*.html")):
        for found in ONE_FORM.findall(path.read_text(encoding="utf-8")):
            if "button--danger" in found and "data-ask" not in found and not TYPED.search(found):
                silent.add(path.name)
    assert silent == set(AT_ONCE)


@pytest.fixture
def without_scripts(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def sent(page: Page) -> list[str]:
    """The addresses that forms are sent to from now on; nothing is answered."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if request.method == "POST" else None)
    page.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    return found


@pytest.mark.browser
def test_without_scripts_nobody_is_removed_by_a_slip(without_scripts: Page, site: str) -> None:
    page = without_scripts
    found = sent(page)
    page.goto(f"{site}/members")
    row = page.locator("#members tr", has_text="Tomás Aguirre")
    row.get_by_role("button", name="Remove").click()
    assert found == []
    row.get_by_role("checkbox", name="I'm sure").check()
    with page.expect_event("requestfailed"):
        row.get_by_role("button", name="Remove").click()
    assert len(found) == 1


@pytest.mark.browser
def test_making_someone_an_owner_asks_first(page: Page, site: str) -> None:
    found = sent(page)
    page.goto(f"{site}/members")
    row = page.locator("#members tr", has_text="Tomás Aguirre")
    row.get_by_role("combobox").select_option("owner")
    row.get_by_role("button", name="Change role").click()
    dialog = page.get_by_role("dialog", name="Make Tomás Aguirre an owner?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert found == []
    row.get_by_role("button", name="Change role").click()
    with page.expect_event("requestfailed"):
        dialog.get_by_role("button", name="Make owner").click()
    assert len(found) == 1
    # Any other role is given at once.
    row.get_by_role("combobox").select_option("viewer")
    with page.expect_event("requestfailed"):
        row.get_by_role("button", name="Change role").click()
    assert len(found) == 2


@pytest.mark.browser
def test_a_double_click_answers_no_question(page: Page, site: str) -> None:
    """Its second half falls on the dialog that the first has opened: on its backdrop, or on whichever button is there."""
    found = sent(page)
    page.goto(f"{site}/members")
    page.get_by_role("button", name="Remove Priya Raman").dblclick()
    dialog = page.get_by_role("dialog", name="Remove Priya Raman?")
    expect(dialog).to_be_visible()
    confirm = dialog.get_by_role("button", name="Remove member")
    confirm.dispatch_event("click", {"detail": 2})
    expect(dialog).to_be_visible()
    assert found == []
    with page.expect_event("requestfailed"):
        confirm.click()
    assert len(found) == 1
