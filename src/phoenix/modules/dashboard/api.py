"""The dashboard as JSON, and as cached bytes for hot reads."""

from __future__ import annotations

import zlib
from typing import Any
from urllib.parse import unquote_plus

from msgspec import Struct

from phoenix.kernel.actor import Actor, Membership, MembershipRecord
from phoenix.kernel.cache.cache import Watch
from phoenix.kernel.cache.keys import EVENTS, MEMBERS
from phoenix.kernel.language import _
from phoenix.kernel.module import Card
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.answer import ANSWER, Answer, answer
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.modules.dashboard import queries

PREFIX = b"organisation="


class CardAnswer(Struct):
    name: str
    title: str
    data: Any


class Dashboard(Struct):
    cards: list[CardAnswer]


def visible_cards(registry: Registry, membership: MembershipRecord) -> list[Card]:
    """The cards a member can see."""
    return [card for card in registry.cards if card.permission in membership.permissions]


def dashboard_key(actor: Actor, membership: MembershipRecord) -> str:
    """The cache key: cards can depend on the reader, count days in their time zone, and have titles in their language."""
    permissions = zlib.crc32(",".join(sorted(membership.permissions)).encode())
    return f"dashboard:{membership.organisation}:{actor.account}:{actor.time_zone}:{actor.locale}:{permissions}"


def hot_key(actor: Actor, query_string: bytes) -> str | None:
    """The key for a query with only `?organisation=`; every other query goes to the framework."""
    if not query_string.startswith(PREFIX) or b"&" in query_string:
        return None
    membership = actor.membership(unquote_plus(query_string[len(PREFIX) :].decode("latin-1")))
    return dashboard_key(actor, membership) if membership and "dashboard.read" in membership.permissions else None


@get("/api/v2/dashboard", may="dashboard.read", within="organisation", queries=1)
async def read_dashboard(call: Call, member: Membership) -> Dashboard | Answer:
    """Get the cards of an organisation's dashboard, with days in your time zone."""
    actor, registry = call.actor, call.registry

    async def refill(watch: Watch) -> Answer:
        await watch.on(EVENTS(member.organisation), MEMBERS(member.organisation))
        cards = visible_cards(registry, member)
        data = await queries.cards_of(call.db, cards, actor, member)
        return answer(Dashboard([CardAnswer(card.name, _(card.title), found) for card, found in zip(cards, data, strict=True)]))

    return await call.runtime.cache.read(dashboard_key(actor, member), refill, codec=ANSWER)


ROUTES = (read_dashboard,)
