"""A process of `make dev`: the libraries stay loaded, and the code of Phoenix is reloaded whenever a Python file changes.

Libraries are four fifths of the time that a start takes. They are loaded once, into this process, which serves nothing
itself: it forks a child that loads Phoenix and serves. When a file changes, the child is signalled to end and another is
forked. The socket belongs to this process, so that a request that arrives during a reload waits and is not refused.

Run as `python -m phoenix.operations.up.reload web`, by `phoenix up` with PHOENIX_RELOAD.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from watchfiles import Change, watch

from phoenix.operations.up.uvicorn_server import config_of
from phoenix.settings import read_settings

CODE = Path(__file__).parents[2]
# What serves over HTTP, as the factory of its application; everything else has a coroutine function `run`.
FACTORIES = {"web": "create_app", "admin": "create_admin_app"}
MODULES = {"web": "phoenix.app", "realtime": "phoenix.realtime", "admin": "phoenix.app", "worker": "phoenix.worker"}
# It holds the secrets that this process has read; they can be read once.
KEPT = "phoenix.settings.process"
# Editors write a file in several steps, and people save several files at once.
GATHER_MS, STEP_MS, LOOK_MS = 60, 10, 500
PATIENCE_SECONDS = 0.5
AFTER_CRASH_SECONDS = 1.0
BACKLOG = 1024


class Keeper:
    """Keeps one child serving the code as it is now."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.socket = _listen(name)
        self.child = 0
        self._stopping = threading.Event()

    def keep(self) -> None:
        """Until this process is signalled to end."""
        if self.name != "web":
            # People wait for the pages; the other processes load their code when there is time.
            os.nice(10)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        loaded = _state_of_code()
        self._fork(time.monotonic())
        _load_libraries(self.name)
        options: dict[str, Any] = {"debounce": GATHER_MS, "step": STEP_MS, "rust_timeout": LOOK_MS, "yield_on_timeout": True}
        for changes in watch(CODE, watch_filter=_is_code, stop_event=self._stopping, raise_interrupt=False, **options):
            # Changes made before the watching began are not reported.
            before, loaded = loaded, {}
            if changes or (before and before != _state_of_code()):
                self._again(changes)
            elif _has_ended(self.child):
                self._stopping.wait(AFTER_CRASH_SECONDS)
                self._fork(time.monotonic())
        _end(self.child)

    def _again(self, changes: set[tuple[Change, str]]) -> None:
        since = time.monotonic()
        if self.name == "web":
            changed = sorted({str(Path(path).relative_to(CODE)) for _, path in changes}) or ["The code"]
            _say(f"{', '.join(changed[:3])}{' and more' if len(changed) > 3 else ''} changed.")
            if any("migrations" in path for path in changed):
                _say("Migrations run only at the start. Stop `make dev` and start it again.")
        before = self.child
        _tell(before, signal.SIGTERM)
        # The next child loads its code while this one finishes, and takes connections only when that is done.
        self._fork(since)
        _end(before)

    def _fork(self, since: float) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self.child = os.fork()
        if self.child == 0:
            status = 1
            try:
                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    signal.signal(number, signal.SIG_DFL)
                _serve(self.name, self.socket, since)
                status = 0
            except BaseException:  # noqa: BLE001 - nothing may get out of a fork
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stopping.set()


def _has_ended(child: int) -> bool:
    """Also collects its exit status, so call this only once."""
    return os.waitpid(child, os.WNOHANG)[0] != 0


def _end(child: int) -> None:
    """No work is lost: Phoenix survives being killed, and running transactions are rolled back."""
    _tell(child, signal.SIGTERM)
    end = time.monotonic() + PATIENCE_SECONDS
    with contextlib.suppress(ChildProcessError):
        while not _has_ended(child):
            if time.monotonic() > end:
                _tell(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return
            time.sleep(STEP_MS / 1000)


def _tell(child: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, number)


def _serve(name: str, listener: socket.socket | None, since: float) -> None:
    """In the child: load the code and serve it. While the code cannot be loaded, every response says so."""
    gc.disable()
    _forget_code()
    application: Any = None
    try:
        module = importlib.import_module(MODULES[name])
        if name in FACTORIES:
            application = getattr(module, FACTORIES[name])()
    except Exception:  # noqa: BLE001 - anything can be in a file that someone is editing
        text = traceback.format_exc()
        if name == "web":
            _say(text)
        application = _broken(text)
    if listener is None:
        if application is not None:
            signal.pause()
        gc.enable()
        asyncio.run(module.run())
        return
    config = config_of(application, ws="none" if name == "admin" else "websockets-sansio", timeout_graceful_shutdown=1)
    _Timed(config, name, since).run(sockets=[listener])


class _Timed(uvicorn.Server):
    """Prints how long it took from the change until requests could be answered."""

    def __init__(self, config: uvicorn.Config, name: str, since: float) -> None:
        super().__init__(config)
        self._name, self._since = name, since

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        gc.enable()
        if self._name == "web":
            _say(f"Serving the changed code, {time.monotonic() - self._since:.2f} s after the change.")


def _broken(text: str) -> Any:
    """An application that answers everything with what is wrong with the code, as text."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "http":
            body = f"Phoenix cannot load its code.\n\n{text}".encode()
            await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
            await send({"type": "http.response.body", "body": body})

    return application


def _forget_code() -> None:
    """Forget every module loaded from our files, so that it is loaded again."""
    for name, module in sys.modules.copy().items():
        path = getattr(module, "__file__", None)
        if name not in {"__main__", KEPT} and path and Path(path).is_relative_to(CODE):
            del sys.modules[name]


def _load_libraries(name: str) -> None:
    """Load the libraries that Phoenix uses, so that the next child finds them loaded, but none of the code itself."""
    with contextlib.suppress(Exception):  # code that is broken now is loaded later, more slowly
        importlib.import_module(MODULES[name])
    _forget_code()
    importlib.invalidate_caches()
    # From now on no garbage collection looks at the libraries' objects, here or in a child.
    gc.collect()
    gc.freeze()


def _state_of_code() -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in CODE.rglob("*.py")}


def _is_code(change: Change, path: str) -> bool:
    del change
    return path.endswith((".py", ".mo"))


def _listen(name: str) -> socket.socket | None:
    """The socket that outlives every child."""
    settings = read_settings()
    host, port = (settings.web.host, settings.web.port) if name == "web" else (settings.admin.host, settings.admin.port)
    if name not in FACTORIES:
        return None
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    Keeper(sys.argv[1]).keep()
