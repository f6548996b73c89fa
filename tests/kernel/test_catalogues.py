"""Catalogues that modules of other packages bring: used where Phoenix itself has no translation, and never a reason for an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix.kernel import language
from phoenix.kernel.catalogues import misfits, parse, read_catalogue
from phoenix.kernel.language import add_catalogues, gettext, ngettext, reading

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
LOAVES = """
msgid "Bake a loaf"
msgstr "Brot backen"

msgid "Cancel"
msgstr "Etwas anderes"

msgid "{count} loaf"
msgid_plural "{count} loaves"
msgstr[0] "Ein Brot"
msgstr[1] "{count} Brote"

msgid "Baked by {name}"
msgstr "Gebacken von {wen}"

msgid "Baked by %(name)s"
msgstr "Gebacken"

msgid "<strong>Warm</strong>"
msgstr "<script>Warm</script>"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of catalogues that is in use for one test."""
    monkeypatch.setattr(language, "_added", [])
    (tmp_path / "de.po").write_text(HEAD + LOAVES)
    add_catalogues([tmp_path])
    yield tmp_path
    language._catalogue.cache_clear()


@pytest.mark.usefixtures("folder")
def test_a_message_of_another_package_is_in_the_language_of_the_reader() -> None:
    with reading("de"):
        assert gettext("Bake a loaf") == "Brot backen"
        assert [ngettext("{count} loaf", "{count} loaves", number).format(count=number) for number in (1, 2)] == ["Ein Brot", "2 Brote"]
    with reading("de_AT"):
        assert gettext("Bake a loaf") == "Brot backen"
    with reading("ja"):
        assert gettext("Bake a loaf") == "Bake a loaf"


@pytest.mark.usefixtures("folder")
def test_what_phoenix_says_itself_stays_as_it_is() -> None:
    with reading("de"):
        assert gettext("Cancel") == "Abbrechen"


@pytest.mark.parametrize("message", ["Baked by {name}", "Baked by %(name)s", "<strong>Warm</strong>"])
@pytest.mark.usefixtures("folder")
def test_a_translation_with_other_placeholders_or_elements_is_not_used(message: str) -> None:
    with reading("de"):
        assert gettext(message) == message


def test_the_first_package_that_translates_a_message_counts(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "de.po").write_text(HEAD + 'msgid "Bake a loaf"\nmsgstr "Laib backen"\n\nmsgid "Cut it"\nmsgstr "Aufschneiden"\n')
    add_catalogues([folder, other])
    with reading("de"):
        assert (gettext("Bake a loaf"), gettext("Cut it")) == ("Brot backen", "Aufschneiden")


@pytest.mark.parametrize("text", [b'msgid "Bake', b"\xff\xfe\x00", b"Bake a loaf", b'msgid "Bake a loaf"\nmsgstr "\xff"\n'])
def test_a_file_that_is_no_catalogue_translates_nothing(folder: Path, text: bytes) -> None:
    (folder / "de.po").write_bytes(text)
    assert read_catalogue(folder / "de.po").gettext("Bake a loaf") == "Bake a loaf"
    with pytest.raises(ValueError, match="."):
        parse(folder / "de.po", "de")


def test_no_file_translates_nothing(tmp_path: Path) -> None:
    assert read_catalogue(tmp_path / "de.po").gettext("Bake a loaf") == "Bake a loaf"


def test_the_misfits_of_a_catalogue_are_those_with_other_placeholders(folder: Path) -> None:
    found = [message.id for message in misfits(parse(folder / "de.po", "de"))]
    assert found == ["Baked by {name}", "Baked by %(name)s", "<strong>Warm</strong>"]
