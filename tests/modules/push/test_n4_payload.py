"""N4: what a browser is sent: small, plain text, and a path of ours, whatever people are called."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix.kernel.module import ChannelMessage
from phoenix.modules.push.encryption import RECORD_BYTES
from phoenix.modules.push.payload import MOST_BYTES, payload

MESSAGE = ChannelMessage("bat_1", "Ember", "Ada mentioned you", "/o/ember/entries/ent_1", "comments.mentioned ent_1", "pt_BR", urgent=False)
TEXTS = st.text(max_size=5000)


def made(**changes: str) -> dict[str, str]:
    values = {name: getattr(MESSAGE, name) for name in MESSAGE.__struct_fields__} | changes
    found: dict[str, str] = json.loads(payload(ChannelMessage(**values)))
    return found


def test_what_is_sent() -> None:
    assert made() == {
        "title": "Ember",
        "text": "Ada mentioned you",
        "link": "/o/ember/entries/ent_1",
        "tag": "comments.mentioned ent_1",
        "language": "pt-BR",
    }


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_it_is_at_most_3_kilobytes_whatever_is_in_it(title: str, text: str, link: str, tag: str) -> None:
    assert len(payload(ChannelMessage("bat_1", title, text, link, tag, "de", urgent=True))) <= MOST_BYTES < RECORD_BYTES - 100


@pytest.mark.parametrize("worst", ["\U0001f3f4", "\U000e0067", '"', "\\", "\x7f", "é" * 2])
def test_the_longest_texts_fit_as_well(worst: str) -> None:
    assert len(payload(ChannelMessage("bat_1", worst * 5000, worst * 5000, worst * 5000, worst * 5000, "de", urgent=True))) <= MOST_BYTES


def test_what_is_too_long_is_cut_and_says_so() -> None:
    found = made(title="T" * 200, text="x" * 1000, link="/" + "y" * 1000)
    assert (len(found["title"]), len(found["text"])) == (80, 300)
    assert found["text"].endswith("…")
    assert found["link"] == "/notifications"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("one\ntwo\r\nthree\u2028four", "one two three four"),
        ("gpj\u202e.exe", "gpj .exe"),
        ("\u2068\u05d3\u05e0\u05d9\u2069 mentioned you", "\u05d3\u05e0\u05d9 mentioned you"),
        ("<b>bold</b> & <script>", "<b>bold</b> & <script>"),
        ("a\x00b\x1b[31m", "a b [31m"),
        ("\u200fR", "R"),
    ],
)
def test_controls_line_breaks_and_markup_do_no_harm(written: str, shown: str) -> None:
    assert (made(title=written)["title"], made(text=written)["text"]) == (shown, shown)
