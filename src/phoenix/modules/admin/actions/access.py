"""The review of who has access: signed for what was shown unless that has changed, and due again after a number of days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import PreconditionFailed
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys, same
from phoenix.modules.admin.actions.people import take_turn
from phoenix.modules.admin.events import AccessReviewed
from phoenix.modules.admin.queries import access as queries
from phoenix.modules.admin.queries.access import Review
from phoenix.modules.keys.actions.api_keys import people_of_key, revoke_as_staff
from phoenix.modules.organisations.actions.members import end_role

PURPOSE = "access review"
SEEN = "access seen"


async def access_now(db: Reader) -> dict[str, Any]:
    """What access there is, as a review keeps it: permissions on the platform, how many keys and roles, and a digest of each of these."""
    return msgspec.to_builtins(await db.one(queries.FOUND, db.now))  # type: ignore[no-any-return]


def seal_of(runtime: Runtime, found: dict[str, Any]) -> str:
    """What a form carries to say which access was shown with it."""
    return runtime.keys.mac(SEEN, msgspec.json.encode(found, order="sorted")).hex()


async def sign_review(runtime: Runtime, tx: Transaction, actor: Actor, *, seen: str) -> str:
    """Store the access that exists now, signed in the name of the reviewer. Returns the id of the review.

    `seen` is the seal of what they were shown. Raises PreconditionFailed if someone's access was given or removed since.
    """
    now = tx.now
    found = await access_now(tx)
    if not same(seen.encode(), seal_of(runtime, found).encode()):
        raise PreconditionFailed(_("Someone's access changed after you opened this page. Review the lists again, then sign."))
    review = new_id("rev")
    signature = _signature(runtime.keys, review, now, actor.account, found)
    await tx.execute(queries.ADD_REVIEW, review, now, actor.account, found, signature)
    tx.record(AccessReviewed(subject=review, staff=len(found["staff"]), keys=found["keys"]))
    return review


async def revoke_key(tx: Transaction, actor: Actor, key: str) -> None:
    """Revoke someone's API key; whoever created it is notified by email. Raises NotFound, and Forbidden if its account has a permission that the actor lacks."""
    found = await people_of_key(tx, key)
    await take_turn(tx, actor, found.account)
    await revoke_as_staff(tx, found, key)


async def end_role_of(tx: Transaction, actor: Actor, organisation: str, account: str) -> None:
    """End someone's role in an organisation.

    Raises NotFound, LastOwner for the only owner, and Forbidden if the account has a permission that the actor lacks.
    """
    await take_turn(tx, actor, account)
    await end_role(tx, organisation, account)


def is_whole(keys: Keys, review: Review) -> bool:
    """Whether the review is what was signed."""
    return same(review.signature, _signature(keys, review.id, review.reviewed_at, review.reviewed_by, review.found))


async def due_at(runtime: Runtime, db: Reader, last: Review | None) -> datetime | None:
    """When the review after the `last` is due; None if the setting asks for none, or nobody has a permission yet."""
    days = runtime.settings.admin.access_review_days
    if not days:
        return None
    since = last.reviewed_at if last is not None else await db.one(queries.FIRST_GRANT)
    return None if since is None else since + timedelta(days=days)


def _signature(keys: Keys, review: str, at: datetime, by: str, found: dict[str, Any]) -> bytes:
    return keys.mac(PURPOSE, review, at.isoformat(), by, msgspec.json.encode(found, order="sorted"))
