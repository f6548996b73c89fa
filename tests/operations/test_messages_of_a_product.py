"""A product brings translations of its own: `phoenix messages` collects what it says, and its pages are in the reader's language."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.operations.test_new_product import OURS, installed, run

from phoenix.composition import MODULES, OWN
from phoenix.kernel.catalogues import PLACEHOLDERS
from phoenix.operations.messages import update_catalogues
from phoenix.operations.new_module import BadName
from phoenix.operations.new_product import new_product

SAYS = """
from phoenix.composition import REGISTRY
from phoenix.kernel.language import gettext, reading
with reading("de"):
    print("LOAVES" in [gettext(item.label) for item in REGISTRY.navigation])
"""


@pytest.fixture
def product(tmp_path: Path) -> tuple[Path, str]:
    """A product with a module called loaves, and a path on which Python finds both."""
    made = tmp_path / "bakery-co"
    new_product("bakery-co", made, module="loaves", taken=OURS)
    return made, installed(made)


def test_what_a_module_says_is_collected_translated_and_shown(product: tuple[Path, str]) -> None:
    folder, path = product
    made = run(folder, path, "phoenix.cli", "messages", "loaves")
    files = [folder / line for line in made.stdout.splitlines()]
    assert [file.relative_to(folder / "src" / "bakery_co" / "loaves" / "locale").name for file in files] == ["de.po", "ja.po"], made.stderr

    checked = run(folder, path, "phoenix.cli", "check-module", "loaves")
    assert checked.returncode == 1
    assert "de.po: It does not translate “Loaves”. Run phoenix messages loaves, then translate it." in checked.stdout

    # Into capitals, with the placeholders as they are.
    for file in files:
        file.write_text(re.sub(r'msgid "(.+)"\nmsgstr ""', lambda found: f'{found[0][:-2]}"{_capitals(found[1])}"', file.read_text()))
    assert run(folder, path, "phoenix.cli", "check-module", "loaves").stdout == "Nothing is missing from loaves.\n"
    said = subprocess.run([sys.executable, "-c", SAYS], env={"PYTHONPATH": path}, check=True, capture_output=True, text=True)
    assert said.stdout == "True\n"

    assert run(folder, path, "phoenix.cli", "messages", "loaves").returncode == 0
    assert 'msgid "Loaves"\nmsgstr "LOAVES"' in files[0].read_text()


def test_what_is_wrong_with_a_catalogue_is_said(product: tuple[Path, str]) -> None:
    folder, path = product
    locale = folder / "src" / "bakery_co" / "loaves" / "locale"
    locale.mkdir()
    (locale / "xx.po").write_text("")
    (locale / "ja.po").write_text('msgid "Loaves')
    (locale / "de.po").write_text('msgid "Gone {name}"\nmsgstr "Weg"\n')
    said = run(folder, path, "phoenix.cli", "check-module", "loaves").stdout
    assert "xx.po: Phoenix does not speak this language. Name the file after one that it speaks: en, de, ja." in said
    assert "ja.po: It is no catalogue of gettext. Correct it: " in said
    assert "de.po: “Gone {name}” is translated with other placeholders, so it stays in English. Use the same ones." in said


@pytest.mark.parametrize("name", ["nowhere", "entries"])
def test_messages_are_collected_of_modules_in_other_packages_only(name: str) -> None:
    with pytest.raises(BadName, match="There is no module called '.*' in another package"):
        update_catalogues(name, MODULES[len(OWN) :])


def _capitals(message: str) -> str:
    return "".join(part if part.startswith(("{", "%", "<")) else part.upper() for part in re.split(rf"({PLACEHOLDERS.pattern})", message))
