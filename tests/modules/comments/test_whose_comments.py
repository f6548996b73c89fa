"""A comment is changed by who may do so in its own organisation, whatever an address says."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of

from phoenix.kernel.errors import NotFound
from phoenix.modules.comments.actions.comments import change_comment, delete_comment, find_comment


def test_n3_evidence_from_another_organisation_changes_no_comment(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            other = await harness.organisation("other", ada="owner")
            made = await comment(harness, "ada", await entry_of(harness))
            async with harness.runtime.database.transaction() as tx:
                actor = await harness.sessions.follow(harness.people["ada"].token)
                assert actor is not None
                elsewhere = actor.require("comments.moderate", other)
                found = await find_comment(tx, made["id"])
                with pytest.raises(NotFound):
                    await change_comment(harness.runtime, tx, elsewhere, found, "Mine", versions=None)
                with pytest.raises(NotFound):
                    await delete_comment(tx, elsewhere, found, versions=None)

    asyncio.run(run())
