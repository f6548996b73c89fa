"""Frameworks that were built once and serve one house after another: building takes longer than most tests."""

from __future__ import annotations

from litestar import Litestar

from phoenix.app import build
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.application import ListenerName
from phoenix.settings import Settings

_free: dict[tuple[bool, Registry, ListenerName], list[Litestar]] = {}


def borrow(settings: Settings, registry: Registry, listener: ListenerName) -> Litestar:
    """One that nobody uses now."""
    free = _free.setdefault((settings.strict, registry, listener), [])
    return free.pop() if free else build(settings, registry, listener=listener)


def give_back(framework: Litestar, settings: Settings, registry: Registry, listener: ListenerName) -> None:
    """Let the next one have it."""
    _free[settings.strict, registry, listener].append(framework)
