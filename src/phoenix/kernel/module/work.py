"""What modules declare to run: jobs, schedules, commands, checks and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from phoenix.kernel.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Job:
    """Background work. `run` gets the runtime and the payload given to `enqueue`; it must be idempotent.

    A failed run is tried again after `first_delay` seconds, doubling, `attempts` times in all, then marked failed.
    """

    name: str
    run: Callable[[Runtime, dict[str, Any]], Awaitable[None]]
    attempts: int = 8
    first_delay: float = 1.0
    concurrency: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that runs by the clock. `cron` is a crontab expression in UTC."""

    name: str
    cron: str
    run: Callable[[Runtime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """A function that becomes `phoenix <group> <name>`.

    It gets the runtime first; what follows are its options, by their annotations. What it returns is printed.
    """

    group: str
    name: str
    run: Callable[..., Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Check:
    """Whether something works: "" if so, else a sentence that says what to do. With `readiness` it decides /readyz."""

    name: str
    about: str
    probe: Callable[[Runtime], Awaitable[str]]
    readiness: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure for /metrics, in Prometheus' words: a gauge goes up and down, a counter only up."""

    name: str
    about: str
    read: Callable[[Runtime], Awaitable[float]]
    kind: Literal["gauge", "counter"] = "gauge"
