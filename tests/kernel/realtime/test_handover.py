"""One port for several processes: a connection that names another's sid is passed on to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.kernel.realtime.echoing import Echoing, echoing
from tests.waiting import until
from websockets.exceptions import InvalidStatus

from phoenix.kernel.realtime.handover import LONGEST_ADDRESS, Handover


def descriptors() -> int:
    """How many files and connections this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@contextlib.asynccontextmanager
async def two(folder: Path) -> AsyncIterator[tuple[Echoing, Echoing]]:
    """Two servers, as two processes have them. Each listens on a port of its own, so that the test can choose."""
    async with echoing(handover=Handover(folder, 1)) as first, echoing(handover=Handover(folder, 2)) as second:
        yield first, second


def test_polls_reach_their_process_whichever_takes_them(tmp_path: Path) -> None:
    async def run() -> None:
        async with two(tmp_path / "sockets") as (first, second):
            sid = await first.open_polls()
            assert sid.startswith("1.")
            assert (await second.post(sid, "40")).text == "ok"
            # The head and the body of one request need not come together.
            reader, writer = await asyncio.open_connection("127.0.0.1", second.port)
            body = b'42["message","in two"]'
            writer.write(
                f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            )
            await until(lambda: any(not one._body and one._request is not None for one in first.server._listeners))
            writer.write(body[:7])
            await until(lambda: any(one._body == body[:7] for one in first.server._listeners))
            writer.write(body[7:])
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            # The connection stays with its process.
            writer.write(f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n3".encode())
            await reader.readuntil(b"ok")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
            got = ""
            while "in two" not in got:
                got += (await second.poll(sid)).text
            assert '42["auth",{}]' in got
            assert not second.server.connections

    asyncio.run(run())


def test_an_upgrade_reaches_its_process(tmp_path: Path) -> None:
    async def run() -> None:
        async with two(tmp_path / "sockets") as (first, second):
            sid = await first.open_polls()
            async with second.websocket(sid) as there:
                await there.send("2probe")
                assert await there.recv() == "3probe"
                await there.send("5")
                await there.send("40")
                assert str(await there.recv()).startswith("40")
                assert not second.server.connections
                assert len(first.server.connections) == 1

    asyncio.run(run())


@pytest.mark.parametrize("sid", ["2.unknown", "3.of-nobody", "0.x", "9999.x", "x", "²."])
def test_a_sid_that_nobody_knows_is_refused(tmp_path: Path, sid: str) -> None:
    async def run() -> None:
        async with two(tmp_path / "sockets") as (first, _second):
            answer = await first.poll(sid)
            assert (answer.status_code, answer.json()["code"]) == (400, 1)
            with pytest.raises(InvalidStatus):
                await first.websocket("3.of-nobody")

    asyncio.run(run())


def test_a_process_that_ended_is_passed_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with echoing(handover=Handover(tmp_path / "sockets", 1)) as first:
            async with echoing(handover=Handover(tmp_path / "sockets", 2)) as second:
                sid = await second.open_polls()
                assert (await first.post(sid, "3")).text == "ok"
            assert (await first.poll(sid)).json()["code"] == 1
            assert sorted(path.name for path in (tmp_path / "sockets").iterdir()) == ["realtime-1.sock"]
        # One that was killed left its address behind.
        (tmp_path / "sockets" / "realtime-1.sock").touch()
        async with echoing(handover=Handover(tmp_path / "sockets", 1)) as again:
            assert (await again.poll()).status_code == 200

    asyncio.run(run())


def test_only_this_user_passes_connections_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with two(tmp_path / "sockets"):
            assert (tmp_path / "sockets").stat().st_mode & 0o777 == 0o700
            assert (tmp_path / "sockets" / "realtime-1.sock").stat().st_mode & 0o777 == 0o600
        (tmp_path / "open").mkdir()
        (tmp_path / "open").chmod(0o777)
        with pytest.raises(PermissionError):
            Handover(tmp_path / "open", 1).open(lambda _socket, _data: asyncio.sleep(0))

    asyncio.run(run())


def test_a_folder_whose_name_is_too_long_for_an_address_has_another(tmp_path: Path) -> None:
    folder = tmp_path / ("n" * LONGEST_ADDRESS)

    async def run() -> None:
        async with two(folder) as (first, second):
            sid = await first.open_polls()
            assert (await second.post(sid, "3")).text == "ok"

    asyncio.run(run())


def test_descriptors_of_passed_connections_are_closed(tmp_path: Path) -> None:
    async def run() -> None:
        async with two(tmp_path / "sockets") as (first, second):
            sid = await first.open_polls()
            await second.post(sid, "3")
            before = descriptors()
            for _ in range(50):
                reader, writer = await asyncio.open_connection("127.0.0.1", second.port)
                writer.write(f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n".encode())
                writer.write(b"Connection: close\r\n\r\n")
                await reader.read()
                writer.close()
                await writer.wait_closed()
            assert descriptors() <= before + 3

    asyncio.run(run())
