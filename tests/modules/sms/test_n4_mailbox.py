"""N4: where no provider is set, text messages are in the local mailbox, with their size and links."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.harness import Harness
from tests.modules.sms.texting import BO, PATH, choose, mention_bo

from phoenix.embedded.mailbox.store import Mailbox, mailbox_of
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.sms.message import OutgoingSms
from phoenix.kernel.sms.texter import Texter
from phoenix.kernel.sms.transports import transport_of
from phoenix.kernel.sms.transports.mailbox import MailboxTransport
from phoenix.settings import SettingsError, read_settings

ACCOUNT, KEY = "AC" + "a" * 32, "SK" + "a" * 32


def test_what_would_be_sent_is_in_the_mailbox(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            assert (await harness.post(PATH, by="bo", json={"number": BO})).status_code == 204
            await harness.work()
            assert (await harness.post(f"{PATH}/confirm", by="bo", json={"code": harness.code(BO)})).status_code == 204
            await choose(harness)
            await mention_bo(harness)
            message = harness.mails(BO)[0]
            assert message.is_sms
            (link,) = re.findall(r"http://phoenix\.test\S+", message.text)
            shown = mailbox_of(harness.runtime.settings)
            shown.add([message.to], sender="", subject="", text=message.text, html="", source="", at=harness.clock.now())
            async with harness.new_client(address="127.0.0.1") as client:
                page = (await client.get("http://localhost/mailbox")).text
            assert "Text message" in page
            assert BO in page
            assert "1 segment in GSM-7" in page
            assert f'<a href="{link}"' in page

    asyncio.run(run())


def test_a_mailbox_or_provider_that_is_away_or_had_enough_is_asked_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            with pytest.raises(Unavailable, match="mailbox is not responding"):
                await MailboxTransport(1).carry(OutgoingSms(BO, "Hello"))
            with pytest.raises(Unavailable, match="Nothing sends"):
                await Texter(None, harness.runtime.limiter, rate=1, a_day=10).send(OutgoingSms(BO, "Hello"))
            one = Texter(transport_of(harness.runtime.settings, harness.runtime.http), harness.runtime.limiter, rate=1, a_day=10)
            await one.send(OutgoingSms(BO, "Hello"))
            with pytest.raises(Unavailable, match="enough for now"):
                await one.send(OutgoingSms(BO, "Hello"))
            assert len(Mailbox(harness.place.folder / "mailbox").newest(to=BO)) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PHOENIX_TWILIO_ACCOUNT": ACCOUNT}, "PHOENIX_SMS_FROM must say"),
        ({"PHOENIX_TWILIO_ACCOUNT": ACCOUNT, "PHOENIX_SMS_FROM": "Phoenix"}, "PHOENIX_TWILIO_TOKEN must be set"),
        ({"PHOENIX_TWILIO_ACCOUNT": ACCOUNT, "PHOENIX_SMS_FROM": "Phoenix", "PHOENIX_TWILIO_KEY": KEY}, "belong together"),
        ({"PHOENIX_TWILIO_ACCOUNT": "x"}, "PHOENIX_TWILIO_ACCOUNT must be"),
        ({"PHOENIX_TWILIO_KEY": "x"}, "PHOENIX_TWILIO_KEY must be"),
        ({"PHOENIX_SMS_FROM": "a sender that is too long"}, "PHOENIX_SMS_FROM must be"),
        ({"PHOENIX_SMS_COUNTRIES": "+49,43"}, "PHOENIX_SMS_COUNTRIES contains '43'"),
    ],
)
def test_settings_that_cannot_work_are_refused(variables: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        read_settings(variables)
