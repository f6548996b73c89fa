"""How `make dev` reloads: a keeper process and its child, with the code of a small application in the test's folder."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.waiting import eventually

from phoenix.operations.up import reload
from phoenix.operations.up.reload import Keeper

GOOD = """\
def create_app():
    async def application(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"WORDS"})
    return application
"""
WORKER = """\
import pathlib, signal
async def run():
    pathlib.Path(__file__).with_name("ran").write_text("WORDS")
    signal.pause()
"""
Edit = Callable[[str], None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edit]:
    """Change the code of the application, which is a Python module with a unique name."""
    name = f"reloaded_{os.getpid()}_{id(tmp_path)}"
    code = tmp_path / "code"
    (code / "migrations").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(code))
    monkeypatch.setattr(reload, "CODE", code)
    monkeypatch.setattr(reload, "MODULES", {"web": name, "worker": name})
    monkeypatch.setenv("PHOENIX_ENVIRONMENT", "test")
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("PHOENIX_PORT", str(free.getsockname()[1]))
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}

    def write(text: str) -> None:
        (code / f"{name}.py").write_text(text)

    yield write
    for number, handler in before.items():
        signal.signal(number, handler)
    sys.modules.pop(name, None)
    gc.unfreeze()


def url() -> str:
    return f"http://127.0.0.1:{os.environ['PHOENIX_PORT']}/"


def answer() -> str:
    return httpx.get(url(), timeout=10).text


def kept(name: str, look: Callable[[Keeper], object]) -> None:
    """Run a keeper in this thread, which receives its signals, until the other thread has finished looking at it."""
    keeper = Keeper(name)
    failed: list[BaseException] = []

    def watch() -> None:
        try:
            look(keeper)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the test
            failed.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    looking = threading.Thread(target=watch)
    looking.start()
    try:
        keeper.keep()
    finally:
        looking.join()
        if keeper.socket is not None:
            keeper.socket.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(keeper.child, os.WNOHANG)
    if failed:
        raise failed[0]


def test_changed_code_is_served_and_errors_in_it_are_shown(edit: Edit, capfd: pytest.CaptureFixture[str]) -> None:
    edit(GOOD.replace("WORDS", "first"))

    def look(keeper: Keeper) -> None:
        eventually(lambda: answer() == "first", lost=(httpx.TransportError,))
        edit(GOOD.replace("WORDS", "second"))
        eventually(lambda: answer() == "second", lost=(httpx.TransportError,))
        edit("import nothing_of_this_name")
        eventually(lambda: "No module named 'nothing_of_this_name'" in answer(), lost=(httpx.TransportError,))
        (reload.CODE / "migrations" / "one.py").write_text("")
        edit(GOOD.replace("WORDS", "third"))
        eventually(lambda: answer() == "third", lost=(httpx.TransportError,))
        os.kill(keeper.child, signal.SIGKILL)
        eventually(lambda: answer() == "third", lost=(httpx.TransportError,))

    kept("web", look)
    said = capfd.readouterr().err
    assert "changed." in said
    assert "Migrations run only at the start" in said
    assert "Serving the changed code" in said


def test_a_change_before_watching_starts_is_served(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(GOOD.replace("WORDS", "first"))
    monkeypatch.setattr(reload, "_load_libraries", lambda _name: edit(GOOD.replace("WORDS", "meant")))
    kept("web", lambda _keeper: eventually(lambda: answer() == "meant", lost=(httpx.TransportError,)))


def test_a_process_without_a_socket_is_restarted_too(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "nice", lambda _more: 0)
    edit(WORKER.replace("WORDS", "first"))

    def look(keeper: Keeper) -> None:
        assert keeper.socket is None
        ran = reload.CODE / "ran"
        eventually(lambda: ran.exists() and ran.read_text() == "first")
        edit("broken =")
        edit(WORKER.replace("WORDS", "second"))
        eventually(lambda: ran.read_text() == "second")

    kept("worker", look)


def test_a_child_that_ignores_the_stop_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reload, "PATIENCE_SECONDS", 0.0)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(writing, b"!")
        signal.pause()
        os._exit(0)
    os.read(reading, 1)
    reload._end(child)
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)
    # Calling it again is harmless.
    reload._end(child)
    os.close(reading)
    os.close(writing)


@pytest.fixture
def in_this_process(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The applications given to the server, which are recorded instead of served."""
    served: list[Any] = []
    monkeypatch.setattr(reload._Timed, "run", lambda self, sockets: served.append(self.config.app))
    # The next start of a server freezes the objects in memory again.
    monkeypatch.setattr(gc, "disable", lambda: None)
    return served


def test_code_is_reloaded_each_time(edit: Edit, in_this_process: list[Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        edit(GOOD)
        reload._serve("web", listener, 0.0)
        first = sys.modules[reload.MODULES["web"]]
        reload._serve("web", listener, 0.0)
        assert sys.modules[reload.MODULES["web"]] is not first
        edit("raise LookupError('half written')")
        reload._serve("web", listener, 0.0)
    assert len(in_this_process) == 3


def test_code_that_cannot_be_loaded_answers_with_the_reason(edit: Edit, in_this_process: list[Any]) -> None:
    edit("raise LookupError('half written')")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reload._serve("web", listener, 0.0)
    transport = httpx.ASGITransport(app=in_this_process[0])

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://phoenix.test") as client:
            return await client.get("/")

    found = asyncio.run(ask())
    assert found.status_code == 500
    assert "half written" in found.text


def test_a_worker_runs_the_current_code_of_its_module(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    edit("ran = []\nasync def run():\n    ran.append(True)\n")
    reload._serve("worker", None, 0.0)
    module: types.ModuleType = sys.modules[reload.MODULES["worker"]]
    assert module.ran == [True]
