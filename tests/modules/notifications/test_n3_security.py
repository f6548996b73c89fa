"""N3: what is about the security of an account is in its owner's inbox, whoever did it, and cannot be switched off."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from tests.harness import Harness
from tests.modules.notifications.notifying import inbox

from phoenix.composition import REGISTRY
from phoenix.kernel.module import EventKind

SHOWN = {name: kind for name, kind in REGISTRY.events.items() if kind.activity is not None}
# Of these nobody needs to look into any: they are done by the owner all the time, seen by nobody who is locked, or follow another one.
QUIET = {
    "accounts.created",
    "admin.account_locked",
    "admin.account_unlocked",
    "factors.sign_in_resumed",
    "sessions.ended",
    "sessions.impersonation_ended",
    "sessions.reauthenticated",
    "sessions.started",
}
NOTIFYING = [kind for name, kind in SHOWN.items() if name not in QUIET]
EXAMPLES: dict[Any, Any] = {str: "one", int: 3, bool: True, list[str]: ["entries.read"]}


def example(kind: EventKind, account: str) -> Any:
    """An event of that kind about an account, with something in each field."""
    given: dict[str, Any] = {"organisation": None, "subject": account}
    for field in msgspec.structs.fields(kind.type):
        if field.name not in given:
            found = msgspec.inspect.type_info(field.type)
            given[field.name] = found.values[0] if isinstance(found, msgspec.inspect.LiteralType) else EXAMPLES[field.type]
    return kind.type(**given)


@pytest.mark.parametrize("kind", NOTIFYING, ids=[kind.type.kind for kind in NOTIFYING])
def test_the_owner_is_notified_even_of_what_they_did(harness: Harness, kind: EventKind) -> None:
    async def run() -> None:
        async with harness:
            ada, bo = await harness.person("ada"), await harness.person("bo")
            switched_off = {"kinds": {kind.type.kind: {"inbox": False}}}
            assert (await harness.put("/api/v2/notification_preferences", by="ada", json=switched_off)).status_code == 422
            for actor in (ada.id, bo.id):
                async with harness.runtime.database.transaction(actor=actor) as tx:
                    tx.record(example(kind, ada.id))
            for _ in range(2):
                await harness.follow()
            assert kind.activity is not None
            items = await inbox(harness, "ada")
            assert [item["summary"] for item in items] == [kind.activity.words] * 2
            assert {item["why"] for item in items} == {"You were notified because it is about the security of your account."}
            assert {item["actor"] for item in items} == {None}, "staff are not named"
            assert (await harness.get(items[0]["link"], by="ada", follow_redirects=True)).status_code == 200
            assert await inbox(harness, "bo") == []
            await harness.work()
            assert harness.mails("ada@example.com") == [], "its email is a security notice, which whoever records it sends"

    asyncio.run(run())


def test_every_other_event_about_an_account_is_quiet_on_purpose() -> None:
    assert {name for name in SHOWN if name not in REGISTRY.notifications} == QUIET
    optional = set(REGISTRY.optional_notifications)
    assert optional.isdisjoint(SHOWN)
    assert optional | {kind.type.kind for kind in NOTIFYING} == set(REGISTRY.notifications)


def test_the_settings_offer_no_switch_for_it_and_say_so(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            page = (await harness.get("/settings/notifications", by="ada")).text
            assert "Notices about the security of your account always appear in your inbox." in page
            assert "sign_in.password_changed" not in page
            offered = (await harness.get("/api/v2/notification_preferences", by="ada")).json()["kinds"]
            assert {one["kind"] for one in offered} == set(REGISTRY.optional_notifications)

    asyncio.run(run())
