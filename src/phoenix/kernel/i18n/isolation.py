"""Text that people wrote, apart from the text around it: a name in another script changes neither its order nor its meaning.

Every expression of a template is isolated, so no template has to think of it: `<bdi>` among text, and Unicode's isolates where
there are no elements: in attributes, titles, subjects and plain text. Pages and emails are written from left to right, so text
without a letter or mark of the other direction disturbs nothing and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from phoenix.kernel.language import current_locale, gettext, ngettext

FIRST_STRONG, END = "\u2068", "\u2069"
_OPEN, _CLOSE = "<bdi>", "</bdi>"
# Elements that hold text only: an element in them would be shown, not applied.
_TEXT_ONLY = ("title", "textarea", "option", "script", "style", "mj-title", "mj-preview", "mj-style")
_NEXT = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][\w-]*)|<!--", re.DOTALL)


# Letters and digits that are written from right to left, in their blocks, and every mark of a direction.
_OTHER_DIRECTION = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


# What `isolated` made, with isolates of its own that end in it, and without anything that would end it early.
_ISOLATED = re.compile("\u2068((?:[^\u2066-\u2069]|[\u2066-\u2068][^\u2066-\u2069]*\u2069)*)\u2069")


class Ours(str):
    """A text of ours in an email, such as a link: only what is ours can be clicked."""

    __slots__ = ()


def isolated(text: str) -> str:
    """Text that people wrote, to be put into a sentence that is not a template's."""
    return f"{FIRST_STRONG}{text}{END}" if _OTHER_DIRECTION.search(text) else text


def without_elements(text: str) -> Markup:
    """Markup for where there are no elements."""
    return Markup(text.replace(_OPEN, FIRST_STRONG).replace(_CLOSE, END))  # noqa: S704 - escaped already


def install(environment: Environment, treat: Callable[[str], str] = str, translate: Callable[[str], str] = gettext) -> None:
    """Isolate every expression of an environment's templates. `treat` changes what people wrote before it is shown.

    `translate` returns the sentence for a message, as markup of ours.
    """

    def among_text(value: object) -> object:
        if not isinstance(value, str) or isinstance(value, Markup):
            return value
        # A message of ours is translated here, like everything that becomes text.
        text = escape(value if isinstance(value, Ours) else treat(str(value)))
        # A sentence in which names are isolated already is ours, and has a direction of its own.
        rest = _ISOLATED.sub("", text)
        if _OTHER_DIRECTION.search(rest):
            return Markup("<bdi>{}</bdi>").format(text)
        # Not as markup, which would escape what is put into it.
        return text if len(rest) == len(text) else Markup(_ISOLATED.sub(r"<bdi>\1</bdi>", str(text)))  # noqa: S704 - escaped already

    def without(value: object) -> object:
        return without_elements(value) if isinstance(value, Markup) else value

    def filled(sentence: str, values: dict[str, Any]) -> Markup:
        return Markup(sentence) % {name: among_text(value) for name, value in values.items()}  # noqa: S704 - a sentence of ours

    def say(sentence: str, /, **values: Any) -> Markup:
        return filled(translate(sentence), values)

    def say_number(one: str, many: str, number: int, /, **values: Any) -> Markup:
        return filled(ngettext(one, many, number), {"num": number, **values})

    environment.add_extension(_Isolation)
    environment.filters.update({_AMONG_TEXT: among_text, _WITHOUT: without})
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(_=say, gettext=say, ngettext=say_number, language=_language)


def _language() -> str:
    """The language of the page or email (BCP 47)."""
    return current_locale().replace("_", "-")


_AMONG_TEXT, _WITHOUT = "isolated_among_text", "isolated_without_elements"


class _Isolation(Extension):
    """Puts every expression of a template through the filter for the place it stands in."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        place, in_sentence, begins_block = _Place(), False, False
        for token in stream:
            if token.type == "data":
                place.read(token.value)
            if begins_block and token.type == "name":
                in_sentence = token.value == "trans" or (in_sentence and token.value != "endtrans")
            begins_block = token.type == "block_begin"
            if in_sentence or token.type not in {"variable_begin", "variable_end"}:
                yield token
            elif token.type == "variable_begin":
                yield token
                yield Token(token.lineno, "lparen", "(")
            else:
                yield Token(token.lineno, "rparen", ")")
                yield Token(token.lineno, "pipe", "|")
                yield Token(token.lineno, "name", _WITHOUT if place.has_no_elements else _AMONG_TEXT)
                yield token


class _Place:
    """Where in a page the text of a template has come to."""

    def __init__(self) -> None:
        self._in_tag = self._in_comment = False
        self._quote = self._element = self._tag = ""

    @property
    def has_no_elements(self) -> bool:
        return self._in_tag or self._in_comment or bool(self._element)

    def read(self, text: str) -> None:
        at = 0
        while at < len(text):
            at = self._in_a_tag(text, at) if self._in_tag else self._outside(text, at)

    def _in_a_tag(self, text: str, at: int) -> int:
        for end, letter in enumerate(text[at:], at + 1):
            if self._quote:
                self._quote = "" if letter == self._quote else self._quote
            elif letter in "\"'":
                self._quote = letter
            elif letter == ">":
                self._in_tag, self._element = False, self._tag if self._tag in _TEXT_ONLY else ""
                return end
        return len(text)

    def _outside(self, text: str, at: int) -> int:
        if self._in_comment:
            end = text.find("-->", at)
            self._in_comment = end < 0
            return len(text) if end < 0 else end + 3
        found = _NEXT.search(text, at)
        if found is None:
            return len(text)
        if found[2]:
            if self._element and not (found[1] and found[2] == self._element):
                return found.end()
            self._in_tag, self._tag = True, "" if found[1] else found[2]
        else:
            self._in_comment = found[0] == "<!--"
        return found.end()
