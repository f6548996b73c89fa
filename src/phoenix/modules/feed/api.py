"""The feed as JSON, and as cached bytes for hot reads."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from urllib.parse import unquote_plus

from phoenix.kernel.actor import Actor, Membership, MembershipRecord
from phoenix.kernel.cache.cache import Watch
from phoenix.kernel.cache.keys import EVENTS, MEMBERS
from phoenix.kernel.data.cursors import Page, parse_limit
from phoenix.kernel.registry.happened import names_in, with_texts
from phoenix.kernel.web.answer import ANSWER, Answer, answer
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.modules.feed import queries
from phoenix.modules.feed.items import FeedItem, feed_item, visible_kinds

PREFIX = b"organisation="


def feed_key(membership: MembershipRecord, locale: str) -> str:
    """The cache key of the first page: everyone with the same permissions and the same language sees the same."""
    return f"feed:{membership.organisation}:{locale}:{zlib.crc32(','.join(sorted(membership.permissions)).encode())}"


def hot_key(actor: Actor, query_string: bytes) -> str | None:
    """The key for a query with only `?organisation=`; every other query goes to the framework."""
    if not query_string.startswith(PREFIX) or b"&" in query_string:
        return None
    membership = actor.membership(unquote_plus(query_string[len(PREFIX) :].decode("latin-1")))
    return feed_key(membership, actor.locale) if membership and "feed.read" in membership.permissions else None


@get("/api/v2/feed", may="feed.read", within="organisation", queries=3)
async def read_feed(
    call: Call, member: Membership, limit: int | None = None, cursor: str | None = None, kind: str | None = None
) -> Page[FeedItem] | Answer:
    """List the activity in an organisation, newest first. `kind` is a group of events, such as entries or people."""
    size = parse_limit(limit)
    kinds = visible_kinds(call.registry, member, kind or "")
    if cursor or kind or limit is not None:
        return await _page(call, member, kinds, cursor, size)

    async def refill(watch: Watch) -> Answer:
        await watch.on(EVENTS(member.organisation), MEMBERS(member.organisation))
        return answer(await _page(call, member, kinds, None, size))

    return await call.runtime.cache.read(feed_key(member, call.actor.locale), refill, codec=ANSWER)


async def _page(call: Call, member: Membership, kinds: Sequence[str], cursor: str | None, size: int) -> Page[FeedItem]:
    registry = call.registry
    query = queries.page_of(registry, kinds)
    made = await query.page(call.db, call.runtime.keys, member.organisation, list(kinds), cursor=cursor, limit=size)
    shown = await with_texts(call.db, registry, made.items)
    names = await names_in(call.db, registry, shown)
    return Page([feed_item(registry, row, names, member.slug) for row in shown], made.next_cursor)


ROUTES = (read_feed,)
