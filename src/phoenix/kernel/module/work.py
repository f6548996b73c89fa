"""What modules declare to be run: jobs, schedules, commands, checks and metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal

import msgspec
import structlog

from phoenix.kernel.data.jobs import JobKind, Payload

if TYPE_CHECKING:
    from phoenix.kernel.data.query import Query
    from phoenix.kernel.runtime import Runtime

log = structlog.get_logger(__name__)

PROBE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Job(Generic[Payload]):
    """How jobs of a kind are run. `run` gets the runtime and the payload given to `enqueue`, and must be idempotent.

    With `by_channel` there is also a kind for each channel by which people are notified, see `JobKind.of`.
    """

    kind: JobKind[Payload]
    run: Callable[[Runtime, Payload], Awaitable[None]]
    by_channel: bool = False

    async def run_encoded(self, runtime: Runtime, payload: bytes) -> None:
        """Run with a stored payload. Raises msgspec.ValidationError if it is invalid, TimeoutError if the run takes too long."""
        decoded = msgspec.json.decode(payload, type=self.kind.payload)
        async with asyncio.timeout(self.kind.timeout):
            await self.run(runtime, decoded)


@dataclass(frozen=True, slots=True)
class EmailSample:
    """Sample data for showing an email to staff: its template, such as "notes/shared", and the context it needs.

    `settings` returns the values that depend on settings, such as a duration, as the email gets them when it is sent. One that `warns`
    says what someone else did, staff included: nobody changes its texts.
    """

    template: str
    values: Mapping[str, Any]
    settings: Callable[[Runtime], Mapping[str, Any]] | None = None
    warns: bool = False


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A query that returns a page of a list, with typical arguments.

    A test plans it on many rows: it must use an index, never scan a whole table.
    """

    query: Query[Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that runs on a schedule. `cron` is a crontab expression in UTC. After `timeout` seconds a run is given up until the next."""

    name: str
    cron: str
    run: Callable[[Runtime], Awaitable[None]]
    timeout: float = 3600.0


@dataclass(frozen=True, slots=True)
class Command:
    """A function that becomes `phoenix <group> <name>`.

    It gets the runtime first; its other parameters become options, by their annotations. Its result is printed.
    """

    group: str
    name: str
    run: Callable[..., Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Check:
    """Whether something works: `probe` returns "" if so, else a sentence that says what to do.

    With `readiness` it decides /readyz. All checks are in /metrics, and `phoenix checks` prints them.
    """

    name: str
    about: str
    probe: Callable[[Runtime], Awaitable[str]]
    readiness: bool = False

    async def ask(self, runtime: Runtime) -> str:
        """The result of the probe. It never raises: a probe that fails, or takes longer than 5 seconds, is reported as a problem."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return await self.probe(runtime)
        except Exception:
            log.warning("check_broke", check=self.name, exc_info=True)
            return f"The check {self.name} could not be made. The log says why."


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric for /metrics, in Prometheus' terms: a gauge goes up and down, a counter only up."""

    name: str
    about: str
    read: Callable[[Runtime], Awaitable[float]]
    kind: Literal["gauge", "counter"] = "gauge"
