"""Sample data for viewing the emails of organisations."""

from __future__ import annotations

from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.module import EmailSample

EMAILS = (
    EmailSample(
        "organisations/invitation",
        {
            "to": "leila.haddad@example.com",
            "inviter": "Mara Lindqvist",
            "organisation": "Halden Instruments",
            "link": Ours("https://phoenix.example/invitations/accept?token=sample"),
        },
    ),
)
