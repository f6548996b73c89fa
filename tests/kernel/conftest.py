"""A harness with the small module of `ringing`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.harness import Harness
from tests.kernel.ringing import Rules, always_wrong

from phoenix.composition import MODULES
from phoenix.kernel.module import Check, Metric, Module, SocketRule
from phoenix.kernel.registry import Registry


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def ringing(harness: Harness, rules: Rules, tmp_path: Path) -> Harness:
    rings = Module(
        name="bell",
        about="Rings.",
        folder=tmp_path,
        sockets=(SocketRule(join=rules.join, replay=rules.replay), SocketRule(refuse=rules.refuse)),
        checks=(Check("bell", "Whether it rings", rules.probe, readiness=True), Check("rope", "Whether it is there", always_wrong)),
        metrics=(
            Metric("phoenix_bell_rung", "How often it rang", rules.read, "counter"),
            Metric("phoenix_bell_height", "How high it hangs", rules.read),
        ),
    )
    harness.registry = Registry((*MODULES, rings))
    return harness
