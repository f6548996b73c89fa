"""The product that `phoenix new-product` creates runs on an unchanged Phoenix in the same environment."""

from __future__ import annotations

import os
import re
import site
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import httpx
import pytest
from tests.running import Running

import phoenix
from phoenix.composition import OWN
from phoenix.operations.new_module import BadName
from phoenix.operations.new_product import new_product

ROOT = Path(__file__).parents[2]
OURS = {module.name for module in OWN}


def installed(product: Path) -> str:
    """A PYTHONPATH with the source and the metadata of a product, as `pip install --editable` would install it."""
    with (product / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    metadata = product.parent / "metadata" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]["phoenix.modules"]
    (metadata / "entry_points.txt").write_text("[phoenix.modules]\n" + "".join(f"{name} = {value}\n" for name, value in points.items()))
    return os.pathsep.join(map(str, (ROOT / "src", product / "src", metadata.parent)))


def run(product: Path, path: str, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "PYTEST_"))}
    environment["PYTHONPATH"] = path
    return subprocess.run([sys.executable, "-m", *command], cwd=product, env=environment, check=False, capture_output=True, text=True)


def test_the_tests_of_a_new_product_pass_with_its_module_loaded_by_the_entry_point(tmp_path: Path) -> None:
    """Its tests import it, and request its API route, its page and the feed from the real application."""
    product = tmp_path / "bakery-co"
    new_product("bakery-co", product, module="loaves", taken=OURS)
    path = installed(product)
    ran = run(product, path, "pytest", "-q", "-p", "no:cacheprovider")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "4 passed" in ran.stdout
    checked = run(product, path, "phoenix.cli", "check-module", "loaves")
    assert (checked.returncode, checked.stdout) == (0, "Nothing is missing from loaves.\n"), checked.stderr


def test_a_new_product_depends_on_this_phoenix_and_has_no_placeholders_left(tmp_path: Path) -> None:
    written = new_product("bakery", tmp_path / "bakery")
    with (tmp_path / "bakery" / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert project["dependencies"] == [f"phoenix-platform>={phoenix.__version__}"]
    assert {path for path in (tmp_path / "bakery").rglob("*") if path.is_file()} == set(written)
    for name in ("README.md", "Makefile", ".gitignore", "tests/test_notes.py", "src/bakery/notes/module.py"):
        assert tmp_path / "bakery" / name in written
    for path in written:
        assert not re.search(r"<(MODULE|Model|single|pre|package|product|Product|folder|wheel|version)>", path.read_text()), path


def test_the_makefile_of_a_new_product_has_its_targets(tmp_path: Path) -> None:
    new_product("bakery", tmp_path / "bakery")
    ran = subprocess.run(["make", "--dry-run", "run", "test", "wheel"], cwd=tmp_path / "bakery", check=True, capture_output=True, text=True)
    for part in ("-m venv", '--editable ".[test]"', "phoenix up", "-m pytest", "pip wheel"):
        assert part in ran.stdout


@pytest.mark.parametrize("name", ["Bakery", "2bakery", "class", "", "-bakery", "bakery-", "a b", "bäckerei", "../bakery", "a--b"])
def test_names_that_cannot_be_products_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadName, match="cannot be a product"):
        new_product(name, tmp_path / "bakery")
    assert not (tmp_path / "bakery").exists()


@pytest.mark.parametrize(
    ("name", "module", "why"),
    [
        ("phoenix", "notes", "the name of another Python package"),
        ("json", "notes", "the name of another Python package"),
        ("bakery", "No", "cannot be a module"),
        ("bakery", "feed", "Phoenix already has a module called feed"),
    ],
)
def test_names_that_are_taken_are_refused(tmp_path: Path, name: str, module: str, why: str) -> None:
    with pytest.raises(BadName, match=why):
        new_product(name, tmp_path / "bakery", module=module, taken=OURS)
    assert not (tmp_path / "bakery").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "bakery").mkdir()
    (tmp_path / "bakery" / "README.md").write_text("Ours.")
    with pytest.raises(BadName, match="already exists"):
        new_product("bakery", tmp_path / "bakery")
    assert [path.name for path in (tmp_path / "bakery").iterdir()] == ["README.md"]


def test_a_refused_command_prints_one_sentence_and_exits_with_status_2(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "phoenix.cli", "new-product", "Bakery"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("'Bakery' cannot be a product.")
    assert list(tmp_path.iterdir()) == []


def wheel(source: Path, folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder, source], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_a_new_product_runs_from_its_wheel_beside_phoenix(tmp_path: Path) -> None:
    """Install both wheels in a new environment, with the other packages of this one; the wheel's own test installs those."""
    new_product("bakery", tmp_path / "bakery", taken=OURS)
    subprocess.run([ROOT / "tools" / "wheel.sh", tmp_path / "platform"], check=True)
    (ours,) = (tmp_path / "platform").glob("*.whl")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    pip = [str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(ours), str(wheel(tmp_path / "bakery", tmp_path / "dist"))], check=True)
    packages = next(environment.glob("lib/python*/site-packages"))
    (packages / "others.pth").write_text("\n".join(site.getsitepackages()))

    phoenix_up = Running(tmp_path / "data", "--demo", python=str(python), PYTHONPATH="").start()
    try:
        sign_in_and_post(phoenix_up)
    finally:
        assert phoenix_up.stop() == 0


def sign_in_and_post(phoenix_up: Running) -> None:
    """As a person in a browser, sign in, open the product's page from the sidebar, and post a note."""
    someone = phoenix_up.ready["demo_accounts"][0]
    with httpx.Client(base_url=phoenix_up.url, follow_redirects=True) as browser:
        page = browser.get("/sign-in").text
        page = browser.post("/sign-in", data={**csrf(page), "email": someone["email"], "password": someone["password"]}).text
        (address,) = set(re.findall(r'href="(/o/[^"/]+/notes)"', page))
        page = browser.get(address).raise_for_status().text
        assert "No notes yet" in page
        answer = browser.post(address, data={**csrf(page), "text": "Order flour"}).raise_for_status()
        assert (answer.url.path, "Order flour" in answer.text) == (address, True)
        assert "Order flour" in browser.get(address.replace("/notes", "/feed")).text


def csrf(page: str) -> dict[str, str]:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page
    return {"csrf": found[1]}
