"""N4: an email that a mail server refused for ever, or that was given up, is sent once staff have mended the cause and replay its job."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.notifications.emailing import TO, mention_bo

from phoenix.kernel.data.jobs import replay
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.modules.notifications.actions.send import ABANDONED, SEND_EMAIL, send_due

STATES = "SELECT state, reason FROM notification_deliveries ORDER BY number"
JOBS = "SELECT id, payload FROM pgqueuer WHERE entrypoint = $1 AND status = 'queued'"


async def fail_once(harness: Harness, error: Exception) -> int:
    """Run the job that sends an email as a worker does the last time: it fails. Returns its number."""
    (job,) = await harness.sql(JOBS, SEND_EMAIL.name)
    with pytest.raises(type(error)):
        await harness.registry.jobs[SEND_EMAIL.name].run_encoded(harness.runtime, job["payload"])
    await harness.sql("UPDATE pgqueuer SET status = 'failed' WHERE id = $1", job["id"])
    return int(job["id"])


async def states(harness: Harness) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in await harness.sql(STATES)]


@pytest.mark.parametrize("how", ["refused", "gave_up"])
def test_a_replayed_email_is_sent_once(harness: Harness, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    error = PermanentFailure("The sender isn't allowed (code 553).") if how == "refused" else Unavailable("The mail server is away.")

    async def fail(to: str, mail: object) -> None:
        raise error

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            await mention_bo(harness)
            await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'notifications.send_due'")
            await send_due(harness.runtime)
            with monkeypatch.context() as away:
                away.setattr(harness.runtime.mailer, "send", fail)
                job = await fail_once(harness, error)
            if how == "gave_up":
                harness.clock.advance(seconds=ABANDONED.total_seconds() + 1)
                await send_due(harness.runtime)
            assert await states(harness) == [("refused", how)] * 2
            await harness.work()
            assert harness.mails(TO) == [], "nothing is sent again by itself"
            async with harness.runtime.database.transaction() as tx:
                assert await replay(tx, job)
            (waiting,) = await harness.sql(JOBS, SEND_EMAIL.name)
            await harness.work()
            assert [mail.subject for mail in harness.mails(TO)] == ["2 notifications"]
            assert await states(harness) == [("sent", None)] * 2
            # As one that ends before it is noted as done, and runs again.
            await harness.registry.jobs[SEND_EMAIL.name].run_encoded(harness.runtime, waiting["payload"])
            assert len(harness.mails(TO)) == 1

    asyncio.run(run())
