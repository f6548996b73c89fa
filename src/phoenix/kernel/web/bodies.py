"""Fields of a body that can be left out, and that are not null when they are sent: `name: Text | UnsetType = UNSET`."""

from __future__ import annotations

from typing import TypeVar

from msgspec import UNSET, UnsetType

T = TypeVar("T")


def given(value: T | UnsetType) -> T | None:
    """The value that was sent; None if it was left out."""
    return None if value is UNSET else value
