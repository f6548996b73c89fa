"""Presence as JSON."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.actor import Membership
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get, put
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.presence import queries
from phoenix.modules.presence.actions import choose


class PersonHere(Struct):
    id: str
    name: str


class PresenceAnswer(Struct):
    """Who of an organisation is here now: at most 50 of them, and how many there are. `enabled` is whether it is shown at all."""

    organisation: str
    enabled: bool
    here: list[PersonHere]
    count: int


class SwitchData(Struct, forbid_unknown_fields=True):
    """Whether the organisation shows who is here."""

    enabled: bool


class Visibility(Struct, forbid_unknown_fields=True):
    """Whether others see that you are here."""

    visible: bool


@get("/api/v2/presence", may="organisations.read", within="organisation", queries=3)
async def read_presence(call: Call, member: Membership) -> PresenceAnswer:
    """Get who of an organisation is here now."""
    return await _presence(call, member)


@put("/api/v2/presence", may="organisations.manage", within="organisation", queries=6)
async def switch_presence(call: Call, member: Membership, data: SwitchData) -> PresenceAnswer:
    """Choose whether an organisation shows who is here."""
    await choose.switch(call.tx, member, on=data.enabled)
    return await _presence(call, member)


@get("/api/v2/me/visibility", may=SIGNED_IN, queries=1)
async def read_visibility(call: Call) -> Visibility:
    """Get whether others see that you are here."""
    return Visibility(not await call.db.one(queries.IS_HIDDEN, call.actor.account))


@put("/api/v2/me/visibility", may=SIGNED_IN, queries=4)
async def set_visibility(call: Call, data: Visibility) -> Visibility:
    """Choose whether others see that you are here."""
    await choose.set_visible(call.tx, call.actor.account, visible=data.visible)
    return Visibility(not await call.tx.one(queries.IS_HIDDEN, call.actor.account))


async def _presence(call: Call, member: Membership) -> PresenceAnswer:
    off = await call.db.one(queries.IS_OFF, member.organisation)
    here = await call.db.maybe(queries.HERE, call.db.now, member.organisation)
    people = await names(call.db, here.accounts) if here is not None else {}
    shown = [PersonHere(account, people.get(account, _("Someone"))) for account in here.accounts] if here is not None else []
    return PresenceAnswer(member.organisation, not off, shown, here.count if here is not None else 0)


ROUTES = (read_presence, switch_presence, read_visibility, set_visibility)
