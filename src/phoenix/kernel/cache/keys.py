"""Generation keys: what cached values depend on. Each belongs to a declared kind, so that none can be misspelt."""

from __future__ import annotations

from typing import NewType

Key = NewType("Key", str)
"""One key, such as `account:acc_…`. Only a KeyKind creates one."""


class KeyKind:
    """A kind of key, declared once: `ACCOUNT = KeyKind("account")`, then `ACCOUNT(id)`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, of: str = "") -> Key:
        """The key of one record, by its id, or of the whole kind."""
        return Key(f"{self.name}:{of}" if of else self.name)


ACCOUNT = KeyKind("account")
"""An account: its details, its permissions everywhere, its sessions and keys."""
EVENTS = KeyKind("events")
"""The events of an organisation."""
MEMBERS = KeyKind("members")
"""The members of an organisation, with their roles and names."""
