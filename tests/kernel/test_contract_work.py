"""What a module declares about readiness and metrics, through small modules composed here."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import Rules, Rung, always_wrong
from tests.modules.admin.panel import Panel

from phoenix.kernel.module import Check, EventGroup, EventKind, Metric, Module
from phoenix.kernel.registry import Registry, RegistryError


def test_only_readiness_checks_decide_whether_phoenix_is_ready(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing:
            assert (await ringing.get("/readyz")).status_code == 200, "the check of the rope does not affect readiness"
            rules.problem = "The bell is cracked. Cast a new one."
            answer = await ringing.get("/readyz")
            assert (answer.status_code, answer.json()["detail"]) == (503, rules.problem)
            assert (await ringing.get("/healthz")).status_code == 200, "a process that is not ready is still alive"
            rules.problem = ""
            assert (await ringing.get("/readyz")).json()["status"] == "ok"
            rules.broken = True
            answer = await ringing.get("/readyz")
            assert (answer.status_code, answer.json()["detail"]) == (503, "The check bell could not be made. The log says why.")

    asyncio.run(run())


def test_all_checks_are_among_the_metrics(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, Panel(ringing) as panel:
            text = (await panel.get("/metrics")).text
            assert 'phoenix_check{check="bell"} 1\nphoenix_check{check="rope"} 0\n' in text
            rules.broken = True
            assert 'phoenix_check{check="bell"} 0\n' in (await panel.get("/metrics")).text

    asyncio.run(run())


def test_metrics_of_modules_are_on_the_admin_listener_only(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, Panel(ringing) as panel:
            rules.figure = 2.5
            text = (await panel.get("/metrics")).text
            counter = "# HELP phoenix_bell_rung How often it rang\n# TYPE phoenix_bell_rung counter\nphoenix_bell_rung 2.5\n"
            assert counter in text
            assert "# TYPE phoenix_bell_height gauge\nphoenix_bell_height 2.5\n" in text
            rules.figure = 1_000_000
            assert "phoenix_bell_rung 1e+06\n" in (await panel.get("/metrics")).text
            assert (await ringing.get("/metrics")).status_code == 404

    asyncio.run(run())


@pytest.mark.parametrize(
    ("what", "declared"),
    [
        ("check", {"checks": (Check("bell", "", always_wrong),)}),
        ("metric", {"metrics": (Metric("bell", "", always_wrong),)}),  # type: ignore[arg-type]
    ],
)
def test_two_modules_with_the_same_name_are_refused(tmp_path: Path, what: str, declared: dict[str, Any]) -> None:
    with pytest.raises(RegistryError, match=f"the same {what}: bell"):
        Registry((Module("one", "", tmp_path, **declared), Module("two", "", tmp_path, **declared)))


def test_an_event_group_must_be_declared_exactly_once(tmp_path: Path) -> None:
    events = (EventKind(Rung, act=None, group="bells"),)
    with pytest.raises(RegistryError, match=r"bell\.rung, which is in the group bells, which no module declares"):
        Registry((Module("bell", "", tmp_path, events=events),))
    groups = (EventGroup("bells", "Bells"),)
    with pytest.raises(RegistryError, match="the same event group: bells"):
        Registry((Module("bell", "", tmp_path, event_groups=groups), Module("other", "", tmp_path, event_groups=groups)))
