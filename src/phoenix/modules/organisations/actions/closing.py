"""The deletion of an organisation: asked for by an owner, cancellable for some days, and announced to its members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.actor import Membership
from phoenix.kernel.cache.keys import ACCOUNT, EVENTS, MEMBERS
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.events import DeletionCancelled, DeletionCancelledByStaff, DeletionScheduled
from phoenix.modules.organisations.notices import CLOSING, KEPT
from phoenix.modules.organisations.queries import closing
from phoenix.modules.organisations.queries.closing import Closing
from phoenix.settings.declare import between, setting

__all__ = ["Closing"]

# Of an owner in an organisation: every member is emailed, and again when it is cancelled. Cancelling is never refused.
DELETIONS_A_DAY = Limit("organisation_deletion", 3, 86_400)


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """Organisations."""

    deletion_grace: int = setting(
        "DELETION_GRACE", 14, "Days between asking for the deletion of an organisation and the deletion.", between(1, 365)
    )


class Told(Struct, frozen=True):
    """Which members to notify of what: all, or those with a role. Those up to the account `after` have been notified."""

    organisation: str
    what: str
    role: str = ""
    after: str = ""


TELL_MEMBERS = JobKind("organisations.tell_members", Told)


def grace_of(runtime: Runtime) -> timedelta:
    return timedelta(days=runtime.part(OrganisationSettings).deletion_grace)


async def closing_of(db: Reader, organisation: str) -> Closing:
    """Whether an organisation will be deleted. Raises NotFound if there is none, or its deletion has begun."""
    return await db.one(closing.CLOSING, organisation)


async def close_organisation(runtime: Runtime, tx: Transaction, member: Membership, *, name: str) -> Closing:
    """Have the organisation deleted after the grace period. Asking again changes nothing.

    Every member is notified by email. Raises InvalidInput unless `name` is the name of the organisation.
    """
    await queries.hold_memberships(tx, member.organisation)
    found = await closing_of(tx, member.organisation)
    if _plain(name) != _plain(found.name):
        sentence = _("Enter the name exactly as it's shown: {name}").format(name=isolated(found.name))
        raise InvalidInput(errors=(FieldError("name", "mismatch", sentence),))
    if found.closes_at is None:
        await runtime.limiter.require(DELETIONS_A_DAY, f"{member.organisation} {member.account}")
    if await tx.maybe(closing.CLOSE, member.organisation, tx.now + grace_of(runtime), member.account) is not None:
        await closing_changed(tx, member.organisation)
        tx.record(DeletionScheduled(organisation=member.organisation, subject=member.organisation))
        await enqueue(tx, TELL_MEMBERS, Told(member.organisation, CLOSING))
    return await closing_of(tx, member.organisation)


async def keep_organisation(tx: Transaction, member: Membership) -> None:
    """Cancel the deletion, and notify every member. Raises Conflict if nobody asked for it."""
    await _keep(tx, member.organisation)
    tx.record(DeletionCancelled(organisation=member.organisation, subject=member.organisation))


async def keep_as_staff(tx: Transaction, organisation: str, *, reason: str) -> None:
    """Cancel the deletion at the request of a member. The caller checks who may, and the reason. Raises Conflict, and NotFound once it has begun."""
    await queries.hold_memberships(tx, organisation)
    await _keep(tx, organisation)
    tx.record(DeletionCancelledByStaff(organisation=organisation, subject=organisation, reason=reason))


async def _keep(tx: Transaction, organisation: str) -> None:
    if await tx.maybe(closing.KEEP, organisation) is None:
        if await tx.maybe(closing.CLOSING, organisation) is None:
            raise NotFound
        raise Conflict(_("This organisation isn't scheduled for deletion."))
    await closing_changed(tx, organisation)
    await enqueue(tx, TELL_MEMBERS, Told(organisation, KEPT))


async def closing_changed(tx: Transaction, organisation: str) -> None:
    """What its members may do there has changed, and so has the banner on their pages."""
    tx.invalidate(EVENTS(organisation), MEMBERS(organisation), *map(ACCOUNT, await tx.all(queries.MEMBER_IDS, organisation)))


def _plain(name: str) -> str:
    return " ".join(name.split())
