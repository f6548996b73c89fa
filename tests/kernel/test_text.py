import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from phoenix.kernel.i18n import text
from phoenix.kernel.i18n.text import _, check_locale, current_locale, ngettext, reading


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = Catalog(locale="de")
    catalogue.add("Today", "Heute")
    catalogue.add(("%(n)d file", "%(n)d files"), ("%(n)d Datei", "%(n)d Dateien"))
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "phoenix.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(text, "LOCALES", tmp_path)
    text._catalogue.cache_clear()
    yield
    text._catalogue.cache_clear()


def test_text_is_english_without_a_catalogue() -> None:
    with reading("de"):
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


def test_translatable_text_can_be_extracted(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    shutil.copytree(root / "src" / "phoenix" / "kernel", tmp_path / "src" / "kernel", ignore=shutil.ignore_patterns("__pycache__"))
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        root / "babel.cfg",
        "-o",
        "phoenix.pot",
        ".",
    ]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert "from 1 to" in (tmp_path / "phoenix.pot").read_text()
