import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from markupsafe import Markup, escape

from phoenix.kernel import language
from phoenix.kernel.language import Message, _, check_locale, current_locale, language_of, ngettext, reading


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = Catalog(locale="de")
    catalogue.add("Today", "Heute")
    catalogue.add(("%(n)d file", "%(n)d files"), ("%(n)d Datei", "%(n)d Dateien"))
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "phoenix.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    language._catalogue.cache_clear()
    yield
    language._catalogue.cache_clear()


def test_text_is_english_without_a_catalogue() -> None:
    with reading("fr"):
        assert _("Today") == "Today"
        assert ngettext("%(n)d file", "%(n)d files", 1) % {"n": 1} == "1 file"
        assert ngettext("%(n)d file", "%(n)d files", 2) % {"n": 2} == "2 files"


@pytest.mark.usefixtures("german")
def test_text_is_in_the_readers_language() -> None:
    with reading("de-AT"):
        assert _("Today") == "Heute"
        assert ngettext("%(n)d file", "%(n)d files", 2) % {"n": 2} == "2 Dateien"
        with reading("en"):
            assert _("Today") == "Today"
        assert current_locale() == "de_AT"
    assert current_locale() == "en"


@pytest.mark.usefixtures("german")
def test_languages_of_simultaneous_readers_do_not_mix() -> None:
    async def say(locale: str) -> str:
        with reading(locale):
            await asyncio.sleep(0)
            return _("Today")

    async def all_of_them() -> list[str]:
        return list(await asyncio.gather(*(say(locale) for locale in ["de", "en"] * 5)))

    assert asyncio.run(all_of_them()) == ["Heute", "Today"] * 5


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("en", "en"),
        ("pt-BR", "pt_BR"),
        ("pt_br", "pt_BR"),
        ("xx", "en"),
        ("", "en"),
        ("../../etc", "en"),
        ("de\0", "en"),
        ("zh-hant-tw", "zh_Hant_TW"),
    ],
)
def test_a_locale_is_resolved_to_one_that_babel_knows(written: str, known: str) -> None:
    assert check_locale(written) == known


@pytest.mark.usefixtures("german")
def test_a_message_from_where_nobody_reads_is_translated_where_it_becomes_text() -> None:
    today, files = _("Today"), _("{n} of {all}")
    assert type(today) is Message
    assert today == "Today"
    with reading("de"):
        assert [str(today), f"{today}!", f"{today:>6}", "%s" % today, "{}".format(today)] == ["Heute", "Heute!", " Heute", "Heute", "Heute"]  # noqa: UP031, UP032
        assert escape(today) == Markup("Heute")
        assert Message("{n} Today").format(n=1) == "1 Today"
        assert type(str(today)) is type(_("Today")) is str
    assert str(today) == "Today"
    assert files.format(n=1, all=2) == files.format_map({"n": 1, "all": 2}) == "1 of 2"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("ja-JP,ja;q=0.9,en-US;q=0.8", "ja"),
        ("fr-CH, fr;q=0.9, de;q=0.7, *;q=0.5", "de"),
        ("en;q=0.5, de;q=0.9", "de"),
        ("de;q=0, en", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("de;q=high", "en"),
        ("\0,;;=,q", "en"),
        ("x" * 100_000 + ",de", "en"),
        ("de_AT", "de"),
        ("de;Q=0.5, ja", "ja"),
        # Cut off in the middle of a weight.
        ("xx," * 132 + "de;q=0.1,ja;q=0.9", "en"),
        ("de;q=0.1," + "xx," * 200 + "ja", "de"),
    ],
)
def test_the_language_that_a_browser_prefers(asked: str, language: str) -> None:
    assert language_of(asked) == language


def test_no_message_has_no_translation() -> None:
    with reading("de"):
        assert [_(""), str(Message("")), Message("").format()] == ["", "", ""]
