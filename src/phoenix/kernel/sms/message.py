"""A text message as it is handed over."""

from __future__ import annotations

from msgspec import Struct


class OutgoingSms(Struct, frozen=True):
    """A text message to one number, in E.164. `reports` is where the provider reports what became of it, "" for nowhere."""

    to: str
    text: str
    reports: str = ""
