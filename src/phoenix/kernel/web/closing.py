"""What can still be changed in an organisation that is about to be deleted, and what its pages offer until then."""

from __future__ import annotations

from typing import TypeVar

from msgspec import structs

from phoenix.kernel.actor import MembershipRecord
from phoenix.kernel.errors import OrganisationClosing
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.i18n.times import day_in
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.rules import SAFE, Rule

Member = TypeVar("Member", bound=MembershipRecord)


def require_open(method: str, rule: Rule, member: MembershipRecord, zone: str, registry: Registry) -> None:
    """Raises OrganisationClosing for a change that has to wait until the deletion is cancelled, and for the page of its form.

    Reading still works.
    """
    if member.closes_at is None or rule.while_closing or (method in SAFE and rule.may not in registry.only_for_changes):
        return
    sentence = _("{name} will be deleted on {day}. Until then it is read-only. An owner can cancel the deletion.")
    raise OrganisationClosing(sentence.format(name=isolated(member.name), day=day_in(member.closes_at, zone)))


def as_shown(member: Member, registry: Registry) -> Member:
    """The member as pages see them: without the permissions that they can do nothing with until the deletion is cancelled."""
    if member.closes_at is None:
        return member
    return structs.replace(member, permissions=member.permissions - registry.only_for_changes)
