"""A made-up translation of every message, in which each is bracketed: whatever is shown without brackets was not translated."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from tools.messages import extract

from phoenix.kernel import language

LOCALE = "de"
OPEN, CLOSE = "⟦", "⟧"
# Attributes that people read or hear.
SHOWN = frozenset({"alt", "aria-description", "aria-label", "aria-valuetext", "data-label", "label", "placeholder", "title"})
# What scripts show is given to them in attributes: whatever has a space in it is a sentence.
GIVEN = re.compile(r"[A-Z⟦][^ ]*[ ,.!?]")
# Names and texts of the tests, addresses, codes of permissions, kinds and settings, and what is the same in every language.
_DATA = re.compile(
    r"[^ ]+@[^ ]*|https?://[^ ]+|\b(?:acc|org|ent|key|msg|com|cmt|whk|ses|pas|exp|inv|evt)_\w+|\bPHOENIX_\w+|\b[a-z_]+\.[a-z_]+(?:\.[a-z_]+)*\b"
    r"|\b[a-z_]+/[a-z_]+\b|\d+\. November|\b(?:[OPBopb]{1,3}\d+b?)+\b|A title|A robot|Test, ,|\b[A-Z]?(?:Ada|Bo|Cleo|Ember)(?:ada|bo|ember)?\b|\b(?:ada|bo|ember|tests)\b"
    r"|Phoenix(?: \d+\.\d+\.\d+)?|UTC|Deutsch|English|日本語|API|OpenAPI"
)
_LETTERS = re.compile(r"[^\W\d_]{2}")


@contextmanager
def translated() -> Iterator[None]:
    """Within the block, every message of Phoenix has a bracketed translation into `LOCALE`."""
    made = Catalog(locale=LOCALE)
    for message in extract():
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            said = tuple(f"{OPEN}{form}{CLOSE}" for form in forms)
            made.add(message.id, said if isinstance(message.id, tuple) else said[0], context=message.context)
    before = language.CATALOGUES
    with TemporaryDirectory() as folder:
        file = Path(folder, LOCALE, "LC_MESSAGES", "phoenix.mo")
        file.parent.mkdir(parents=True)
        with file.open("wb") as stream:
            write_mo(stream, made)
        language.CATALOGUES = Path(folder)
        language._catalogue.cache_clear()
        try:
            yield
        finally:
            language.CATALOGUES = before
            language._catalogue.cache_clear()


def outside(shown: str) -> str:
    """What of a text is outside of the brackets."""
    depth, kept = 0, []
    for letter in shown:
        depth += {OPEN: 1, CLOSE: -1}.get(letter, 0)
        if depth == 0 and letter != CLOSE:
            kept.append(letter)
    return " ".join("".join(kept).split())


class _Texts(HTMLParser):
    """Collects the texts of a page: those between tags, as one for each block, and those in attributes."""

    INLINE = frozenset({"a", "b", "bdi", "code", "em", "i", "span", "strong", "small", "time", "kbd", "svg", "path"})
    HIDDEN = frozenset({"script", "style", "code", "pre", "time", "svg"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._now: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name in SHOWN or (name.startswith("data-") and GIVEN.match(value))):
                self.found.append(value)
        self._hidden += tag in self.HIDDEN
        if tag not in self.INLINE:
            self.end()

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self.HIDDEN
        if tag not in self.INLINE:
            self.end()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._now.append(data)

    def end(self) -> None:
        self.found.append("".join(self._now))
        self._now = []


def untranslated(html: str, data: Collection[str] = ()) -> list[str]:
    """What a page shows that is not in brackets, has words in it, and is not `data`, such as a name."""
    texts = _Texts()
    texts.feed(html)
    texts.end()
    return sorted({shown for shown in texts.found if _LETTERS.search(_without_data(outside(shown), data))}, key=len)


def _without_data(text: str, data: Collection[str]) -> str:
    for each in sorted(data, key=len, reverse=True):
        text = text.replace(each, " ")
    return _DATA.sub(" ", text)
