"""`make dev` and its two shells, on a copy of the tree: changes are served, and Ctrl-C leaves no process running."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.running import free_port
from tests.waiting import eventually

from phoenix.embedded.processes import is_gone
from phoenix.operations.database_shell import NoShellError, find_psql, without_secret
from phoenix.operations.up.plan import parts
from phoenix.settings import Settings, read_settings

ROOT = Path(__file__).parents[2]
COPIED = ("src", "web", "tools", "vite.config.ts", "tsconfig.json", "package.json")
LINKED = (".venv", "node_modules")


@dataclass
class Tree:
    """A copy of Phoenix, run as by `make dev`."""

    folder: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=20)

    def change(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def command(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "phoenix.cli", *arguments],
            cwd=self.folder, env=self.environment, input=typed, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    folder = tmp_path_factory.mktemp("dev") / "tree"
    folder.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, folder / name)
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder / "src"),
        "PHOENIX_RELOAD": "true",
        "PHOENIX_PORT": str(port),
        "PHOENIX_DATA": str(folder.parent / "data"),
    }
    command = [sys.executable, "-m", "phoenix.cli", "up", "--json", "--demo"]
    log = folder.parent / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, log.read_text()[-4000:]
        json.loads(line)
        # The bundler has built everything once.
        eventually(lambda: process_of(folder.parent / "data", "vite"), 60)
        yield Tree(folder, port, environment, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()


def process_of(data: Path, word: str) -> list[int]:
    """The processes of the Phoenix in this data folder whose command line contains the word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            ours = f"PHOENIX_UP_DATA={data.resolve()}\0".encode() in path.read_bytes()
            command = (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if ours and word in command:
            found.append(int(path.parent.name))
    return found


def style(tree: Tree) -> str:
    found = re.search(r'href="(/static/app-[^"]+\.css)"', tree.get("/sign-in").text)
    return tree.get(found[1]).text if found else ""


@pytest.mark.slow
def test_a_changed_template_is_served(tree: Tree) -> None:
    assert "Changed while it ran" not in tree.get("/sign-in").text
    (page,) = (tree.folder / "src/phoenix/modules").glob("*/templates/sign_in.html")
    tree.change(str(page.relative_to(tree.folder)), "{% endblock %}", "Changed while it ran{% endblock %}")
    eventually(lambda: "Changed while it ran" in tree.get("/sign-in").text, what="the template")


@pytest.mark.slow
def test_changed_code_is_served_and_a_mistake_is_shown_until_it_is_fixed(tree: Tree) -> None:
    path, right = "src/phoenix/__init__.py", re.search(r"__version__ = .*", (tree.folder / "src/phoenix/__init__.py").read_text())
    assert right
    tree.change(path, right[0], '__version__ = "9.9.9"')
    eventually(lambda: tree.get("/healthz").headers.get("phoenix-version") == "9.9.9", lost=(httpx.TransportError,), what="the code")
    tree.change(path, '__version__ = "9.9.9"', "__version__ = (")
    shown = eventually(
        lambda: a if (a := tree.get("/healthz")).status_code == 500 else None, lost=(httpx.TransportError,), what="the mistake"
    )
    assert shown.text.startswith("Phoenix cannot load its code.")
    assert "SyntaxError" in shown.text
    tree.change(path, "__version__ = (", right[0])
    eventually(lambda: tree.get("/readyz").status_code == 200, lost=(httpx.TransportError,), what="the fixed code")


@pytest.mark.slow
def test_a_changed_style_is_served(tree: Tree) -> None:
    assert "#123456" not in style(tree)
    tree.change("web/styles/tabs.css", ".tabs {", ".tabs {\n  outline-color: #123456;")
    eventually(lambda: "#123456" in style(tree), what="the style")


@pytest.mark.slow
def test_the_prompt_has_the_runtime_and_supports_await(tree: Tree) -> None:
    typed = 'rows = await sql("SELECT count(*) AS n FROM accounts")\nprint("accounts", rows[0]["n"] > 0)\n1 / 0\nprint(runtime.settings.public_url)\n'
    done = tree.command("shell", typed=typed)
    assert done.returncode == 0, done.stderr
    assert "accounts True" in done.stdout
    assert "ZeroDivisionError" in done.stderr
    assert "http://localhost:" in done.stdout


@pytest.mark.slow
def test_psql_connects_as_the_application_or_as_the_owner(tree: Tree) -> None:
    as_application = tree.command("db", "shell", "-At", "-c", "SELECT current_user")
    assert (as_application.returncode, as_application.stdout) == (0, "phoenix_app\n"), as_application.stderr
    as_owner = tree.command("db", "shell", "--owner", "-At", "-c", "SELECT current_user")
    assert (as_owner.returncode, as_owner.stdout) == (0, "phoenix\n"), as_owner.stderr


@pytest.mark.slow
def test_no_command_line_contains_a_password(tree: Tree) -> None:
    password = (tree.folder.parent / "data" / "database_application_password").read_text()
    show = "select pg_backend_pid()"
    with subprocess.Popen(
        [sys.executable, "-m", "phoenix.cli", "db", "shell", "-At"],
        cwd=tree.folder, env=tree.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as psql:  # fmt: skip
        assert psql.stdin is not None
        assert psql.stdout is not None
        psql.stdin.write(f"{show};\n")
        psql.stdin.flush()
        backend = int(psql.stdout.readline())
        titles = [(Path("/proc") / str(pid) / "cmdline").read_text() for pid in (psql.pid, backend)]
        psql.stdin.close()
    assert "psql" in titles[0]
    assert not [title for title in titles if password in title]


@pytest.mark.slow
def test_ctrl_c_ends_everything(tmp_path: Path) -> None:
    environment = {**os.environ, "PHOENIX_RELOAD": "true", "PHOENIX_PORT": str(free_port()), "PHOENIX_DATA": str(tmp_path / "data")}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "phoenix.cli", "up", "--json"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline(), (tmp_path / "log").read_text()[-4000:]
    family = process_of(tmp_path / "data", "")
    assert len(family) > 6
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    process.stdout.close()
    assert [pid for pid in family if not is_gone(pid)] == []


def test_with_reloading_the_bundler_is_started_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    made = {part.name: part for part in parts(read_settings({"PHOENIX_RELOAD": "1"}), Path("/data/caddy.json"))}
    # Only where the machine has an IPv6 loopback; it needs no secrets either.
    assert made.pop("loopback", made["bundles"]).bare
    assert list(made) == ["web", "realtime", "admin", "worker", "bundles", "mailbox"]
    assert [name for name, part in made.items() if part.bare] == ["bundles"]
    assert "phoenix.operations.up.reload" not in str(parts(Settings(), Path("/data/caddy.json")))


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        ("postgresql://ada:s%40fe@db:5432/phoenix?sslmode=require", "postgresql://ada@db:5432/phoenix?sslmode=require", "s@fe"),
        ("postgresql://ada:safe@/phoenix?host=/run/pg", "postgresql://ada@/phoenix?host=/run/pg", "safe"),
        ("postgresql://db/phoenix?user=ada&password=safe", "postgresql://db/phoenix?user=ada", "safe"),
        ("postgresql://db/phoenix", "postgresql://db/phoenix", ""),
    ],
)
def test_the_password_is_separated_from_the_address(url: str, shown: str, password: str) -> None:
    assert without_secret(url) == (shown, password)


def test_without_psql_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("phoenix.operations.database_shell.program", lambda name: tmp_path / name)
    with pytest.raises(NoShellError, match="apt install postgresql-client"):
        find_psql()
