"""A complete Phoenix, started as people start it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import eventually

START_SECONDS = 120


class Running:
    """Phoenix in its own processes. `ready` is the content of its ready line, and `python` is the interpreter of its environment."""

    def __init__(self, data: Path, *options: str, python: str = sys.executable, **variables: str) -> None:
        self.data = data
        self._python = python
        self.port = free_port()
        self._options = options
        self._variables = variables
        self.log = data.parent / f"{data.name}.log"
        self.process: subprocess.Popen[str] | None = None
        self.ready: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> Running:
        command = [self._python, "-m", "phoenix.cli", "up", "--json", "--port", str(self.port), "--data", str(self.data), *self._options]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **self._variables}, start_new_session=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"Phoenix did not start:\n{self.log.read_text()[-4000:]}"
        self.ready = json.loads(line)
        return self

    def stop(self, seconds: float = 40) -> int:
        assert self.process is not None
        self.process.terminate()
        status = self.process.wait(seconds)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def mail(self, to: str, *, about: str = "", seconds: float = 15) -> dict[str, Any]:
        """Wait for the newest email to an address."""

        def look() -> list[dict[str, Any]]:
            items = httpx.get(f"{self.url}/mailbox/api/messages", params={"to": to}).json()["items"]
            return [item for item in items if about in item["subject"]]

        return eventually(look, seconds, what=f"no email about {about!r}")[0]


@contextlib.contextmanager
def running(data: Path, *options: str, **variables: str) -> Iterator[Running]:
    """Phoenix running during the block."""
    started = Running(data, *options, **variables).start()
    try:
        yield started
    finally:
        started.stop()


def free_port() -> int:
    """A free port whose next ports are free as well, since Phoenix uses some of them.

    The ports are below those used for outgoing connections, and each test process has its own range, so no one else takes them.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    while True:
        port = 12_000 + 2_000 * worker + random.randrange(0, 1_960)
        if all(_is_free(port + step) for step in (0, 1, 10, 20)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
