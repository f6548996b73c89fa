"""The review of who has access: signed with what there is at that moment, and due again after a number of days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys, same
from phoenix.modules.admin.actions.people import take_turn
from phoenix.modules.admin.events import AccessReviewed
from phoenix.modules.admin.queries import access as queries
from phoenix.modules.admin.queries.access import Review
from phoenix.modules.keys.actions.api_keys import account_of_key, revoke_api_key

PURPOSE = "access review"


async def sign_review(runtime: Runtime, tx: Transaction, actor: Actor) -> str:
    """Keep what access there is now, signed in the name of whoever has looked through it. Returns the id of the review."""
    now = tx.now
    totals = await tx.one(queries.TOTALS, now)
    found = {
        "staff": msgspec.to_builtins(await tx.all(queries.HOLDINGS)),
        "keys": totals.keys,
        "roles": totals.roles,
    }
    review = new_id("rev")
    signature = _signature(runtime.keys, review, now, actor.account, found)
    await tx.execute(queries.ADD_REVIEW, review, now, actor.account, found, signature)
    tx.record(AccessReviewed(subject=review, staff=len(found["staff"]), keys=totals.keys))
    return review


async def revoke_key(tx: Transaction, actor: Actor, key: str) -> None:
    """Revoke someone's API key. Raises NotFound, and Forbidden if its account has a permission that the actor lacks."""
    account = await account_of_key(tx, key)
    await take_turn(tx, actor, account)
    await revoke_api_key(tx, account, key)


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
