"""Sample data for viewing the emails of accounts."""

from __future__ import annotations

from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.module import EmailSample
from phoenix.modules.accounts.actions.notices import STRANGER, TEMPLATE
from phoenix.modules.accounts.notices import EXPORT_READY

EMAILS = (
    EmailSample(
        TEMPLATE,
        {
            "to": "leila.haddad@example.com",
            "name": "Leila Haddad",
            "title": "Account security",
            "sentence": EXPORT_READY.sentence,
            "foot": STRANGER,
            "link": Ours("https://phoenix.example/settings/data"),
            "button": "Open settings",
        },
    ),
)
