"""A job whose purpose has expired is marked failed instead of run: nobody gets a code that they asked for hours ago."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec import Struct
from tests.harness import Harness
from tests.kernel.test_jobs import failed_jobs, run_until

from phoenix.composition import REGISTRY
from phoenix.kernel.clock import SetClock
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime
from phoenix.modules.admin.queries.jobs import FAILED


class Numbered(Struct, frozen=True):
    n: int


KIND = JobKind("test.in_time", Numbered, first_delay=0.05, within=600)
FOR_EVER = JobKind("test.for_ever", Numbered, first_delay=0.05)


def test_a_job_is_not_run_once_it_is_too_late(harness: Harness) -> None:
    ran: list[int] = []

    async def fail_first(_: Runtime, payload: Numbered) -> None:
        """The server is away, and the attempt takes longer than what is sent is of use."""
        ran.append(payload.n)
        if payload.n == 1 and ran.count(1) == 1:
            harness.clock.advance(minutes=11)
            raise Unavailable("The mail server is away.")

    async def run() -> None:
        async with harness:
            # The database writes the time of a job, by its own clock.
            (row,) = await harness.sql("SELECT now() AS now")
            harness.clock.advance(seconds=(row["now"] - harness.clock.now()).total_seconds())
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, KIND, Numbered(1))
                await enqueue(tx, FOR_EVER, Numbered(2))

            async def done() -> bool:
                return len(await failed_jobs(harness)) == 1 and len(await harness.sql("SELECT 1 FROM pgqueuer")) == 1

            await run_until(harness, [Job(KIND, fail_first), Job(FOR_EVER, fail_first)], done)
            assert sorted(ran) == [1, 2]
            async with harness.runtime.database.reader() as db:
                (failed,) = (await FAILED.page(db, harness.runtime.keys, cursor=None, limit=10)).items
            assert "longer than what it was for is of use" in str(failed.traceback)

    assert isinstance(harness.clock, SetClock)
    asyncio.run(run())


def test_which_messages_are_given_up_before_the_day_is_over() -> None:
    """Every job that sends an email or a text message is in one of these: one with a code that someone waits for must not come hours later."""
    minutes = {
        "sign_in.send_sign_in_code": 10,
        "sign_in.send_reauthentication_code": 10,
        "sign_in.send_password_reset": 60,
        "sign_in.send_unlock": 60,
        "sign_in.send_address_change": 60,
        "sign_in.send_already_registered": 60,
        "sms.send_code": 10,
    }
    of_use_all_day = {
        "accounts.send_security_notice",
        "notifications.send_due",
        "notifications.send_email",
        "organisations.send_invitation",
        "sessions.send_new_device",
        "sign_in.send_address_changed",
        # Staff have removed the password: without this email its owner does not learn how to get in.
        "sign_in.send_forced_reset",
        # What was entered is kept for a day, and each attempt sends a new code.
        "sign_in.send_verification",
    }
    sending = {name: job.kind.within for name, job in REGISTRY.jobs.items() if ".send_" in name}
    assert {name: timedelta(seconds=within).total_seconds() / 60 for name, within in sending.items() if within is not None} == minutes
    assert {name for name, within in sending.items() if within is None} == of_use_all_day
