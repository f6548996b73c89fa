"""D3: several writers of one key. The cache is not used until the last has settled, even if one of them dies."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.harness import Harness
from tests.kernel.dying_writer import NAME, generations_at
from tests.waiting import until

from phoenix.kernel.cache import generations as generations_module
from phoenix.kernel.cache.cache import Watch
from phoenix.kernel.cache.generations import Generations, MachineGenerations
from phoenix.kernel.cache.marks import LANES

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["machine", "valkey"])
def shared(request: pytest.FixtureRequest, tmp_path: Path, valkey: str) -> str:
    """Where generations are stored: a file, or the address of a Valkey."""
    return str(tmp_path / "generations") if request.param == "machine" else valkey


@pytest.mark.parametrize("nodes", ["one", "many"])
@pytest.mark.parametrize("first", ["the one that dies", "the one that lives"])
def test_a_writer_that_died_after_its_commit_is_noticed_even_if_another_settled(harness: Harness, nodes: str, first: str) -> None:
    harness.variables["PHOENIX_NODES"] = nodes
    place = harness.place
    shared = str(place.folder / "run" / "generations") if nodes == "one" else place.valkey

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            key, cache = NAME(ada.id), harness.runtime.cache

            async def refill(watch: Watch) -> bytes:
                await watch.on(key)
                (row,) = await harness.sql("SELECT name FROM accounts WHERE id = $1", ada.id)
                return str(row["name"]).encode()

            assert await cache.read("shown", refill) == b"Ada"
            mark = await cache.generations.begin([key]) if first == "the one that lives" else 0
            command = ["-m", "tests.kernel.dying_writer", place.database, shared, ada.id, "New"]
            dying = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
            assert dying.stdin is not None
            assert dying.stdout is not None
            assert await dying.stdout.readline() == b"marked\n"
            mark = mark or await cache.generations.begin([key])
            await cache.generations.settle([key], mark)
            assert await cache.read("shown", refill) == b"Ada", "the other has not committed yet"
            dying.stdin.write(b"go on\n")
            assert await dying.wait() == -signal.SIGKILL
            assert await cache.read("shown", refill) == b"New"

    asyncio.run(run())


def orders(writers: int) -> Iterator[list[int]]:
    """Every order in which that many writers can mark and settle. A writer's number is first its mark, and then its settling."""
    yield from (list(order) for order in sorted(set(itertools.permutations([*range(writers)] * 2))))


def test_the_cache_is_unused_until_the_last_writer_has_settled_in_any_order(shared: str, tmp_path: Path) -> None:
    async def run() -> None:
        writers = [generations_at(shared) for _ in range(3)]
        for order in orders(len(writers)):
            key = f"{tmp_path} {order}"
            before, marks = await writers[0].read([key]), dict[int, int]()
            assert before is not None
            for writer in order:
                if writer in marks:
                    await writers[writer].settle([key], marks.pop(writer))
                else:
                    marks[writer] = await writers[writer].begin([key])
                seen = await writers[-1].read([key])
                assert (seen is None) == bool(marks), f"{order}: {seen} with {marks} in flight"
                assert seen != before

    asyncio.run(run())


async def die(generations: Generations, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mark and never settle, with a lease that ends at once."""
    with monkeypatch.context() as patch:
        patch.setattr(generations_module, "IN_FLIGHT_SECONDS", 0.001)
        await generations.begin([key])


def test_the_mark_of_a_dead_writer_expires_however_busy_the_key_is(shared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        generations, key = generations_at(shared), f"{tmp_path}"
        before = await generations.read([key])
        await die(generations, key, monkeypatch)
        living = await generations.begin([key])
        await generations.settle([key], living)
        if isinstance(generations, MachineGenerations):
            # The reader decides how long a lease is.
            monkeypatch.setattr(generations_module, "IN_FLIGHT_SECONDS", 0.001)
        assert await until(lambda: generations.read([key])) != before

    asyncio.run(run())


def test_more_writers_than_lanes_cost_cache_hits_but_never_correctness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        generations, key = generations_at(str(tmp_path / "generations")), "busy"
        marks = [await generations.begin([key]) for _ in range(LANES + 1)]
        for mark in marks[:-1]:
            await generations.settle([key], mark)
        assert await generations.read([key]) is None, "the last writer is still writing"
        await generations.settle([key], marks[-1])
        assert await generations.read([key]) is None, "the mark in one lane belongs to no writer"
        monkeypatch.setattr(generations_module, "IN_FLIGHT_SECONDS", 0)
        assert await generations.read([key]) is not None

    asyncio.run(run())


def test_as_many_writers_as_lanes_are_distinguished(tmp_path: Path) -> None:
    async def run() -> None:
        generations, key = generations_at(str(tmp_path / "generations")), "busy"
        marks = [await generations.begin([key]) for _ in range(LANES)]
        for mark in marks[:-1]:
            await generations.settle([key], mark)
        assert await generations.read([key]) is None
        await generations.settle([key], marks[-1])
        assert await generations.read([key]) is not None

    asyncio.run(run())
