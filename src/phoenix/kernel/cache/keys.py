"""Generation keys: what cached values depend on. They are values of a declared kind, so that none can be misspelt."""

from __future__ import annotations

from typing import NewType

Key = NewType("Key", str)
"""One key, such as `account:acc_…`. Only a KeyKind makes one."""


class KeyKind:
    """A kind of key, declared once: `ACCOUNT = KeyKind("account")`, then `ACCOUNT(id)`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, of: str = "") -> Key:
        """The key of one thing, by its id, or of all there is of the kind."""
        return Key(f"{self.name}:{of}" if of else self.name)


ACCOUNT = KeyKind("account")
"""An account: who it is, what it may do and where, its sessions and keys."""
EVENTS = KeyKind("events")
"""What happened in an organisation."""
MEMBERS = KeyKind("members")
"""Who belongs to an organisation, in which role, and under which name."""
