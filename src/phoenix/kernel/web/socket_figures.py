"""What the processes of sockets are doing, for /metrics: each writes its figures into a small file, which the process of the panel reads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from phoenix.settings import Settings

# A process that was killed leaves its file behind.
STALE_SECONDS = 10.0


class SocketFigures(Struct, frozen=True):
    """One process at the time `at`, in seconds since 1970. `opened`, `messages` and `closed`, by reason, count since it started."""

    at: float
    connections: int
    sockets: int
    rooms: int
    opened: int
    messages: int
    closed: dict[str, int]


# Name, what it is, kind, and the field.
METRICS = (
    ("phoenix_socket_connections", "Open connections, signed in or not", "gauge", "connections"),
    ("phoenix_sockets", "Sockets that someone is signed in on", "gauge", "sockets"),
    ("phoenix_socket_rooms", "Rooms that someone is in", "gauge", "rooms"),
    ("phoenix_socket_connections_total", "Connections opened", "counter", "opened"),
    ("phoenix_socket_messages_total", "Messages sent to rooms, counted for each receiver", "counter", "messages"),
)


def file_of(settings: Settings, number: int) -> Path:
    """The file of the process with this number."""
    return settings.installation.data / "run" / f"sockets-{number}.json"


def write_figures(path: Path, figures: SocketFigures) -> None:
    """Replace the file, so that whoever reads it finds all of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    written.write_bytes(msgspec.json.encode(figures))
    written.replace(path)


def read_figures(settings: Settings, now: float) -> dict[int, SocketFigures]:
    """The figures of every process that has written some lately, by its number."""
    found = {}
    for number in range(1, settings.realtime.processes + 1):
        with contextlib.suppress(OSError, msgspec.DecodeError):
            figures = msgspec.json.decode(file_of(settings, number).read_bytes(), type=SocketFigures)
            if now - figures.at <= STALE_SECONDS:
                found[number] = figures
    return found


def metric_lines(found: dict[int, SocketFigures]) -> Iterator[str]:
    """The figures in Prometheus' text format 0.0.4, by process."""
    for name, about, kind, field in METRICS:
        yield f"# HELP {name} {about}"
        yield f"# TYPE {name} {kind}"
        for number, figures in found.items():
            yield f'{name}{{process="{number}"}} {getattr(figures, field)}'
    yield "# HELP phoenix_socket_connections_closed_total Connections closed, by reason"
    yield "# TYPE phoenix_socket_connections_closed_total counter"
    for number, figures in found.items():
        for reason, count in sorted(figures.closed.items()):
            yield f'phoenix_socket_connections_closed_total{{process="{number}",reason="{reason}"}} {count}'
