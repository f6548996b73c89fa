"""Applications that are built once and reused by test after test, because building one takes longer than most tests."""

from __future__ import annotations

from litestar import Litestar

from phoenix.app import build
from phoenix.kernel.actor import ListenerName
from phoenix.kernel.registry import Registry
from phoenix.settings import Settings

_free: dict[tuple[bool, Registry, ListenerName], list[Litestar]] = {}


def borrow(settings: Settings, registry: Registry, listener: ListenerName) -> Litestar:
    """An application that is not in use."""
    free = _free.setdefault((settings.strict, registry, listener), [])
    return free.pop() if free else build(settings, registry, listener=listener)


def give_back(framework: Litestar, settings: Settings, registry: Registry, listener: ListenerName) -> None:
    """Return an application for the next test."""
    _free[settings.strict, registry, listener].append(framework)
