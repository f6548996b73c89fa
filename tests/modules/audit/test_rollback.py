"""An older log, restored with its older signed head, is found by what this machine saved outside the database."""

from __future__ import annotations

import asyncio
import io
import json
import os

import pytest
from tests.harness import Harness
from tests.modules.audit.log import filled, tamper

from phoenix.kernel.errors import PhoenixError
from phoenix.modules.audit.actions import verify
from phoenix.modules.audit.actions.witness import path_of, read_witness
from phoenix.modules.audit.commands import sign_audit_log, verify_audit_log

ALL = ("audit_log", "audit_head", "audit_texts", "audit_state", "events", "event_followers", "audit_checks")


async def _keep(harness: Harness) -> None:
    for table in ALL:
        await harness.sql(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608 - our own names


async def _roll_back(harness: Harness) -> None:
    """Restore everything that says how far the log had come, as the owner of the database can."""
    for table in ALL:
        await harness.sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        await harness.sql(f"TRUNCATE {table} CASCADE")
        await harness.sql(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept_{table}")  # noqa: S608 - our own names
        await harness.sql(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


async def _post(harness: Harness, title: str) -> None:
    entry = {"organisation": harness.organisations["ember"], "title": title}
    assert (await harness.post("/api/v2/entries", by="ada", json=entry)).status_code == 201


def test_a_log_rolled_back_with_everything_around_it_is_found(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness, 4)
            await _keep(harness)
            await _post(harness, "What is to be forgotten")
            await harness.follow()
            assert (await verify.check(harness.runtime)).fault == ""
            await _roll_back(harness)
            fault = "The log was rolled back: this machine has seen row 5, which is missing."
            assert (await verify.check(harness.runtime)).fault == fault
            async with harness.runtime.database.reader() as db:
                assert await verify.check_end(harness.runtime, db) == fault
            with pytest.raises(PhoenixError, match="rolled back"):
                await verify_audit_log(harness.runtime)

    asyncio.run(run())


def test_a_log_rolled_back_is_not_continued_until_an_operator_signs_it(harness: Harness) -> None:
    """As after restoring a backup."""

    async def run() -> None:
        async with harness:
            await filled(harness, 4)
            await _keep(harness)
            await _post(harness, "What is to be forgotten")
            await harness.follow()
            await _roll_back(harness)
            await _post(harness, "Something else")
            with pytest.raises(PhoenixError, match="rolled back"):
                await harness.follow()
            assert len(await harness.sql("SELECT 1 FROM audit_log")) == 4
            assert await sign_audit_log(harness.runtime) == "Row 4 is now the signed end."
            await harness.follow()
            assert (await verify.check(harness.runtime)) == verify.Verification(6, "")
            assert len(await harness.sql("SELECT 1 FROM audit_log WHERE action = 'audit.signed'")) == 1

    asyncio.run(run())


def test_a_log_rolled_back_and_continued_elsewhere_is_found(harness: Harness) -> None:
    """By another machine, which saw nothing of what was forgotten."""

    async def run() -> None:
        async with harness:
            await filled(harness, 4)
            await _keep(harness)
            await _post(harness, "What is to be forgotten")
            await harness.follow()
            saved = path_of(harness.runtime).read_bytes()
            await _roll_back(harness)
            path_of(harness.runtime).unlink()
            said = await verify_audit_log(harness.runtime)
            assert (
                said
                == "Audit log verified: 4 rows. This machine has not saved the end of an earlier log, so it cannot tell whether the log was rolled back."
            )
            for title in ("Something else", "And more"):
                await _post(harness, title)
            await harness.follow()
            assert (await verify.check(harness.runtime)) == verify.Verification(6, "")
            path_of(harness.runtime).write_bytes(saved)
            fault = "The log was rolled back and continued: row 5 is not the one this machine has seen."
            assert (await verify.check(harness.runtime)).fault == fault

    asyncio.run(run())


def test_a_machine_that_saw_less_than_another_finds_nothing_wrong(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness, 2)
            saved = path_of(harness.runtime).read_bytes()
            await filled_more(harness)
            path_of(harness.runtime).write_bytes(saved)
            assert (await verify.check(harness.runtime)).fault == ""
            await sign_audit_log(harness.runtime)
            await harness.follow()
            path_of(harness.runtime).write_bytes(saved)
            assert (await verify.check(harness.runtime)).fault == "", "what it saw before an operator signed counts no longer"

    asyncio.run(run())


async def filled_more(harness: Harness) -> None:
    for number in range(3):
        await _post(harness, f"More {number}")
    await harness.follow()


def test_the_saved_head_is_sealed_private_and_logged(harness: Harness, logged: io.StringIO) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness, 2)
            path = path_of(harness.runtime)
            assert path.stat().st_mode & 0o777 == 0o600
            witness = read_witness(harness.runtime)
            head = (await harness.sql("SELECT number, hash FROM audit_head"))[0]
            assert witness is not None
            assert (witness.number, witness.hash) == (head["number"], head["hash"])
            lines = [json.loads(line) for line in logged.getvalue().splitlines()]
            assert (head["number"], head["hash"].hex()) in [
                (line["number"], line["hash"]) for line in lines if line["event"] == "audit_head"
            ]
            path.write_bytes(path.read_bytes()[:-1] + b"x")
            fault = "The file audit_head in the data folder was changed, or belongs to another installation."
            assert (await verify.check(harness.runtime)).fault == fault

    asyncio.run(run())


def test_the_state_of_the_log_cannot_be_forged(harness: Harness) -> None:
    """It says where the chain was made again: a forged one could hide a change."""

    async def run() -> None:
        async with harness:
            await filled(harness, 2)
            await tamper(harness, "INSERT INTO audit_state VALUES (true, 7, 1, 'x', 'y', 'signed')")
            assert (await verify.check(harness.runtime)).fault == "The state of the log is not signed by this installation."

    asyncio.run(run())


def test_a_head_that_cannot_be_saved_stops_the_follower(harness: Harness, logged: io.StringIO) -> None:
    """From then on a roll-back would not be found, so it must not go unnoticed."""

    async def run() -> None:
        async with harness:
            await filled(harness, 1)
            await _post(harness, "The next")
            blocked = path_of(harness.runtime).with_suffix(f".{os.getpid()}")
            blocked.mkdir()
            with pytest.raises(IsADirectoryError):
                await harness.follow()
            assert "audit_head_not_saved" in logged.getvalue()
            blocked.rmdir()
            await _post(harness, "And another")
            await harness.follow()
            assert (await verify.check(harness.runtime)).fault == ""

    asyncio.run(run())
