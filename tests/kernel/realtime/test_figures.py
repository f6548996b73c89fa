"""What the processes of sockets are doing is among the metrics, by process, and not for long after one was killed."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import NOW, Harness
from tests.kernel.ringing import connected
from tests.modules.admin.panel import Panel
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.data.events import Recorded
from phoenix.kernel.realtime import sockets
from phoenix.kernel.web.socket_figures import SocketFigures, file_of, metric_lines, read_figures, write_figures

FIGURES = SocketFigures(NOW.timestamp(), 3, 2, 1, 9, 40, {"ping_timeout": 4, "client_gone": 2})


def test_the_metrics_name_each_process_and_each_reason() -> None:
    lines = list(metric_lines({1: FIGURES, 2: FIGURES}))
    assert 'phoenix_sockets{process="1"} 2' in lines
    assert 'phoenix_socket_connections{process="2"} 3' in lines
    closed = lines.index("# TYPE phoenix_socket_connections_closed_total counter")
    assert lines[closed + 1 : closed + 3] == [
        'phoenix_socket_connections_closed_total{process="1",reason="client_gone"} 2',
        'phoenix_socket_connections_closed_total{process="1",reason="ping_timeout"} 4',
    ]


def test_a_process_that_writes_no_longer_and_a_file_that_was_cut_off_are_left_out(harness: Harness) -> None:
    harness.variables["PHOENIX_REALTIME_PROCESSES"] = "4"

    async def run() -> None:
        async with harness:
            settings, now = harness.runtime.settings, NOW.timestamp()
            write_figures(file_of(settings, 1), FIGURES)
            write_figures(file_of(settings, 2), SocketFigures(now - 10.1, 0, 0, 0, 0, 0, {}))
            file_of(settings, 3).write_bytes(b'{"at":')
            assert read_figures(settings, now) == {1: FIGURES}
            async with Panel(harness) as panel:
                assert 'phoenix_socket_rooms{process="1"} 1\n' in (await panel.get("/metrics")).text
                harness.clock.advance(seconds=11)
                assert "phoenix_socket_rooms{" not in (await panel.get("/metrics")).text

    asyncio.run(run())


def test_figures_follow_what_happens_and_return_to_the_start(ringing: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "FIGURES_SECONDS", 0.02)

    async def run() -> None:
        async with ringing, live(ringing) as here:
            file = file_of(ringing.runtime.settings, 1)
            here.sockets.keep_figures(file)

            def figures() -> SocketFigures | None:
                return read_figures(ringing.runtime.settings, ringing.clock.now().timestamp()).get(1)

            async def shown(**wanted: object) -> None:
                await until(lambda: (now := figures()) is not None and all(getattr(now, name) == value for name, value in wanted.items()))

            ember = await ringing.organisation("ember", ada="owner")
            async with connected(here.url, ringing.people["ada"].token) as told:
                await until(lambda: ("missed", {"last": True}) in told)
                await here.sockets.deliver([Recorded(1, 1, "evt_1", "bell.rung", ember, None, None, {}, NOW)])
                await shown(connections=1, sockets=1, opened=1, messages=1, closed={})
            await shown(connections=0, sockets=0, rooms=0, opened=1, messages=1)
            assert sum(here.sockets.counts.closed.values()) == 1

    asyncio.run(run())
