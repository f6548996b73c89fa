"""Applications that are built once and used by one test after another: building one takes longer than most tests."""

from __future__ import annotations

from litestar import Litestar

from phoenix.app import build
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.application import ListenerName
from phoenix.settings import Settings

_free: dict[tuple[bool, Registry, ListenerName], list[Litestar]] = {}


def borrow(settings: Settings, registry: Registry, listener: ListenerName) -> Litestar:
    """One that is not in use."""
    free = _free.setdefault((settings.strict, registry, listener), [])
    return free.pop() if free else build(settings, registry, listener=listener)


def give_back(framework: Litestar, settings: Settings, registry: Registry, listener: ListenerName) -> None:
    """Make it available to the next test."""
    _free[settings.strict, registry, listener].append(framework)
