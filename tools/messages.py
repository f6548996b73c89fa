"""The catalogues of translations: find every message in the source, bring the catalogues up to date, and say what they lack.

.venv/bin/python -m tools.messages            the messages that a catalogue lacks, or still has; 1 if there are any
.venv/bin/python -m tools.messages --update   add new messages to every catalogue, without a translation, and remove old ones
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message

import phoenix.composition
from phoenix.kernel.catalogues import parse
from phoenix.operations.messages import METHODS as METHODS_OF_MODULES
from phoenix.operations.messages import extract_from, is_translated, update
from phoenix.settings import Settings, values

ROOT = Path(__file__).parents[1]
# Importing it loads all modules, with their errors.
SOURCE = Path(phoenix.composition.__file__).parent
CATALOGUES = SOURCE / "locale"
METHODS: list[tuple[str, Any]] = [
    # Sentences of modules that do not exist yet.
    ("operations/module_files/**", "ignore"),
    ("operations/product_files/**", "ignore"),
    *METHODS_OF_MODULES,
]


def extract() -> Catalog:
    """Every message of the source, with where it stands, and what the settings say about themselves."""
    made = extract_from(SOURCE, METHODS, "src/phoenix")
    for concern, variable, _value in values(Settings()):
        made.add(concern)
        made.add(variable.about)
    return made


def catalogues() -> Iterable[Path]:
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/phoenix.po"))


def language_of(path: Path) -> str:
    return path.parts[-3]


def missing(catalogue: Catalog, messages: Catalog) -> list[str]:
    """The messages without a translation, or with an uncertain one. A module without any translation is in English, and is left out."""
    ours = [message for message in messages if message.id]
    translated = {folder for one in ours if is_translated(catalogue.get(one.id, one.context)) for folder in _folders(one)}
    left = [one for one in ours if not is_translated(catalogue.get(one.id, one.context))]
    return [str(one.id) for one in left if not _folders(one) or _folders(one) & translated]


def _folders(message: Message) -> set[Path]:
    """The modules, or parts of the kernel, in which a message is said."""
    return {Path(*Path(file).parts[:4]) for file, _line in message.locations}


def left_over(catalogue: Catalog, messages: Catalog) -> list[str]:
    """The translations of messages that the source no longer has."""
    return [str(message.id) for message in catalogue if message.id and messages.get(message.id, message.context) is None]


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools.messages", description=__doc__)
    parser.add_argument("--update", action="store_true", help="add new messages to every catalogue, and remove old ones")
    messages, found = extract(), 0
    if parser.parse_args().update:
        for path in catalogues():
            update(path, language_of(path), messages)
    for path in catalogues():
        catalogue = parse(path, language_of(path))
        for what, ids in (("without a translation", missing(catalogue, messages)), ("no longer used", left_over(catalogue, messages))):
            found += len(ids)
            for text in ids:
                print(f"{language_of(path)}: {what}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
