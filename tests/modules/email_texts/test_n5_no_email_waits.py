"""N5: an email goes out whatever becomes of the texts that staff wrote for it, and costs no statement more for them."""

from __future__ import annotations

import asyncio
import io
import json

import asyncpg
import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.email_texts.room import save, staff

from phoenix.kernel.data.statements import noting
from phoenix.kernel.email import mailer
from phoenix.modules.email_texts.events import GENERATION
from phoenix.modules.sign_in.actions.emails import Owner
from phoenix.modules.sign_in.jobs import send_sign_in_code

SIGN_IN = "/staff/emails/sign_in/sign_in_code/texts/en"
SUBJECT = "Sign in: %(code)s"


async def emailed(harness: Harness, name: str) -> str:
    """Sign in by email, with the real job. Returns the subject of what arrived."""
    await harness.post("/api/v2/sessions/email_code", json={"email": harness.people[name].email})
    await harness.work()
    return harness.mails(harness.people[name].email)[0].subject


async def stale(harness: Harness) -> None:
    """The next email has to read the table."""
    async with harness.runtime.database.transaction() as tx:
        tx.invalidate(GENERATION)


def said_in_the_log(logged: io.StringIO) -> list[str]:
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    return [line["template"] for line in lines if line["event"] == "email_texts_not_read"]


def test_a_table_that_cannot_be_read_stops_no_email(harness: Harness, logged: io.StringIO) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await harness.person("ada")
            await save(panel, 0, {SUBJECT: "Come in: {code}"}, path=SIGN_IN)
            assert (await emailed(harness, "ada")).startswith("Come in: ")
            assert said_in_the_log(logged) == []
            await harness.sql("ALTER TABLE email_text_versions RENAME TO gone")
            await stale(harness)
            assert (await emailed(harness, "ada")).startswith("Sign in: ")
            assert said_in_the_log(logged) == ["sign_in/sign_in_code"]
            await harness.sql("ALTER TABLE gone RENAME TO email_text_versions")
            assert (await emailed(harness, "ada")).startswith("Come in: ")

    asyncio.run(run())


def test_a_table_that_is_locked_stops_no_email(harness: Harness, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await harness.person("ada")
            await save(panel, 0, {SUBJECT: "Come in: {code}"}, path=SIGN_IN)
            await stale(harness)
            monkeypatch.setattr(mailer, "TEXTS_SECONDS", 0.1)
            owner = await asyncpg.connect(harness.place.owner or harness.place.database)
            async with owner.transaction():
                await owner.execute("LOCK TABLE email_text_versions IN ACCESS EXCLUSIVE MODE")
                assert (await emailed(harness, "ada")).startswith("Sign in: ")
            await owner.close()
            assert said_in_the_log(logged) == ["sign_in/sign_in_code"]

    asyncio.run(run())


def test_a_hundred_emails_cost_a_hundred_times_the_statements_of_one(harness: Harness) -> None:
    # Statements are noted in development.
    harness.variables["PHOENIX_ENVIRONMENT"] = "development"

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            people = [(await harness.person(f"p{n}")).id for n in range(101)]

            async def statements(accounts: list[str]) -> int:
                with noting() as made:
                    for account in accounts:
                        await send_sign_in_code(harness.runtime, Owner(account=account))
                assert made
                return len(made)

            # The first email after a start or a change reads the texts.
            first = await statements(people[:1])
            before = await statements(people[:1])
            assert before == first - 1
            await save(panel, 0, {SUBJECT: "Come in: {code}"}, path=SIGN_IN)
            assert await statements(people[:1]) == first
            assert await statements(people[1:]) == before * 100
            assert {mail.subject.partition(":")[0] for mail in harness.mails(harness.people["p100"].email)} == {"Come in"}

    asyncio.run(run())
