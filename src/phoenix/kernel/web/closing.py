"""What can still be changed in an organisation that is about to be deleted."""

from __future__ import annotations

from phoenix.kernel.actor import MembershipRecord
from phoenix.kernel.errors import OrganisationClosing
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.i18n.text import _
from phoenix.kernel.i18n.times import day_in
from phoenix.kernel.web.rules import SAFE, Rule


def require_open(method: str, rule: Rule, member: MembershipRecord, zone: str) -> None:
    """Raises OrganisationClosing for a change that has to wait until the deletion is cancelled. Reading still works."""
    if member.closes_at is None or method in SAFE or rule.while_closing:
        return
    sentence = _("{name} will be deleted on {day}. Until then it is read-only. An owner can cancel the deletion.")
    raise OrganisationClosing(sentence.format(name=isolated(member.name), day=day_in(member.closes_at, zone)))
