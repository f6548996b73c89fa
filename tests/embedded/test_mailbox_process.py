"""The process of the local mailbox."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from tests.running import free_port
from tests.waiting import until

from phoenix.embedded.mailbox.__main__ import run
from phoenix.settings import EmailSettings, InstallationSettings, Settings


def settings_with(folder: Path, port: int) -> Settings:
    return replace(Settings(), installation=InstallationSettings(data=folder), email=EmailSettings(mailbox_port=port))


def test_the_mailbox_receives_emails_until_it_is_stopped(tmp_path: Path) -> None:
    port = free_port()

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    async def go() -> int:
        running = asyncio.create_task(run(settings_with(tmp_path, port)))
        await until(listens)
        os.kill(os.getpid(), signal.SIGTERM)
        return await running

    assert asyncio.run(go()) == 0


def test_a_busy_port_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert asyncio.run(run(settings_with(tmp_path, port))) == 1
    assert capsys.readouterr().err.startswith(f"The local mailbox cannot listen on port {port}: ")
