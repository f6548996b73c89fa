"""Supervision: a part that exits is restarted with growing delays; one that never starts is given up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phoenix.embedded.processes import EmbeddedError
from phoenix.operations.up.children import Supervised

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
# Running longer than this counts as a success: the next restart is quick again.
HEALTHY_SECONDS = 20.0
EARLY_DEATHS = 5
POLL_SECONDS = 0.1


class GaveUpError(Exception):
    """A part does not stay up, although it was started several times. The message contains its last output."""


@dataclass
class _Watched:
    part: Supervised
    started: float
    deaths: int = 0
    next_start: float | None = None


class Supervisor:
    """Runs parts in the order in which they are added, and stops them in the order of `stop_order`.

    It works in the thread that calls it, because children live only as long as the thread that started them.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._say = say
        self._clock = clock
        self._sleep = sleep
        self._watched: list[_Watched] = []
        # Before Phoenix was ever ready, a part that keeps exiting is an error to report, not an accident to wait out.
        self.starting = True
        # Raised by `watch`: what a signal handler raises is lost where it interrupts a destructor, and leaves a lock taken where it
        # interrupts `Popen.poll`, which makes `Popen.wait` wait forever.
        self.interrupted: BaseException | None = None
        self.is_watching = False

    @property
    def has_parts(self) -> bool:
        return bool(self._watched)

    def start(self, part: Supervised) -> None:
        """Start a part and keep it running. Raises whatever its start raises."""
        watched = _Watched(part, self._clock())
        self._watched.append(watched)
        part.start()

    def watch(self, until: Callable[[], bool]) -> None:
        """Keep everything running until the condition holds. Raises GaveUpError while starting, and `interrupted`."""
        self.is_watching = True
        try:
            while not until():
                if self.interrupted is not None:
                    raise self.interrupted
                self.look()
                self._sleep(POLL_SECONDS)
        finally:
            self.is_watching = False

    def look(self) -> None:
        """Restart the parts that have exited and are due."""
        for watched in self._watched:
            if watched.next_start is not None:
                if self._clock() >= watched.next_start:
                    self._start_again(watched)
            elif watched.part.has_ended():
                self._note_death(watched, "ended")

    def stop(self, order: Sequence[str] = ()) -> None:
        """Stop everything: first the parts in `order`, in that order, then the rest, the latest first."""
        ranks = {name: rank for rank, name in enumerate(order)}
        parts = [watched.part for watched in reversed(self._watched)]
        for part in sorted(parts, key=lambda part: ranks.get(part.name.partition("-")[0], len(ranks))):
            part.stop()

    def kill(self) -> None:
        """End everything at once, without waiting: for a signal handler that runs in the middle of `stop`."""
        for watched in reversed(self._watched):
            watched.part.kill()

    def _start_again(self, watched: _Watched) -> None:
        watched.next_start = None
        watched.started = self._clock()
        self._say(f"Starting {watched.part.name} again.")
        watching, self.is_watching = self.is_watching, False
        try:
            watched.part.stop()
            watched.part.start()
        except (EmbeddedError, OSError) as error:
            self._note_death(watched, f"did not start ({error})")
        finally:
            self.is_watching = watching

    def _note_death(self, watched: _Watched, what: str) -> None:
        now = self._clock()
        watched.deaths = 1 if now - watched.started > HEALTHY_SECONDS else watched.deaths + 1
        if self.starting and watched.deaths >= EARLY_DEATHS:
            words = "".join(f"\n  {line}" for line in watched.part.last_words())
            raise GaveUpError(f"{watched.part.name} {what} {watched.deaths} times while starting. Its last output:{words or ' none'}")
        delay = min(FIRST_DELAY * 2 ** (watched.deaths - 1), LONGEST_DELAY)
        watched.next_start = now + delay
        self._say(f"{watched.part.name} {what}. Starting it again in {delay:g} s.")
