"""What webhooks are called, where others name them by their id: the host that they send to."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader
from phoenix.kernel.module import Title
from phoenix.modules.webhooks import queries


async def titles(db: Reader, actor: Actor, webhooks: Sequence[str]) -> Sequence[Title]:
    """The hosts of those webhooks that the actor manages, with where they are."""
    found = await db.all(queries.HOSTS, list(webhooks))
    managed = {m.organisation: m.slug for m in actor.memberships if actor.may("webhooks.manage", m.organisation)}
    return [Title(one.id, one.host, f"/o/{managed[one.organisation]}/webhooks/{one.id}") for one in found if one.organisation in managed]
