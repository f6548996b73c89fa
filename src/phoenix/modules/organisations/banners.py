"""The banner on the pages of an organisation that will be deleted."""

from __future__ import annotations

from phoenix.kernel.actor import Actor, MembershipRecord
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.i18n.times import day_in
from phoenix.kernel.language import _
from phoenix.kernel.module import Banner


def closing_banner(actor: Actor, member: MembershipRecord) -> Banner | None:
    """Until when, and who asked for it. Only those who can cancel the deletion are led to where they can."""
    if member.closes_at is None:
        return None
    day = day_in(member.closes_at, actor.time_zone)
    title = _("{name} will be deleted on {day}").format(name=isolated(member.name), day=day)
    text = _("Asked for by {name}. Until then it is read-only.").format(name=isolated(member.closed_by or _("Someone")))
    may = "organisations.delete" in member.permissions
    return Banner("warn", title, text, f"/o/{member.slug}/deletion" if may else "", _("Cancel deletion") if may else "")
