"""Sample data for viewing the emails of sessions."""

from __future__ import annotations

from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.module import EmailSample

EMAILS = (
    EmailSample(
        "sessions/new_device",
        {
            "to": "leila.haddad@example.com",
            "name": "Leila Haddad",
            "device": "Firefox on Linux",
            "place": "192.0.2.0/24",
            "when": "23 November 2026, 14:32 (Berlin)",
            "link": Ours("https://phoenix.example/settings/security"),
        },
        warns=True,
    ),
)
