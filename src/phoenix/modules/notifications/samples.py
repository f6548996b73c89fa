"""Sample data for viewing the emails of notifications."""

from __future__ import annotations

from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.language import _
from phoenix.kernel.module import EmailSample
from phoenix.modules.notifications.actions.send import TEMPLATE

EMAILS = (
    EmailSample(
        TEMPLATE,
        {
            "to": "leila.haddad@example.com",
            "name": "Leila Haddad",
            "subject_line": "2 notifications",
            "items": [
                {
                    "summary": "Mara Lindqvist mentioned you in a comment on “Flow meter FM-204 recalibrated” in Halden Instruments",
                    "why": _("You were notified because you were mentioned."),
                    "link": Ours("https://phoenix.example/o/halden/entries/ent_1"),
                },
                {
                    "summary": "Tomás Aguirre accepted your invitation to Halden Instruments",
                    "why": _("You were notified because you invited them."),
                    "link": Ours("https://phoenix.example/o/halden/members"),
                },
            ],
            "more": 0,
            "inbox": Ours("https://phoenix.example/notifications"),
            "preferences": Ours("https://phoenix.example/settings/notifications"),
            "stop_link": Ours("https://phoenix.example/notifications/unsubscribe/…"),
        },
    ),
)
