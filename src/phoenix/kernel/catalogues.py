"""Catalogues of modules in other packages: `locale/de.po` in the folder of a module, and so on. They are read as they are, and compiled nowhere.

A translation is used only if it has the placeholders of its message, so that none can break a page.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

# What is filled in, and elements.
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w*\}|</?\w+[^>]*>")


def read_catalogue(path: Path) -> gettext.NullTranslations:
    """The translations in a file that fit their messages; none if the file is missing or no catalogue."""
    try:
        catalogue = parse(path, path.stem)
    except (OSError, ValueError):
        return gettext.NullTranslations()
    for message in list(misfits(catalogue)):
        catalogue.delete(message.id, message.context)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def parse(path: Path, language: str) -> Catalog:
    """A catalogue of a language. Raises OSError, and ValueError for what is no catalogue or no language."""
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language, domain="phoenix", abort_invalid=True)
    except PoFileError as error:
        raise ValueError(str(error)) from error


def misfits(catalogue: Catalog) -> Iterator[Message]:
    """The messages whose translations do not have their placeholders. Of plural forms, one for a single number may leave it out: “one loaf”."""
    for message in catalogue:
        if isinstance(message.id, list | tuple):
            had = set(PLACEHOLDERS.findall(message.id[-1]))
            fits = all(set(PLACEHOLDERS.findall(form)) <= had for form in forms(message))
        else:
            fits = all(sorted(PLACEHOLDERS.findall(form)) == sorted(PLACEHOLDERS.findall(message.id)) for form in forms(message))
        if message.id and not fits:
            yield message


def forms(message: Message) -> Sequence[str]:
    """The translations of a message that there are: one, or one for each plural form."""
    said = message.string
    return [form for form in (said if isinstance(said, list | tuple) else [said]) if form]
