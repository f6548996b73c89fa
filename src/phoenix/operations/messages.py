"""The messages that a module says, and its catalogues of translations."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.pofile import write_po

from phoenix.kernel.catalogues import forms, parse
from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.language import DEFAULT_LOCALE, LANGUAGES, is_ours
from phoenix.kernel.module import Module
from phoenix.operations.new_module import BadName

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
    """The names of all errors that people see, of the modules that are loaded."""

    def all_of(kind: type[PhoenixError]) -> Iterator[str]:
        yield kind.__name__
        for other in kind.__subclasses__():
            yield from all_of(other)

    return frozenset(all_of(PhoenixError))


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


METHODS: list[tuple[str, Any]] = [
    ("**.py", extract_ours),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.mjml", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]


def extract_from(folder: Path, methods: Sequence[tuple[str, Any]] = METHODS, within: str = "") -> Catalog:
    """Every message of the files in a folder, with where it stands: its path, within `within`."""
    made = Catalog(project="Phoenix", charset="utf-8")
    options = {pattern: {"trimmed": "true"} for pattern, method in methods if method == "jinja2"}
    found = extract_from_dir(folder, list(methods), options, comment_tags=("i18n:",), strip_comment_tags=True)
    for file, line, message, comments, context in found:
        made.add(message, None, [(str(Path(within, file)), line)], auto_comments=comments, context=context)
    return made


def update(path: Path, language: str, messages: Catalog) -> None:
    """Add new messages without a translation, and remove those that the source no longer has. No translation is guessed."""
    catalogue = parse(path, language)
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


def update_catalogues(name: str, modules: Sequence[Module]) -> list[Path]:
    """Bring the catalogues of a module up to date, in every language, and lay out those that do not exist. Returns them.

    What Phoenix says itself is translated already, and in none of them. Raises BadName if the module is none of these.
    """
    module = next((one for one in modules if one.name == name), None)
    if module is None:
        raise BadName(f"There is no module called {name!r} in another package. `phoenix modules` lists all.")
    said = extract_from(module.folder)
    module.translations.mkdir(exist_ok=True)
    return [_updated(module.translations / f"{language}.po", said, language) for language in LANGUAGES if language != DEFAULT_LOCALE]


def _updated(path: Path, said: Catalog, language: str) -> Path:
    if not path.exists():
        with path.open("wb") as file:
            write_po(file, Catalog(locale=language, charset="utf-8", fuzzy=False))
    update(path, language, own(said, language))
    return path


def own(said: Catalog, language: str) -> Catalog:
    """What of it Phoenix does not say itself in this language."""
    made = Catalog(charset="utf-8")
    for message in said:
        if message.id and not is_ours(message.id if isinstance(message.id, str) else message.id[0], language):
            made.add(message.id, None, message.locations, context=message.context)
    return made


def is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    wanted = 1 if isinstance(message.string, str) else len(message.string or ())
    return 0 < wanted == len(forms(message))
