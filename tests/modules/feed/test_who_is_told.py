"""Who can see an event: everyone with its permission, in the feed and over sockets. These tests cover every kind of event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.harness import NOW, Harness, Place

from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.actor import MembershipRecord
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.module import EventKind
from phoenix.kernel.registry import Registry
from phoenix.kernel.registry.happened import ids_in
from phoenix.modules.feed.api import feed_key
from phoenix.modules.feed.items import feed_item, visible_kinds
from phoenix.modules.feed.live import tell
from phoenix.modules.feed.queries import FeedRow

IN_FEED = {name: kind for name, kind in REGISTRY.events.items() if kind.feed}
GUARDED = {name: kind for name, kind in IN_FEED.items() if kind.permission}
GUARDS = sorted({kind.permission for kind in GUARDED.values()})


def without(permission: str, role: str = "viewer") -> Registry:
    """The same product, where one role lacks one permission."""
    modules = tuple(
        replace(module, roles={name: given - {permission} if name == role else given for name, given in module.roles.items()})
        for module in MODULES
    )
    return Registry(modules)


def recorded(number: int, kind: EventKind, organisation: str | None = "org_1") -> Recorded:
    """An event of that kind, with a value in every field."""
    fields = [name for name in kind.type.__struct_fields__ if name not in {"organisation", "subject"}]
    data: Mapping[str, Any] = {name: f"secret {name}" for name in fields}
    return Recorded(1, number, f"evt_{number}", kind.type.kind, organisation, "acc_1", "ent_1", dict(data), NOW)


def membership(permissions: frozenset[str]) -> MembershipRecord:
    return MembershipRecord("org_1", "ember", "Ember", "viewer", permissions)


def test_every_kind_of_event_in_the_feed_declares_who_may_see_it() -> None:
    assert len(GUARDED) > 5
    assert sorted(set(IN_FEED) - set(GUARDED)) == [], "an event that everyone sees needs a reason"


@pytest.mark.parametrize("name", sorted(IN_FEED))
def test_members_read_neither_what_only_the_audit_log_keeps_nor_which_of_the_staff_acted(name: str) -> None:
    kind = IN_FEED[name]
    event = recorded(1, kind)
    row = FeedRow(number=1, id=event.id, kind=name, actor=event.actor, subject="acc_2", data=event.data, occurred_at=NOW)
    item = feed_item(REGISTRY, row, {"acc_1": "Ada", "acc_2": "Bo"}, "ember")
    seen = str((item.data, item.summary, item.link))
    for field in () if kind.common else kind.written:
        assert f"secret {field}" not in seen
    assert (item.actor is None) == kind.by_staff
    if kind.by_staff:
        assert "acc_1" not in seen
        assert ids_in(REGISTRY, row) == ({"acc_2"} if "subject" in kind.ids else set())


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_the_feed_shows_a_kind_only_to_people_who_may_see_it(name: str) -> None:
    every = frozenset(REGISTRY.permissions)
    permission = GUARDED[name].permission
    assert name in visible_kinds(REGISTRY, membership(every))
    assert name not in visible_kinds(REGISTRY, membership(every - {permission}))
    assert name not in visible_kinds(REGISTRY, membership(every - {permission}), GUARDED[name].group)
    assert name in visible_kinds(REGISTRY, membership(frozenset({permission})))


@pytest.mark.parametrize("permission", GUARDS)
def test_readers_with_different_permissions_share_no_cached_page(permission: str) -> None:
    every = frozenset(REGISTRY.permissions)
    assert feed_key(membership(every), "en") != feed_key(membership(every - {permission}), "en")


@pytest.mark.parametrize("permission", GUARDS)
def test_a_member_cannot_read_events_that_their_role_may_not_see(place: Place, permission: str) -> None:
    async def run() -> None:
        async with Harness(place, registry=without(permission)) as harness:
            ember = await harness.organisation("ember", ada="owner", vic="viewer")
            async with harness.runtime.database.transaction(actor=harness.people["ada"].id) as tx:
                for kind in GUARDED.values():
                    fields = [name for name in kind.type.__struct_fields__ if name not in {"organisation", "subject"}]
                    tx.record(kind.type(organisation=ember, subject="ent_1", **{name: f"secret {name}" for name in fields}))
            hidden = {name for name, kind in GUARDED.items() if kind.permission == permission}
            for path in (f"/api/v2/feed?organisation={ember}", f"/api/v2/feed?organisation={ember}&limit=50"):
                seen = {name: {item["kind"] for item in (await harness.get(path, by=name)).json()["items"]} for name in ("ada", "vic")}
                assert seen == {"ada": set(GUARDED), "vic": set(GUARDED) - hidden}

    asyncio.run(run())


@pytest.mark.parametrize("permission", GUARDS)
def test_a_room_receives_full_events_only_if_every_member_may_see_them(place: Place, permission: str) -> None:
    async def run() -> None:
        async with Harness(place, registry=without(permission)) as harness:
            batch = [recorded(number, kind) for number, kind in enumerate(IN_FEED.values())]
            messages = await tell(harness.runtime, batch)
            assert [(room, event) for room, event, _ in messages] == [("organisation:org_1", "feed")] * len(batch)
            for event, (_room, _event, numbered) in zip(batch, messages, strict=True):
                payload = numbered.payload
                if IN_FEED[event.kind].permission == permission:
                    assert payload == {"organisation": "org_1", "id": event.id, "position": f"1-{event.number}"}, event.kind
                else:
                    assert (payload["kind"], payload["subject"], payload["data"]["names"]) == (event.kind, "ent_1", {})

    asyncio.run(run())


def test_events_without_an_organisation_or_outside_the_feed_are_sent_to_no_room(place: Place) -> None:
    async def run() -> None:
        async with Harness(place) as harness:
            kinds = REGISTRY.events.values()
            quiet = [recorded(number, kind) for number, kind in enumerate(kinds) if not kind.feed]
            alone = [recorded(1000 + number, kind, None) for number, kind in enumerate(kinds)]
            assert await tell(harness.runtime, [*quiet, *alone]) == []

    asyncio.run(run())
