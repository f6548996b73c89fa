"""Text for people: gettext, in the reader's language. Catalogues are in `locale/`; `python -m tools.messages --update` keeps them up to date.
Modules of other packages bring their own, which `add_catalogues` adds.

A message is translated when it is shown. Whatever is written where nobody reads yet, such as a constant of a module or a label in a
declaration, is a `Message` until then.
"""

from __future__ import annotations

import gettext as catalogues
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

from phoenix.kernel.catalogues import read_catalogue

CATALOGUES = Path(__file__).parents[1] / "locale"
DEFAULT_LOCALE = "en"
# By their tags (BCP 47), each called as its speakers call it.
LANGUAGES = {"en": "English", "de": "Deutsch", "ja": "日本語"}

# One language of Accept-Language with its weight (RFC 9110, section 12.5.4).
_ACCEPTED = re.compile(r"\s*([a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*)\s*(?:;\s*[qQ]=([01](?:\.\d{1,3})?)\s*)?")
_MOST_ACCEPTED = 400

_reader: ContextVar[str | None] = ContextVar("reader_locale", default=None)
_added: list[Path] = []


class Message(str):
    """An English message that is translated where it becomes text: by `str`, `format`, an f-string, or in a template.

    As a `str` it is the English message, so that two of them can be compared; so what is made of it by `+`, `join` or a method such as
    `lower` is in English. `str` comes first where one of these is needed.
    """

    __slots__ = ()

    def __str__(self) -> str:
        message = str.__str__(self)
        # The catalogue's own header is stored as the translation of no message.
        return _catalogue(current_locale()).gettext(message) if message else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def format(self, *args: object, **values: object) -> str:
        """The translation, filled."""
        return str(self).format(*args, **values)

    def format_map(self, values: Any) -> str:
        """The translation, filled."""
        return str(self).format_map(values)


@contextmanager
def reading(locale: str) -> Iterator[None]:
    """Use this language within the block. English is used if it is unknown or has no catalogue."""
    token = _reader.set(check_locale(locale))
    try:
        yield
    finally:
        _reader.reset(token)


def read_on(locale: str) -> None:
    """Use this language for the rest of a `reading` block, in which it has become known who reads."""
    _reader.set(check_locale(locale))


def has_reader() -> bool:
    """Whether it is known who reads, so that messages are translated at once."""
    return _reader.get() is not None


def current_locale() -> str:
    """The reader's locale, as Babel writes it: `en`, `pt_BR`."""
    return _reader.get() or DEFAULT_LOCALE


def language_shown() -> str:
    """The one of our languages in which the reader sees messages."""
    language = current_locale().partition("_")[0]
    return language if language in LANGUAGES else DEFAULT_LOCALE


@lru_cache(maxsize=256)
def check_locale(locale: str) -> str:
    """The locale as Babel writes it, from `pt-BR` or `pt_br`; English if Babel does not know it."""
    try:
        return str(Locale.parse(locale.replace("-", "_")))
    except (ValueError, UnknownLocaleError, TypeError):
        return DEFAULT_LOCALE


def language_of(tags: str) -> str:
    """The preferred one of our languages in Accept-Language, or in a single tag such as `de-AT`; English if there is none of ours in it."""
    read = tags[:_MOST_ACCEPTED]
    # What was cut off in the middle could have another weight.
    return _language_of(read if len(tags) <= _MOST_ACCEPTED else read.rpartition(",")[0])


@lru_cache(maxsize=256)
def _language_of(tags: str) -> str:
    found = [
        (float(match[2] or 1), match[1].partition("-")[0].lower())
        for match in map(_ACCEPTED.fullmatch, tags.replace("_", "-").split(","))
        if match
    ]
    ours = [(weight, language) for weight, language in found if language in LANGUAGES and weight > 0]
    return max(ours, key=lambda each: each[0])[1] if ours else DEFAULT_LOCALE


def gettext(message: str) -> str:
    """The message in the reader's language; a `Message` where nobody reads yet. Fill placeholders, such as `{name}`, afterwards."""
    message = Message(str.__str__(message))
    return str(message) if has_reader() else message


def ngettext(singular: str, plural: str, number: int) -> str:
    """The singular or plural form for that number, in the reader's language."""
    return _catalogue(current_locale()).ngettext(singular, plural, number)


_ = gettext


def add_catalogues(folders: Iterable[Path]) -> None:
    """Use the catalogues in these folders as well, `de.po` and so on, for messages that those before them do not translate."""
    _added.extend(folder for folder in folders if folder not in _added)
    _catalogue.cache_clear()


def is_ours(message: str, language: str) -> bool:
    """Whether Phoenix itself translates a message into a language, and not with the same words."""
    return catalogues.translation("phoenix", CATALOGUES, [language], fallback=True).gettext(message) != message


@lru_cache(maxsize=64)
def _catalogue(locale: str) -> catalogues.NullTranslations:
    language = locale.partition("_")[0]
    found = catalogues.translation("phoenix", CATALOGUES, [locale, language], fallback=True)
    for folder in _added:
        found.add_fallback(read_catalogue(folder / f"{language}.po"))
    return found
