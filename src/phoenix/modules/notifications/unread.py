"""How many notifications are unread: what the bell on every page shows, cached for as long as nothing changes it."""

from __future__ import annotations

import msgspec

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.cache import Codec, Watch
from phoenix.kernel.cache.keys import ACCOUNT, KeyKind
from phoenix.kernel.data.lease import ANSWER_SECONDS
from phoenix.kernel.runtime import Runtime
from phoenix.modules.notifications import queries

INBOX = KeyKind("inbox")
"""The inbox of an account: its notifications, and which of them are read or archived."""

COUNT = Codec(encode=msgspec.msgpack.encode, decode=msgspec.msgpack.Decoder(int).decode)


async def unread(runtime: Runtime, actor: Actor) -> int:
    """How many are unread, up to 100: one query unless it is cached. It also depends on the memberships, see `queries.VISIBLE`."""
    account = actor.account

    async def count(watch: Watch) -> int:
        await watch.on(INBOX(account), ACCOUNT(account))
        async with runtime.database.reader(within=ANSWER_SECONDS) as db:
            inbox = await db.maybe(queries.INBOXES, [account])
            return inbox.unread if inbox is not None else 0

    return await runtime.cache.read(f"unread:{account}", count, codec=COUNT)
