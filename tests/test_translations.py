"""The catalogues: every message of the source in every language, with the same placeholders, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from phoenix.composition import REGISTRY
from phoenix.kernel.catalogues import parse
from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.language import DEFAULT_LOCALE, LANGUAGES, gettext, reading
from phoenix.operations.messages import extract_ours, update
from tools import messages

OTHERS = sorted(set(LANGUAGES) - {DEFAULT_LOCALE})
# What is filled in, elements, and what ends a sentence that goes on elsewhere.
_PARTS = re.compile(r"%\(\w+\)[sd]|\{\w*\}|</?\w+[^>]*>|PHOENIX_[A-Z_]+")


@pytest.fixture(scope="module")
def source() -> Catalog:
    return messages.extract()


def catalogue(language: str) -> Catalog:
    return parse(messages.CATALOGUES / language / "LC_MESSAGES" / "phoenix.po", language)


def test_there_is_a_catalogue_of_each_language_on_offer() -> None:
    assert sorted(path.parts[-3] for path in messages.catalogues()) == OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_none_is_left_over(language: str, source: Catalog) -> None:
    """If this fails: python -m tools.messages --update, then translate what it has added."""
    found = catalogue(language)
    assert (messages.missing(found, source), messages.left_over(found, source)) == ([], [])


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_of_its_message(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        singular, plural = message.id if isinstance(message.id, tuple | list) else (message.id, message.id)
        for form in _forms(message.string):
            had, has = sorted(_PARTS.findall(plural)), sorted(_PARTS.findall(form))
            # A form for one may leave the number out, as in English.
            if message.id and has != had and not (singular != plural and has == sorted(_PARTS.findall(singular))):
                wrong.append((plural, form))
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_begins_and_ends_like_its_message(language: str) -> None:
    """Spaces at the ends join it to what stands beside it."""
    ends = [
        (message.id, form)
        for message in catalogue(language)
        for form in _forms(message.string)
        if isinstance(message.id, str)
        and message.id
        and (form[:1].isspace(), form[-1:].isspace()) != (message.id[:1].isspace(), message.id[-1:].isspace())
    ]
    assert ends == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_is_what_people_read(language: str) -> None:
    """If this fails in a clone: make setup."""
    wanted = {message.id: message.string for message in catalogue(language) if isinstance(message.id, str) and message.id}
    with reading(language):
        assert [each for each, said in wanted.items() if gettext(each) != said] == []


def test_what_is_extracted_are_calls_declarations_of_errors_and_what_they_are_raised_with(tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    file.write_text(
        "class Odd(NotFound):\n    title, sentence = 'Odd', 'Too odd.'\n    code = 'odd'\n"
        "raise NotFound('No such thing.')\nFieldError('name', 'missing', 'Say it.')\n_('Called')\nprint('Not this')\n"
    )
    with file.open("rb") as stream:
        found = [message for _line, _function, message, *_more in extract_ours(stream, {"_": None}, (), {})]
    assert sorted(found) == ["Called", "No such thing.", "Odd", "Say it.", "Too odd."]


def every_error(kind: type[PhoenixError] = PhoenixError) -> Iterator[type[PhoenixError]]:
    yield kind
    for other in kind.__subclasses__():
        yield from every_error(other)


def test_what_every_error_says_is_among_the_messages(source: Catalog) -> None:
    known = {message.id for message in source}
    ours = [kind for kind in every_error() if kind.__module__.startswith("phoenix.")]
    assert len(ours) > 60
    assert sorted({text for kind in ours for text in (str(kind.title), str(kind.sentence)) if text and text not in known}) == []


def test_what_modules_declare_is_among_the_messages(source: Catalog) -> None:
    """Whatever is declared where nobody reads yet, such as a label, is a message."""
    known = {message.id for message in source}
    declared = [p.about for p in REGISTRY.permissions.values()]
    declared += [item.label for item in REGISTRY.navigation] + [kind.summary for kind in REGISTRY.events.values()]
    declared += [card.title for card in REGISTRY.cards] + [group.label for group in REGISTRY.event_groups.values()]
    declared += [text for kind in REGISTRY.notifications.values() for text in (kind.label, kind.words, kind.many, kind.why)]
    declared += [text for channel in REGISTRY.channels.values() for text in (channel.label, channel.said)]
    declared += [text for notice in REGISTRY.notices.values() for text in (notice.sentence, notice.foot, notice.title, notice.button)]
    assert len(declared) > 150
    assert sorted({text for text in declared if text and text not in known}) == []


# For operators, in the log.
_FOR_OPERATORS = ("kernel/email/transports/", "kernel/sms/transports/", "kernel/web/health.py", "modules/demo/")


def test_no_error_is_raised_with_a_sentence_that_was_put_together() -> None:
    """It could not be translated: fill a message instead, as in `_("…").format(…)`."""
    names = {kind.__name__ for kind in every_error()}
    found = [
        f"{path.relative_to(messages.SOURCE)}:{call.lineno}"
        for path in sorted(messages.SOURCE.rglob("*.py"))
        if not str(path.relative_to(messages.SOURCE)).startswith(_FOR_OPERATORS)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
        if call.args and isinstance(call.args[0], ast.JoinedStr)
    ]
    assert found == []


def test_update_adds_what_is_new_and_removes_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "phoenix.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Old"\nmsgstr "Alt"\n\nmsgid "Kept"\nmsgstr "Geblieben"\n'
    )
    now = Catalog()
    now.add("Kept")
    now.add("Kept too")
    update(path, "de", now)
    found = parse(path, "de")
    assert {message.id: message.string for message in found if message.id} == {"Kept": "Geblieben", "Kept too": ""}
    assert (messages.missing(found, now), messages.left_over(found, now)) == (["Kept too"], [])


def test_a_module_without_any_translation_is_in_english_and_one_with_some_is_not_finished() -> None:
    found, now = Catalog(locale="de"), Catalog()
    now.add("Old", locations=[("src/phoenix/modules/entries/pages.py", 1)])
    now.add("New", locations=[("src/phoenix/modules/entries/api.py", 1)])
    now.add("Note", locations=[("src/phoenix/modules/notes/pages.py", 1)])
    found.add("Old", "Alt")
    assert messages.missing(found, now) == ["New"]
    found.add("Note", "Notiz")
    found.add("New", "Neu")
    assert messages.missing(found, now) == []


def _forms(said: str | Sequence[str] | None) -> Sequence[str]:
    return [said] if isinstance(said, str) else said or ()
