"""Sample data for viewing the emails of notifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.language import _, gettext
from phoenix.kernel.module import EmailSample
from phoenix.kernel.runtime import Runtime
from phoenix.modules.notifications.actions.send import TEMPLATE, number_of

PLACE = "Halden Instruments"
MENTIONED = _("{actor} mentioned you in a comment on “{title}” in {organisation}")
ACCEPTED = _("{subject} accepted your invitation to {organisation}")
LINKS = (Ours("https://phoenix.example/o/halden/entries/ent_1"), Ours("https://phoenix.example/o/halden/members"))


def said(runtime: Runtime | None = None) -> Mapping[str, Any]:
    """What is said of two notifications, in the reader's language."""
    del runtime
    mentioned = gettext(MENTIONED).format(actor="Mara Lindqvist", title="Flow meter FM-204 recalibrated", organisation=PLACE)
    accepted = gettext(ACCEPTED).format(subject="Tomás Aguirre", organisation=PLACE)
    whys = (_("You were notified because you were mentioned."), _("You were notified because you invited them."))
    items = [
        {"summary": what, "why": gettext(why), "link": link} for what, why, link in zip((mentioned, accepted), whys, LINKS, strict=True)
    ]
    return {"subject_line": number_of(len(items)), "items": items}


EMAILS = (
    EmailSample(
        TEMPLATE,
        {
            "to": "leila.haddad@example.com",
            "name": "Leila Haddad",
            **said(),
            "more": 0,
            "inbox": Ours("https://phoenix.example/notifications"),
            "preferences": Ours("https://phoenix.example/settings/notifications"),
            "stop_link": Ours("https://phoenix.example/notifications/unsubscribe/…"),
        },
        settings=said,
    ),
)
