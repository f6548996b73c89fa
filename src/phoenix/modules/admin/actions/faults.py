"""Why a job failed, redacted for display."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.security.redaction import redact

LONGEST = 300


def fault_of(traceback: Any) -> str:
    """The exception that ended a job's last attempt: its type and message, without personal data."""
    if not isinstance(traceback, dict):
        return ""
    kind, message = str(traceback.get("exception_type", "")), str(traceback.get("exception_message", ""))
    return redact(f"{kind}: {message}" if kind and message else kind or message)[:LONGEST]
