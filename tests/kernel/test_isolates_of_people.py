"""Whatever marks of a direction people write, they end with what they wrote: in a sentence, on a page and in plain text."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from phoenix.kernel.i18n.isolation import END, FIRST_STRONG, install, isolated
from phoenix.kernel.i18n.written import what_is_wrong

ISOLATES, EMBEDDINGS, MARKS = "\u2066\u2067\u2068", "\u202a\u202b", "\u200e\u200f\u061c"
HEBREW = "אב"
LETTERS = st.text(f"ab {HEBREW}<&{MARKS}", max_size=4)
# What people may write: what opens in it ends in it.
PARTS = st.one_of(
    LETTERS,
    st.builds(lambda mark, inside: f"{mark}{inside}{END}", st.sampled_from(ISOLATES), LETTERS),
    st.builds(lambda mark, inside: f"{mark}{inside}\u202c", st.sampled_from(EMBEDDINGS), LETTERS),
)
WRITTEN = st.lists(PARTS, max_size=4).map("".join)
STRAY = st.text(f"ab {HEBREW}<&{MARKS}{ISOLATES}{EMBEDDINGS}\u202c{END}", max_size=12)
NO_ISOLATES = str.maketrans(dict.fromkeys((FIRST_STRONG, END)))

ENVIRONMENT = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
install(ENVIRONMENT)
PAGE, PLAIN = ENVIRONMENT.from_string("<p>{{ said }}</p>"), ENVIRONMENT.from_string("<title>{{ said }}</title>")


def outside(text: str) -> str:
    """What of a text stands in no isolate, by the rules of the bidirectional algorithm (UAX 9, BD9)."""
    found, depth = "", 0
    for letter in text:
        if letter in ISOLATES:
            depth += 1
        elif letter == END:
            depth -= 1
            assert depth >= 0, "something ends that did not begin"
        elif not depth:
            found += letter
    assert not depth, "something does not end"
    return found


def without_elements(page: str) -> str:
    return re.sub(r"<bdi>[^<]*</bdi>", "", page)


@given(WRITTEN, WRITTEN)
def test_a_sentence_is_ours_around_what_people_may_write(name: str, title: str) -> None:
    assert (what_is_wrong(name), what_is_wrong(title)) == ("", "")
    sentence = f"{isolated(name)} wrote on {isolated(title)} today"
    kept = [text if isolated(text) == text else "" for text in (name, title)]
    assert outside(sentence) == f"{kept[0]} wrote on {kept[1]} today"
    # On the page each stands in an element of its own, which ends with it, and our words in none.
    page = PAGE.render(said=sentence)
    assert unescape(without_elements(page)) == f"<p>{kept[0]} wrote on {kept[1]} today</p>"
    assert unescape(PLAIN.render(said=sentence)) == f"<title>{sentence}</title>"


@given(STRAY)
def test_no_mark_stands_outside_an_element_whatever_was_written(text: str) -> None:
    """Also of what is older than the rule for what people may write, and of what imitates our isolates."""
    page = PAGE.render(said=text)
    assert not set(without_elements(page)) & set(f"{HEBREW}{MARKS}{ISOLATES}{EMBEDDINGS}\u202c{END}") - set("\u061c")
    words = unescape(re.sub("</?bdi>", "", page))
    assert words.translate(NO_ISOLATES) == f"<p>{text}</p>".translate(NO_ISOLATES)


def test_markup_stays_markup() -> None:
    assert PAGE.render(said=Markup("<b>א</b>")) == "<p><b>א</b></p>"
