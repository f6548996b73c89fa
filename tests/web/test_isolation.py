"""Whatever people wrote stands apart from the text around it, on every page and in every email."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from types import SimpleNamespace as Thing
from typing import Any
from zoneinfo import available_timezones

import pytest
from tests.web.markup import Element, parse
from tests.web.pages import PAGES

from phoenix.composition import REGISTRY
from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.i18n.isolation import END, FIRST_STRONG, Ours, isolated
from phoenix.kernel.i18n.links import unlinked
from phoenix.kernel.i18n.templates import Templates
from phoenix.kernel.language import DEFAULT_LOCALE, reading
from phoenix.kernel.sms.text import plain
from phoenix.settings import EmailSettings

HEBREW = "א"
ALONE = frozenset({"bdi"})
# Elements that hold text only, and are shown apart from other text by themselves.
FIELDS = frozenset({"textarea", "option"})
# Read by scripts and servers, or shown in a field of its own.
VALUES = frozenset({"value", "href", "action", "content", "src", "datetime", "id", "for", "name"})
# Made of our own words: the reference of the API, and pages that show nothing people wrote.
LEFT_OUT = frozenset({"api-docs", "api-docs-signed-in"})


def in_hebrew(value: Any) -> Any:
    return ending_in(HEBREW, value)


def ending_in(end: str, value: Any) -> Any:
    """A context in which every text that someone could have written has this end. What a template compares is left alone."""
    if isinstance(value, Ours):
        return value
    if isinstance(value, str):
        written = re.search(r"[A-Z @]", value) and not re.match(r"/|http|<|\d{4}-\d\d", value) and value not in available_timezones()
        return value + end if written else value
    if isinstance(value, dict):
        return {key: each if key == "initials" else ending_in(end, each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([ending_in(end, each) for each in value])
    if isinstance(value, Thing):
        return Thing(**ending_in(end, vars(value)))
    return value


def stands_apart(element: Element) -> bool:
    """Whether what is in an element does not mix with what stands around it."""
    return any(each.tag in ALONE | FIELDS or each.get("dir") == "auto" for each in (element, *element.parents))


def is_isolated(text: str) -> bool:
    """Whether all Hebrew in a text without elements is between isolates."""
    return HEBREW not in re.sub(f"{FIRST_STRONG}[^{END}]*{END}", "", text)


def loose(html: str) -> list[str]:
    elements, faults = parse(html)
    found = list(faults)
    for element in elements:
        own = element.text
        for inner in element.inside:
            if inner.parents[-1] is element:
                own = own.replace(inner.text, "", 1)
        if HEBREW in own and not stands_apart(element) and not is_isolated(own):
            found.append(f"<{element.tag}> {own.strip()[:80]}")
        for name, value in element.attributes.items():
            if "bdi>" in (value or ""):
                found.append(f"<{element.tag} {name}> has an element in it")
            if name not in VALUES and not name.startswith("data-") and value and not value.endswith(HEBREW) and not is_isolated(value):
                found.append(f"<{element.tag} {name}={value!r}>")
    return found


@pytest.mark.parametrize("name", sorted(set(PAGES) - LEFT_OUT))
def test_what_people_wrote_stands_apart_on_every_page(name: str, templates: Templates) -> None:
    template, context = PAGES[name]
    html = templates.render(template, **in_hebrew(context))
    assert loose(html) == []
    assert "&lt;bdi" not in html


def test_pages_show_what_people_wrote(templates: Templates) -> None:
    shown = {name for name in PAGES if HEBREW in templates.render(PAGES[name][0], **in_hebrew(PAGES[name][1]))}
    assert len(shown) > len(PAGES) * 2 // 3


MAILER = Mailer(EmailSettings(sender="Phoenix <no-reply@phoenix.test>"), REGISTRY.template_folders)


@pytest.mark.parametrize("name", sorted(REGISTRY.emails))
def test_what_people_wrote_stands_apart_in_every_email(name: str) -> None:
    with reading(DEFAULT_LOCALE):
        mail = MAILER.render(name, **in_hebrew(dict(REGISTRY.emails[name].values)))
    assert is_isolated(mail.subject)
    assert is_isolated(mail.text)
    shown = re.search(r"<body.*</body>", mail.html, re.DOTALL)
    assert shown is not None
    assert HEBREW not in re.sub(f"<bdi>[^<]*</bdi>|<title>.*?</title>|{FIRST_STRONG}[^{END}]*{END}", "", shown[0], flags=re.DOTALL)


@pytest.mark.parametrize("name", sorted(REGISTRY.emails))
def test_only_our_links_can_be_clicked(name: str) -> None:
    sample = REGISTRY.emails[name].values
    given = {
        key: f"{value} evil.example https://evil.example x@evil.example"
        for key, value in sample.items()
        if type(value) is str and key != "to"
    }
    with reading(DEFAULT_LOCALE):
        mail = MAILER.render(name, **{**sample, **given})
    for part in (mail.subject, mail.text, mail.html):
        assert "evil.example" not in part
        assert "https://evil" not in part
        assert "@evil" not in part
    assert "code" not in sample or sample["code"] in mail.text
    assert all(str(value) in mail.text for key, value in sample.items() if key.endswith("link"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("J.R.R. Tolkien", "J. R. R. Tolkien"),
        ("evil.com", "evil. com"),
        ("https://evil.com/x", "https: //evil. com/x"),
        ("http://1.2.3.4", "http: //1.2.3.4"),
        ("1.com", "1. com"),
        ("a-.com", "a-. com"),
        ("mailto:a@b.c", "mailto: a@ b. c"),
        ("www.例え.jp", "www. 例え. jp"),
        ("Version 2.0, 12:30", "Version 2.0, 12:30"),
        ("Version 1.2.3.4", "Version 1.2.3.4"),
        ("http://1.2.3.4/x and 1.2.3.4:80", "http: //1. 2. 3. 4/x and 1. 2. 3. 4:80"),
        ("evil.\u00adcom", "evil. \u00adcom"),
        ("evil\u200c.com", "evil\u200c. com"),
        ("a\u2060@\u200bb\u2060.\u200bc", "a\u2060@ \u200bb\u2060. \u200bc"),
        ("कंपनी.com", "कंपनी. com"),
        ("evil。com", "evil。 com"),
        ("送りました。見る", "送りました。見る"),
        ("☃.net", "☃. net"),
        ("Wait... what?", "Wait... what?"),
        ("(.env) «.env» .env", "(.env) «.env» .env"),
        ("At 10:30. Then 3.50 €.", "At 10:30. Then 3.50 €."),
    ],
)
def test_what_looks_like_a_link_is_parted(written: str, shown: str) -> None:
    assert unlinked(written) == shown
    assert unlinked(shown) == shown


# What is not seen, and what stands on a letter: each category of Unicode in which there is such a thing.
UNSEEN = [c for c in map(chr, range(sys.maxunicode)) if unicodedata.category(c) == "Cf"] + ["\u034f", "\ufe0f", "\u0301", "\u0903"]


@pytest.mark.parametrize("clean", [str, plain, lambda text: "".join(c for c in text if unicodedata.category(c) != "Cf")])
def test_nothing_unseen_puts_a_link_together_again(clean: Callable[[str], str]) -> None:
    for unseen in UNSEEN:
        for written in (f"evil.{unseen}com", f"evil{unseen}.com", f"x@{unseen}evil.com", f"https:{unseen}//a"):
            said = clean(unlinked(written))
            assert not re.search(r"[.@]\w|:/", "".join(c for c in said if c not in UNSEEN)), ascii(written)


def test_a_sentence_isolates_what_is_not_ascii() -> None:
    assert isolated("Ada") == "Ada"
    assert isolated("עדה") == f"{FIRST_STRONG}עדה{END}"


@pytest.mark.parametrize(
    ("template", "html"),
    [
        ("{{ x }}", "<bdi>א&lt;</bdi>"),
        ("<p>{{ x }}</p>", "<p><bdi>א&lt;</bdi></p>"),
        ("<a title='{{ x }}'>", "<a title='א&lt;'>"),
        ('<a title="{{ _("To %(x)s", x=x) }}">', f'<a title="To {FIRST_STRONG}א&lt;{END}">'),
        ('{{ _("To %(x)s", x=x) }}', "To <bdi>א&lt;</bdi>"),
        ("{% trans %}To {{ x }}{% endtrans %}{{ x }}", "To <bdi>א&lt;</bdi><bdi>א&lt;</bdi>"),
        ('{{ ngettext("%(num)s of %(x)s", "%(num)s of %(x)s", 2, x=x) }}', "2 of <bdi>א&lt;</bdi>"),
        ("<textarea>\n{{ x }}</textarea>{{ x }}", "<textarea>\nא&lt;</textarea><bdi>א&lt;</bdi>"),
        ('<option>{{ _("%(x)s", x=x) }}</option>', f"<option>{FIRST_STRONG}א&lt;{END}</option>"),
        ("<title>a < b <b>{{ x }}</title>", "<title>a < b <b>א&lt;</title>"),
        ("<!-- {{ x }} --><i>{{ x }}", "<!-- א&lt; --><i><bdi>א&lt;</bdi>"),
        ('<a title=">">{{ x }}', '<a title=">"><bdi>א&lt;</bdi>'),
        ("{{ x if x else 1 }}{{ 1 }}{{ 'a' }}", "<bdi>א&lt;</bdi>1a"),
        ("{{ ours }}", "<bdi>א</bdi>"),
    ],
)
def test_an_expression_is_isolated_for_where_it_stands(templates: Templates, template: str, html: str) -> None:
    assert templates.environment.from_string(template).render(x=HEBREW + "<", ours=Ours(HEBREW)) == html
