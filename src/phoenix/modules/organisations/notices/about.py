"""What notices about an organisation have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice

# For staff who look at an email.
SAMPLE = {
    "name": "Halden Instruments",
    "slug": "halden-instruments",
    "person": "Mara Lindqvist",
    "by": "Priya Raman",
    "day": "4 December 2026",
    "accounts": "Import, Backup",
    "invited": "anna@example.com (member), bo@example.com (viewer)",
}
SAMPLE_ORGANISATION = {"name": "Halden Instruments", "slug": "halden-instruments"}
SAMPLE_CLOSING = {**SAMPLE_ORGANISATION, "day": "10 December 2026", "asker": "Mara Lindqvist"}
ORGANISATIONS, FEED, MEMBERS = "/organisations", "/o/{slug}/feed", "/o/{slug}/members"
DELETION, OWNERSHIP_PAGE, SERVICE_ACCOUNTS = "/o/{slug}/deletion", "/o/{slug}/ownership", "/o/{slug}/service-accounts"
OPENS = {
    ORGANISATIONS: _("View your organisations"),
    FEED: _("View organisation"),
    MEMBERS: _("View members"),
    DELETION: _("Open the page"),
    OWNERSHIP_PAGE: _("Open the page"),
    SERVICE_ACCOUNTS: _("View service accounts"),
}


def notice_of(
    name: str,
    sentence: str,
    foot: str,
    *,
    path: str,
    facts: Callable[[Reader, str, ZoneInfo], Awaitable[Mapping[str, str] | None]],
    sample: Mapping[str, str],
) -> SecurityNotice:
    """A notice about an organisation: headed as such, and its button says where it leads."""
    return SecurityNotice(name, sentence, foot, path=path, button=OPENS[path], title=_("Your organisations"), facts=facts, sample=sample)
