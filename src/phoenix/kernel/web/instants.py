"""Instants in the API: RFC 3339, UTC, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time", "examples": ["2026-11-23T13:05:00.000Z"]})]


def instant(moment: datetime) -> str:
    """An aware datetime as the API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
