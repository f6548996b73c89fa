"""Mails with made-up words in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from phoenix.kernel.i18n.email import Mail, Mailer

SAMPLES: dict[str, Any] = {
    "to": "leila.haddad@example.com",
    "name": "Leila Haddad",
    "code": "40718263",
    "code_minutes": 10,
    "when": "23 November 2026, 14:32",
    "link_minutes": 60,
    "reauthenticated_minutes": 15,
    "device": "Firefox on Linux",
    "place": "192.0.2.0/24",
    "zone": "Europe/Berlin",
    "organisation": "Halden Instruments",
    "inviter": "Mara Lindqvist",
    "role": "member",
    "sentence": "An authenticator app now protects your account.",
    "foot": "Wasn't you? Change your password, sign out all other devices and contact support.",
}


def preview(mailer: Mailer, name: str, now: datetime) -> Mail:
    """A mail with samples for all it asks for; what none is known for is shown by its name."""
    return mailer.render(name, **{field: _sample(field, now) for field in mailer.fields(name)})


def _sample(field: str, now: datetime) -> Any:
    if field in SAMPLES:
        return SAMPLES[field]
    if field in {"at", "until", "erase_at"}:
        return now
    if field.endswith(("link", "url")):
        return "https://phoenix.example/a/link"
    return f"[{field}]"
