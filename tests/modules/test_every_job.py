"""Every job of every module can run late, twice, or for something that no longer exists, without doing harm."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from tests.harness import Harness

from phoenix.composition import REGISTRY
from phoenix.modules.accounts.actions.notices import SEND_NOTICE, NoticeDue


def of_what_is_gone(name: str) -> list[msgspec.Struct]:
    """Payloads that name things that do not exist, and an empty payload where possible."""
    payload = REGISTRY.jobs[name].kind.payload
    if payload is NoticeDue:
        return [NoticeDue("acc_gone", what) for what in REGISTRY.notices]
    fields = msgspec.structs.fields(payload)
    without: dict[str, Any] = {field.name: None for field in fields if isinstance(field.type, type(str | None))}
    values: dict[Any, Any] = {list[str]: ["gone"], bool: True, int: 1, int | None: 1}
    given = {field.name: values.get(field.type, "gone") for field in fields}
    return [payload(**given), payload(**{**given, **without})] if without else [payload(**given)]


@pytest.mark.parametrize("name", sorted(REGISTRY.jobs))
def test_a_job_for_something_deleted_does_nothing(harness: Harness, name: str) -> None:
    async def run() -> None:
        async with harness:
            for payload in of_what_is_gone(name):
                for _again in range(2):
                    await REGISTRY.jobs[name].run_encoded(harness.runtime, msgspec.json.encode(payload))
            assert await harness.events() == []
            assert await harness.work() == []
            assert harness.mails() == []

    asyncio.run(run())


# What they announce is no longer true once their subject is gone: they are not sent then.
ANNOUNCE = {"organisation_closing", "organisation_closing_soon", "organisation_copy_ready", "organisation_kept"}
ANNOUNCE |= {"owner_added", "owner_erased", "owner_removed", "you_own", "you_own_no_more", "ownership_offered_to_you"}
ANNOUNCE |= {"ownership_offered", "ownership_accepted", "ownership_declined", "ownership_withdrawn", "ownership_offer_ended"}
ANNOUNCE |= {"invitations_withdrawn", "service_keys_left", "service_keys_stopped"}


@pytest.mark.parametrize("what", sorted(ANNOUNCE))
def test_a_notice_that_is_no_longer_true_is_not_sent(harness: Harness, what: str) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            for about in ("", "gone"):
                await REGISTRY.jobs[SEND_NOTICE.name].run_encoded(harness.runtime, msgspec.json.encode(NoticeDue(ada.id, what, about)))
            assert harness.mails() == []

    asyncio.run(run())


@pytest.mark.parametrize("what", sorted(set(REGISTRY.notices) - ANNOUNCE))
def test_a_notice_is_sent_even_if_its_subject_was_deleted(harness: Harness, what: str) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            for about in ("", "gone"):
                await REGISTRY.jobs[SEND_NOTICE.name].run_encoded(harness.runtime, msgspec.json.encode(NoticeDue(ada.id, what, about)))
            first, second = harness.mails()
            for sent in (first, second):
                assert sent.to == ada.email
                assert "{" not in sent.text
                assert "None" not in sent.text

    asyncio.run(run())
