"""N1: messages that never end, which the web server puts together on the public port, do not fill the memory of the machine."""

from __future__ import annotations

import asyncio

from tests.waiting import until

from phoenix.kernel.realtime.growth import MOST_GROWTH, WITHIN_SECONDS, Growth, resident

MOST = MOST_GROWTH


def test_what_is_held_ends_once_the_process_has_grown_too_fast() -> None:
    memory, time = [100], [0.0]

    async def run() -> None:
        growth = Growth(lambda: memory[0], lambda: time[0])
        with growth.holding() as first, growth.holding() as second:
            for at, bytes_, is_over in ((0.0, 100, False), (1.0, MOST, False), (2.0, MOST + 100, False), (3.0, MOST + 101, True)):
                time[0], memory[0] = at, bytes_
                growth.look()
                assert (first.is_set(), second.is_set()) == (is_over, is_over), at
            with growth.holding() as third:
                growth.look()
                assert not third.is_set(), "what grew before is not counted again"

    asyncio.run(run())


def test_slow_growth_and_growth_while_nothing_is_held_end_nothing() -> None:
    memory, time = [100], [0.0]

    async def run() -> None:
        growth = Growth(lambda: memory[0], lambda: time[0])
        growth.look()
        memory[0] += 2 * MOST
        growth.look()
        with growth.holding() as held:
            time[0] += WITHIN_SECONDS + 1
            for _ in range(20):
                time[0] += WITHIN_SECONDS / 2
                memory[0] += MOST // 4
                growth.look()
            assert not held.is_set()

    asyncio.run(run())


def test_it_looks_by_itself_as_long_as_anything_is_held() -> None:
    looked: list[int] = []

    async def run() -> None:
        def memory() -> int:
            looked.append(1)
            return 0 if len(looked) < 3 else MOST + 1

        growth = Growth(memory)
        with growth.holding() as held:
            await held.wait()
        await until(lambda: growth._watching is None)

    asyncio.run(run())
    assert len(looked) >= 3
    assert resident() > 1_000_000
