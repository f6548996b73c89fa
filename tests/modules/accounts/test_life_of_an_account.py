"""A person's account against a model: no sequence of steps locks anyone out permanently or gives unauthorised access."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.harness import Harness
from tests.modules.accounts.life import Life


@pytest.mark.slow
def test_no_sequence_of_steps_locks_anyone_out_permanently_or_gives_unauthorised_access(harness: Harness) -> None:
    numbers = itertools.count(1)

    class Here(Life):
        def __init__(self) -> None:
            super().__init__(harness, runner, numbers)

    with asyncio.Runner() as runner:
        runner.run(harness.__aenter__())
        try:
            run_state_machine_as_test(
                Here,
                # Shrinking would take many minutes, since every attempt runs against a real database.
                settings=settings(
                    max_examples=20,
                    stateful_step_count=14,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    phases=(Phase.explicit, Phase.reuse, Phase.generate),
                ),
            )
        finally:
            runner.run(harness.__aexit__(None, None, None))
