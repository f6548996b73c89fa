"""Structured logs."""

from __future__ import annotations

from phoenix.settings import Logs


def configure(settings: Logs) -> None:
    """Set up logging."""
