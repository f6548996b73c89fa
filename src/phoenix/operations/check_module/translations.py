"""Whether the catalogues that a module of another package brings are whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from phoenix.kernel.catalogues import misfits, parse
from phoenix.kernel.language import LANGUAGES
from phoenix.operations.check_module.found import Folder, Missing
from phoenix.operations.messages import extract_from, is_translated, own


def missing_in_translations(folder: Folder) -> Iterator[Missing]:
    files = sorted(folder.module.translations.glob("*.po"))
    said = extract_from(folder.module.folder) if files else Catalog()
    for path in files:
        if path.stem not in LANGUAGES:
            yield Missing(path, f"Phoenix does not speak this language. Name the file after one that it speaks: {', '.join(LANGUAGES)}.")
            continue
        try:
            catalogue = parse(path, path.stem)
        except ValueError as error:
            yield Missing(path, f"It is no catalogue of gettext. Correct it: {error}.")
            continue
        yield from _missing_in(path, catalogue, said, folder.module.name)


def _missing_in(path: Path, catalogue: Catalog, said: Catalog, module: str) -> Iterator[Missing]:
    for message in own(said, path.stem):
        if message.id and not is_translated(catalogue.get(message.id, message.context)):
            yield Missing(path, f"It does not translate “{_text(message)}”. Run phoenix messages {module}, then translate it.")
    for message in misfits(catalogue):
        yield Missing(path, f"“{_text(message)}” is translated with other placeholders, so it stays in English. Use the same ones.")


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
