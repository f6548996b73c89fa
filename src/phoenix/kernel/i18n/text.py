"""Text for people: gettext, in the reader's language. English is the only one so far; catalogues go into `locale/`.

pybabel extract -F babel.cfg -o src/phoenix/locale/phoenix.pot .
"""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError

LOCALES = Path(__file__).parents[2] / "locale"
DEFAULT_LOCALE = "en"

_reader: ContextVar[str] = ContextVar("reader_locale", default=DEFAULT_LOCALE)


@contextmanager
def reading(locale: str) -> Iterator[None]:
    """Use this language within the block. English is used if it is unknown or has no catalogue."""
    token = _reader.set(check_locale(locale))
    try:
        yield
    finally:
        _reader.reset(token)


def current_locale() -> str:
    """The reader's locale, as Babel writes it: `en`, `pt_BR`."""
    return _reader.get()


@lru_cache(maxsize=256)
def check_locale(locale: str) -> str:
    """The locale as Babel writes it, from `pt-BR` or `pt_br`; English if Babel does not know it."""
    try:
        return str(Locale.parse(locale.replace("-", "_")))
    except (ValueError, UnknownLocaleError, TypeError):
        return DEFAULT_LOCALE


def gettext(message: str) -> str:
    """The message in the reader's language. Use named placeholders (`%(name)s`), and fill them after translation."""
    return _catalogue(_reader.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The singular or plural form for that number."""
    return _catalogue(_reader.get()).ngettext(singular, plural, number)


_ = gettext


@lru_cache(maxsize=64)
def _catalogue(locale: str) -> catalogues.NullTranslations:
    return catalogues.translation("phoenix", LOCALES, [locale, locale.partition("_")[0]], fallback=True)
