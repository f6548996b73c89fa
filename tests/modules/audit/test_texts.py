"""What people wrote is in the audit log as a salted hash: it can be erased, and the log still verifies."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from datetime import timedelta

import pytest
from tests.harness import Harness
from tests.modules.audit.log import WROTE, filled, locked, mentions, tamper

from phoenix.kernel.data.upkeep import empty_leaving_fields
from phoenix.modules.accounts.jobs import erase_due
from phoenix.modules.audit.actions import chain, rechain, verify
from phoenix.modules.audit.actions.rechain import replace_texts
from phoenix.modules.audit.actions.state import BEFORE_THE_FIRST
from phoenix.modules.audit.commands import sign_audit_log
from phoenix.modules.audit.errors import AuditLogBroken
from phoenix.modules.audit.jobs import replace_old_texts
from phoenix.modules.audit.queries import AuditRow


async def _erase(harness: Harness, name: str) -> None:
    # Whoever is locked is not erased until they are unlocked, since they cannot cancel it.
    due = harness.clock.now() - timedelta(hours=1)
    await harness.sql("UPDATE accounts SET erase_at = $2, locked_at = NULL WHERE id = $1", harness.people[name].id, due)
    await erase_due(harness.runtime)
    await harness.work()
    await harness.follow()
    assert "audit.erase_texts" in await harness.work()


async def _as_2_0_wrote_it(harness: Harness, rows: int = 0) -> None:
    """The log as code of 2.0 wrote it: with all texts of the events in its rows."""
    stored = await harness.sql("SELECT l.*, e.data AS full FROM audit_log l JOIN events e ON e.id = l.event_id ORDER BY l.number")
    previous = BEFORE_THE_FIRST
    await harness.sql("DROP TRIGGER audit_texts_rows_stay ON audit_texts")
    await harness.sql("DELETE FROM audit_texts")
    await harness.sql("DELETE FROM audit_state")
    for row in stored:
        made = AuditRow(
            row["number"], row["at"], row["actor_id"], row["impersonator_id"], row["action"], row["subject"], row["organisation_id"],
            row["full"], row["event_id"], previous, b"",
        )  # fmt: skip
        hashed = chain.hash_of(made)
        await harness.sql("ALTER TABLE audit_log DISABLE TRIGGER ALL")
        await harness.sql(
            "UPDATE audit_log SET data = $2, previous_hash = $3, hash = $4 WHERE number = $1", row["number"], row["full"], previous, hashed
        )
        previous = hashed
    await harness.sql("ALTER TABLE audit_log ENABLE TRIGGER ALL")
    async with harness.runtime.database.transaction() as tx:
        await chain.set_head(harness.runtime, tx, stored[-1]["number"], previous)
    (harness.place.folder / "audit_head").unlink()


def test_the_log_holds_a_salted_hash_of_what_people_wrote(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await locked(harness)
            assert await mentions(harness, WROTE) == {"events": 1, "audit_texts": 1}
            text = (await harness.sql("SELECT * FROM audit_texts"))[0]
            row = (await harness.sql("SELECT data FROM audit_log WHERE number = $1", text["number"]))[0]
            assert row["data"]["reason"] == {"sha256": hashlib.sha256(text["salt"] + WROTE.encode()).hexdigest()}
            assert (await verify.check(harness.runtime)).fault == ""
            await harness.sql("ALTER TABLE audit_texts DISABLE TRIGGER ALL")
            await harness.sql("UPDATE audit_texts SET text = 'No reason.'")
            assert (await verify.check(harness.runtime)).fault == f"A text of row {text['number']} was changed."

    asyncio.run(run())


@pytest.mark.parametrize("who", ["zora", "staff"])
def test_erasure_removes_text_and_salt_and_the_log_still_verifies(harness: Harness, who: str) -> None:
    """Whether the person wrote it, or it was written about them."""

    async def run() -> None:
        async with harness:
            await locked(harness)
            await harness.person("other", permissions=("platform.admin",))
            await _erase(harness, who)
            assert await mentions(harness, WROTE) == {}
            assert await harness.sql("SELECT 1 FROM audit_texts") == []
            checked = await verify.check(harness.runtime)
            assert checked.fault == ""
            assert checked.rows == len(await harness.sql("SELECT 1 FROM audit_log")) > 1

    asyncio.run(run())


def test_an_erased_person_leaves_no_title_in_events_of_today(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", zora="member")
            body = {"organisation": ember, "title": "Unmistakable", "body": "Unmistakable too"}
            assert (await harness.post("/api/v2/entries", by="zora", json=body)).status_code == 201
            assert (await harness.post("/api/v2/entries", by="ada", json={**body, "title": "Of Ada"})).status_code == 201
            await harness.follow()
            assert await mentions(harness, "Unmistakable") == {"events": 2}
            await _erase(harness, "zora")
            assert await mentions(harness, "Unmistakable too") == {"events": 1}
            assert await mentions(harness, "Of Ada") == {"events": 1}

    asyncio.run(run())


def test_titles_leave_events_after_a_day_and_never_get_into_the_log(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness, 3)
            leaving = harness.registry.leaving
            assert await mentions(harness, "quotes") == {"events": 3}
            assert await empty_leaving_fields(harness.runtime.database, leaving) == 0
            assert await mentions(harness, "quotes") == {"events": 3}, "code of 2.0 shows them for as long as an update takes"
            harness.clock.advance(days=1)
            assert await empty_leaving_fields(harness.runtime.database, leaving) == 3
            assert await empty_leaving_fields(harness.runtime.database, leaving) == 0
            assert await mentions(harness, "quotes") == {}
            feed = (await harness.get(f"/api/v2/feed?organisation={harness.organisations['ember']}", by="ada")).json()
            assert "quotes" in feed["items"][0]["data"]["title"], "it is read where it lives"

    asyncio.run(run())


def test_rows_of_before_are_chained_again_once(harness: Harness, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO) -> None:
    """In batches, between which the log verifies and is appended to; the log says which end was replaced."""

    async def run() -> None:
        async with harness:
            await locked(harness)
            await filled(harness, 20)
            await _as_2_0_wrote_it(harness)
            assert await mentions(harness, WROTE) == {"events": 1, "audit_log": 1}
            before = await verify.check(harness.runtime)
            head = (await harness.sql("SELECT hash FROM audit_head"))[0]["hash"].hex()
            assert before.fault == ""
            monkeypatch.setattr(rechain, "BATCH", 7)
            for _ in range(2):
                async with harness.runtime.database.transaction() as tx:
                    assert await rechain._replace_batch(harness.runtime, tx) == 7
                assert (await verify.check(harness.runtime)) == verify.Verification(before.rows, "")
            ember = harness.organisations["ember"]
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "While it is under way"})
            await harness.follow()
            async with harness.runtime.database.reader() as db:
                assert await verify.check_end(harness.runtime, db) == ""
            await replace_texts(harness.runtime)
            assert await mentions(harness, WROTE) == {"events": 1, "audit_texts": 1}
            assert "quotes" not in str(await harness.sql("SELECT data FROM audit_log"))
            assert (await verify.check(harness.runtime)) == verify.Verification(before.rows + 1, "")
            events = await harness.sql("SELECT subject, data FROM events WHERE kind = 'audit.rechained'")
            assert [row["subject"] for row in events] == [str(before.rows + 1)]
            await harness.follow()
            await replace_old_texts(harness.runtime)
            assert len(await harness.sql("SELECT 1 FROM events WHERE kind = 'audit.rechained'")) == 1
            assert (await verify.check(harness.runtime)).fault == ""
            lines = [json.loads(line) for line in logged.getvalue().splitlines()]
            said = [line for line in lines if line["event"] == "audit_log_rechained"]
            assert [line["before"] for line in said] == [events[0]["data"]["before"]]
            assert head != said[0]["before"], "a row was appended since"
            # Erasure now reaches what 2.0 wrote.
            await _erase(harness, "zora")
            assert await mentions(harness, WROTE) == {}
            assert (await verify.check(harness.runtime)).fault == ""

    asyncio.run(run())


def test_texts_of_those_whom_2_0_erased_are_erased_when_they_are_found(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await locked(harness)
            await _as_2_0_wrote_it(harness)
            await harness.sql("UPDATE accounts SET erased_at = now() WHERE id = $1", harness.people["zora"].id)
            await replace_old_texts(harness.runtime)
            assert "audit.erase_texts" in await harness.work()
            assert await mentions(harness, WROTE) == {}
            assert (await verify.check(harness.runtime)).fault == ""

    asyncio.run(run())


def test_what_code_of_2_0_appends_beside_this_one_is_replaced_too(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await locked(harness)
            await replace_old_texts(harness.runtime)
            assert await mentions(harness, WROTE) == {"events": 1, "audit_texts": 1}
            last = (await harness.sql("SELECT * FROM audit_log ORDER BY number DESC LIMIT 1"))[0]
            row = AuditRow(
                last["number"] + 1, last["at"], harness.people["staff"].id, None, "admin.account_locked", harness.people["zora"].id, None,
                {"reason": "Of 2.0"}, "evt_2_0", last["hash"], b"",
            )  # fmt: skip
            hashed = chain.hash_of(row)
            async with harness.runtime.database.transaction() as tx:
                connection = await tx.connection()
                await connection.execute(
                    "INSERT INTO audit_log VALUES ($1, $2, $3, NULL, $4, $5, NULL, $6, $7, $8, $9)",
                    row.number, row.at, row.actor, row.action, row.subject, row.data, row.event, row.previous_hash, hashed,
                )  # fmt: skip
                await chain.set_head(harness.runtime, tx, row.number, hashed)
            assert (await verify.check(harness.runtime)).fault == ""
            await replace_old_texts(harness.runtime)
            assert await mentions(harness, "Of 2.0") == {"audit_texts": 1}
            assert (await verify.check(harness.runtime)).fault == ""

    asyncio.run(run())


def test_a_log_whose_end_was_cut_off_is_not_chained_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness)
            await _as_2_0_wrote_it(harness)
            await tamper(harness, "DELETE FROM audit_log WHERE number = (SELECT max(number) FROM audit_log)")
            with pytest.raises(AuditLogBroken, match="cut off"):
                await replace_texts(harness.runtime)
            assert await harness.sql("SELECT 1 FROM events WHERE kind = 'audit.rechained'") == []

    asyncio.run(run())


def test_a_log_that_was_altered_is_not_chained_again(harness: Harness, logged: io.StringIO) -> None:
    """The new chain would hide it, and an operator's signature does not change that."""

    async def run() -> None:
        async with harness:
            await locked(harness)
            await filled(harness)
            await _as_2_0_wrote_it(harness)
            await tamper(harness, "UPDATE audit_log SET actor_id = 'acc_other' WHERE number = 3")
            await replace_old_texts(harness.runtime)
            await sign_audit_log(harness.runtime)
            await replace_old_texts(harness.runtime)
            assert (await verify.check(harness.runtime)).fault == "Row 3 was changed."
            assert await harness.sql("SELECT 1 FROM events WHERE kind = 'audit.rechained'") == []
            assert "audit_log_broken" in logged.getvalue()

    asyncio.run(run())
