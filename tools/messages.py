"""The catalogues of translations: find every message in the source, bring the catalogues up to date, and say what they lack.

.venv/bin/python -m tools.messages            the messages that a catalogue lacks, or still has; 1 if there are any
.venv/bin/python -m tools.messages --update   add new messages to every catalogue, without a translation, and remove old ones
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po

from phoenix.composition import MODULES
from phoenix.kernel.errors import PhoenixError
from phoenix.settings import Settings, values

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "phoenix"
CATALOGUES = SOURCE / "locale"
# What every error declares as a sentence or a title: see phoenix.kernel.errors.
DECLARED = frozenset({"title", "sentence"})
Found = Iterator[Any]


def extract_ours(file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any) -> Found:
    """The messages of a Python file: the arguments of `_` and `ngettext`, what its errors declare, and what they are raised with."""
    source = file.read()
    yield from extract_python(BytesIO(source), keywords, comment_tags, options)
    for made in ast.walk(ast.parse(source)):
        if isinstance(made, ast.ClassDef) and any(_is_an_error(base) for base in made.bases):
            yield from ((line, "_", text, []) for line, text in _declared(made))
        elif isinstance(made, ast.Call) and (text := _said_by(made)):
            yield made.lineno, "_", text, []


def _is_an_error(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id not in {"Struct", "Event", "Protocol"}


def _said_by(call: ast.Call) -> str:
    """The sentence that an error of ours is made with, "" for one that is put together, or for another call."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    place = 2 if name == "FieldError" else 0
    if len(call.args) <= place or (name != "FieldError" and name not in _errors()):
        return ""
    said = call.args[place]
    return str(said.value) if isinstance(said, ast.Constant) else ""


@cache
def _errors() -> frozenset[str]:
    """The names of all errors that people see."""

    def all_of(kind: type[PhoenixError]) -> Iterator[str]:
        yield kind.__name__
        for other in kind.__subclasses__():
            yield from all_of(other)

    return frozenset(all_of(PhoenixError)) if MODULES else frozenset()


def _declared(made: ast.ClassDef) -> Iterator[tuple[int, str]]:
    for statement in made.body:
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            yield from _texts(statement.target, statement.value)
        elif isinstance(statement, ast.Assign):
            yield from _texts(statement.targets[0], statement.value)


def _texts(target: ast.expr, value: ast.expr) -> Iterator[tuple[int, str]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=True):
            yield from _texts(one, its)
    elif isinstance(target, ast.Name) and target.id in DECLARED and isinstance(value, ast.Constant) and value.value:
        yield value.lineno, str(value.value)


METHODS: list[tuple[str, str | Callable[..., Found]]] = [
    # Sentences of modules that do not exist yet.
    ("operations/module_files/**", "ignore"),
    ("operations/product_files/**", "ignore"),
    ("**.py", extract_ours),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.mjml", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]


def extract() -> Catalog:
    """Every message of the source, with where it stands, and what the settings say about themselves."""
    made = Catalog(project="Phoenix", charset="utf-8")
    methods: Any = METHODS
    options = {pattern: {"trimmed": "true"} for pattern, method in METHODS if method == "jinja2"}
    for file, line, message, comments, context in extract_from_dir(
        SOURCE, methods, options, comment_tags=("i18n:",), strip_comment_tags=True
    ):
        made.add(message, None, [(str(Path("src/phoenix", file)), line)], auto_comments=comments, context=context)
    for concern, variable, _value in values(Settings()):
        made.add(concern)
        made.add(variable.about)
    return made


def catalogues() -> Iterable[Path]:
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/phoenix.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain="phoenix")


def update(path: Path, messages: Catalog) -> None:
    """Add new messages without a translation, and remove those that the source no longer has. No translation is guessed."""
    catalogue = read(path)
    made = catalogue.creation_date
    catalogue.update(messages, no_fuzzy_matching=True)
    catalogue.creation_date = made
    catalogue.obsolete.clear()
    # As the header of a new catalogue is, which would not be compiled then.
    catalogue.fuzzy = False
    with path.open("wb") as file:
        write_po(
            file, catalogue, width=0, sort_output=True, include_lineno=False, no_location=True, omit_header=False, include_previous=False
        )


def missing(catalogue: Catalog, messages: Catalog) -> list[str]:
    """The messages without a translation, or with an uncertain one. A module without any translation is in English, and is left out."""
    ours = [message for message in messages if message.id]
    translated = {folder for one in ours if _is_translated(catalogue.get(one.id, one.context)) for folder in _folders(one)}
    left = [one for one in ours if not _is_translated(catalogue.get(one.id, one.context))]
    return [str(one.id) for one in left if not _folders(one) or _folders(one) & translated]


def _folders(message: Message) -> set[Path]:
    """The modules, or parts of the kernel, in which a message is said."""
    return {Path(*Path(file).parts[:4]) for file, _line in message.locations}


def left_over(catalogue: Catalog, messages: Catalog) -> list[str]:
    """The translations of messages that the source no longer has."""
    return [str(message.id) for message in catalogue if message.id and messages.get(message.id, message.context) is None]


def _is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools.messages", description=__doc__)
    parser.add_argument("--update", action="store_true", help="add new messages to every catalogue, and remove old ones")
    messages, found = extract(), 0
    if parser.parse_args().update:
        for path in catalogues():
            update(path, messages)
    for path in catalogues():
        catalogue = read(path)
        for what, ids in (("without a translation", missing(catalogue, messages)), ("no longer used", left_over(catalogue, messages))):
            found += len(ids)
            for text in ids:
                print(f"{path.parts[-3]}: {what}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
