"""Rules for every page, whatever it shows."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.web import samples
from tests.web.markup import Element, parse
from tests.web.pages import PAGES

from phoenix.kernel.i18n.templates import Templates
from phoenix.kernel.web.kept_forms import SECRET_FIELDS

STYLES = Path(__file__).parents[2] / "web" / "styles"
# The page of a failed request in development is tested in tests/kernel/test_development.py.
DEBUG = "debug"
SECRET = frozenset({"one-time-code", "current-password", "new-password"})
# Classes set by scripts, or one of a series of which others are on a page.
UNSEEN = frozenset(
    {
        "event--new",
        "sending",
        "bad",
        "badge--info",
        "banner--quiet",
        "dot--bad",
        "dot--off",
        "dot--warn",
        "method--patch",
        "method--put",
        "people",
    }
)


@pytest.fixture(params=sorted(PAGES))
def page(request: pytest.FixtureRequest, rendered: dict[str, str]) -> list[Element]:
    elements, faults = parse(rendered[request.param])
    assert faults == []
    return elements


def test_pages_have_no_inline_scripts_or_styles(page: list[Element]) -> None:
    for element in page:
        assert element.tag != "style"
        assert element.tag != "script" or element.get("src")
        assert not [name for name in element.attributes if name == "style" or name.startswith(("on", "hx-on", "hx-vals"))]
        assert not any((element.get(name) or "").startswith("javascript:") for name in ("href", "src", "action", "formaction"))


def test_attributes_are_spelled_with_dashes(page: list[Element]) -> None:
    """One that a macro was given as an argument arrives with an underscore, and no script finds it."""
    assert not [name for element in page for name in element.attributes if "_" in name]


def test_every_form_that_changes_something_sends_the_csrf_token(page: list[Element]) -> None:
    for form in page:
        if form.tag == "form" and (form.get("method") or "get") == "post":
            tokens = [e for e in form.inside if e.tag == "input" and e.get("name") == "csrf" and e.get("type") == "hidden"]
            assert [token.get("value") for token in tokens] == ["token-of-the-form"]


def test_secrets_have_names_that_are_never_stored(page: list[Element]) -> None:
    """A form that waits for its sender is stored, and what was typed is shown on the page of an error: without these fields."""
    for element in page:
        # The token of a link is what its email gave to whoever reads it.
        is_link = element.get("type") == "hidden" and element.get("name") in {"token", "challenge", "credential", "csrf"}
        if element.get("type") == "password" or element.get("autocomplete") in SECRET or is_link:
            assert element.get("name") in SECRET_FIELDS, element.attributes


def test_every_control_has_an_accessible_name(page: list[Element]) -> None:
    labelled = {element.get("for") for element in page if element.tag == "label"}
    for element in page:
        if element.tag in {"input", "select", "textarea"} and element.get("type") != "hidden":
            wrapped = any(parent.tag == "label" for parent in element.parents)
            assert element.get("id") in labelled or wrapped or element.get("aria-label"), element.attributes
        if element.tag in {"button", "a", "summary"}:
            assert element.text.strip() or element.get("aria-label"), element.attributes


def test_ids_are_unique_and_references_to_them_exist(page: list[Element]) -> None:
    ids = [element.get("id") for element in page if element.get("id")]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    for element in page:
        for name in (
            "aria-describedby",
            "aria-labelledby",
            "aria-controls",
            "for",
            "data-dialog",
            "data-ask",
            "data-reveal",
            "data-strength",
        ):
            for target in (element.get(name) or "").split():
                assert target in ids, (name, target)
        href = element.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids, href


def test_a_page_has_one_main_heading_a_title_and_a_skip_target(page: list[Element]) -> None:
    assert len([e for e in page if e.tag == "h1"]) == 1
    title = next(e for e in page if e.tag == "title")
    assert re.fullmatch(r"\S.*\S · Phoenix", title.text)
    assert [e.get("id") for e in page if e.tag == "main"] == ["main"]


def test_times_have_a_machine_readable_value(page: list[Element]) -> None:
    for element in page:
        if element.tag == "time":
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", element.get("datetime") or "")


def test_the_first_invalid_field_has_the_focus(page: list[Element]) -> None:
    refused = [e for e in page if e.get("aria-invalid") == "true"]
    focused = [e for e in page if "autofocus" in e.attributes and not any(parent.tag == "dialog" for parent in e.parents)]
    # Each of them asks for it, and browsers give it to the first (HTML, 6.6.7).
    assert focused == refused


def test_every_class_has_a_style_and_every_style_is_used(rendered: dict[str, str]) -> None:
    styles = "\n".join(file.read_text(encoding="utf-8") for file in STYLES.glob("*.css") if file.stem != DEBUG)
    styled = set(re.findall(r"\.([a-z][a-z0-9_-]*)(?=[^{}]*\{)", re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", styles, flags=re.S)))
    used = {name for html in rendered.values() for element in parse(html)[0] for name in (element.get("class") or "").split()}
    assert used - styled == set()
    assert styled - used == UNSEEN


def test_every_template_is_on_a_page(templates: Templates, rendered: dict[str, str]) -> None:
    assert rendered
    cache = templates.environment.cache
    assert cache is not None
    seen = {key[1] for key in cache.keys()}  # noqa: SIM118 - Jinja's cache is not a mapping
    ours = {name for name in templates.environment.list_templates(extensions=["html"]) if "mail" not in name} - {f"{DEBUG}.html"}
    assert ours - seen == set()


def test_user_text_is_never_rendered_as_markup(templates: Templates) -> None:
    evil = '<script>alert("x")</script>\' onload="x"'
    entry = SimpleNamespace(**{**vars(samples.ENTRY), "title": evil, "body": evil})
    organisation = SimpleNamespace(**{**vars(samples.HALDEN), "name": evil})
    context = samples.frame(
        entry=entry, may_change=True, more=[], organisation=organisation, toasts=[SimpleNamespace(kind="good", text=evil)]
    )
    html = templates.render("entries/show.html", **context)
    assert "<script>alert" not in html
    assert '" onload="' not in html
    assert not [e for e in parse(html)[0] if e.tag == "script" and not e.get("src")]
