"""N5: staff send an email with sample data to their own address, and see what became of it."""

from __future__ import annotations

import asyncio

import pytest
from aiosmtpd.smtp import SMTP
from tests.harness import Harness
from tests.kernel.received import Received
from tests.modules.admin.panel import Panel
from tests.modules.email_texts.room import SUBJECT, VERIFY, save, staff

from phoenix.kernel.web.rendering import TOAST_COOKIE
from phoenix.modules.deliverability.actions.stop import BOUNCED, stop


def test_a_test_goes_to_ones_own_address_in_the_language_chosen(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            await save(panel, 0, {SUBJECT: "Los: {code}"}, path=f"{VERIFY}/de")
            await harness.events()
            answer = await panel.post(f"{VERIFY}/de/test", by="root", email="mallory@example.com", to="mallory@example.com")
            assert answer.status_code == 303
            assert await harness.events() == ["email_texts.test_sent"]
            (mail,) = harness.mails()
            assert (mail.to, mail.subject) == (harness.people["root"].email, "Test: Los: 40718263")

    asyncio.run(run())


def test_20_tests_an_hour(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            answers = [(await panel.post(f"{VERIFY}/en/test", by="root")).status_code for _ in range(21)]
            assert answers == [303] * 20 + [429]
            assert len(harness.mails()) == 20

    asyncio.run(run())


async def outcome(harness: Harness, panel: Panel) -> tuple[str, str]:
    """Send a test: what its event says became of it, and what the sender sees."""
    await harness.events()
    answer = await panel.post(f"{VERIFY}/en/test", by="root")
    assert answer.status_code == 303
    assert await harness.events() == ["email_texts.test_sent"]
    (row,) = await harness.sql("SELECT data FROM events WHERE kind = 'email_texts.test_sent' ORDER BY number DESC LIMIT 1")
    (toast,) = (value for name, value in answer.cookies.items() if TOAST_COOKIE in name)
    return row["data"]["outcome"], harness.runtime.keys.verify("toast", toast, now=harness.clock.now()) or ""


def test_an_address_without_emails_gets_no_test(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            address = harness.people["root"].email
            assert await outcome(harness, panel) == ("sent", f"Test sent to {address}.")
            async with harness.runtime.database.transaction() as tx:
                await stop(tx, {address: BOUNCED})
            assert await outcome(harness, panel) == ("stopped", f"Not sent: emails to {address} have stopped. Your profile says why.")
            assert len(harness.mails()) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "became", "words"),
    [
        ("554 5.7.1 no", "refused", "Not sent: the mail server refused it. The log says why."),
        ("450 4.2.0 later", "unavailable", "Not sent: no mail server could be reached. Try again later."),
    ],
)
def test_what_the_mail_server_does_is_said(harness: Harness, answer: str, became: str, words: str) -> None:
    async def run() -> None:
        received = Received()
        received.answers["RCPT"] = answer
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(received, hostname="localhost", loop=loop), "127.0.0.1", 0)
        harness.variables["PHOENIX_SMTP_URL"] = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with harness, Panel(harness) as panel:
            await staff(harness)
            assert await outcome(harness, panel) == (became, words)
        server.close()

    asyncio.run(run())
