"""N3, over every kind that a module declares: it says what happened, why someone was notified, and leads somewhere."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec
import pytest
from tests.harness import Harness
from tests.modules.notifications.notifying import inbox

from phoenix.composition import REGISTRY
from phoenix.kernel.module import NotificationKind
from phoenix.kernel.registry.happened import holes

KINDS = list(REGISTRY.optional_notifications.values())
EVERY_EVENT = {"organisation", "subject"}


def fields_of(kind: NotificationKind) -> set[str]:
    return {field.name for field in msgspec.structs.fields(kind.type)} - EVERY_EVENT


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_kind_speaks_of_what_its_event_has(kind: NotificationKind) -> None:
    event = REGISTRY.events[kind.type.kind]
    known = {"actor", "subject", "organisation"} | fields_of(kind) | set(event.texts)
    assert set(holes(kind.words)) <= known
    assert set(holes(kind.link)) <= known
    assert not isinstance(kind.to, str) or kind.to in {"subject"} | fields_of(kind)
    # What staff do is shown to nobody with the name of who did it.
    assert not (event.by_staff and "actor" in holes(kind.words))
    assert kind.name.partition(".")[0] in {module.name for module in REGISTRY.modules if kind in module.notifications}
    assert re.fullmatch(r"You were notified because .+\.", kind.why)
    assert not kind.words.endswith(".")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if isinstance(kind.to, str)], ids=lambda kind: kind.name)
def test_a_kind_reaches_whom_it_is_for_in_words_without_ids(harness: Harness, kind: NotificationKind) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member", cy="member")
            people = {name: person.id for name, person in harness.people.items()}
            given: dict[str, Any] = {"organisation": ember, "subject": people["cy"]}
            given |= {field: people["cy"] if field in REGISTRY.events[kind.type.kind].ids else "member" for field in fields_of(kind)}
            given[str(kind.to)] = people["bo"]
            async with harness.runtime.database.transaction(actor=people["ada"]) as tx:
                tx.record(kind.type(**given))
            await harness.follow()
            (item,) = await inbox(harness, "bo")
            assert (item["kind"], item["why"]) == (kind.name, kind.why)
            assert item["summary"] == item["summary"].strip()
            assert not re.search(r"[{}]|[a-z]{3}_[0-9a-z]{20}|Someone", item["summary"]), item["summary"]
            assert ("Ember" in item["summary"]) == ("{organisation}" in kind.words), "whoever is in several learns which it is about"
            if item["link"]:
                page = await harness.get(item["link"], by="bo", follow_redirects=True)
                assert page.status_code in {200, 403, 404}, "it leads to a page, which may be gone for this reader by now"
            for other in ("ada", "cy"):
                assert all(one["kind"] != kind.name for one in await inbox(harness, other))

    asyncio.run(run())
