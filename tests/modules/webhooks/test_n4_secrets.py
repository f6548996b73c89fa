"""N4: the secret of a webhook is replaced without losing anything, or at once."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.webhooks.receiving import happen, post, receiving, webhook

from phoenix.modules.webhooks import signing


def test_a_new_secret_signs_at_once_and_the_former_one_for_a_day_more(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            rotated = (await post(harness, f"/api/v2/webhooks/{made['id']}/rotate_secret?organisation={ember}")).json()
            assert rotated["secret"] != made["secret"]
            await happen(harness)
            await harness.work()
            assert len(receiver.came[0][0]["webhook-signature"].split(" ")) == 2
            harness.clock.advance(seconds=86_401)
            await happen(harness)
            await harness.work()
            ((headers, body),) = receiver.came[1:]
            secret = signing.read(rotated["secret"])
            assert secret is not None
            at = int(headers["webhook-timestamp"])
            assert headers["webhook-signature"] == signing.signature([secret], id_=headers["webhook-id"], timestamp=at, body=body)

    asyncio.run(run())


def test_every_secret_of_the_last_day_signs_unless_they_were_ended_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            ember = await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            path = f"/api/v2/webhooks/{made['id']}/rotate_secret?organisation={ember}"
            secrets = [made["secret"], *[(await post(harness, path)).json()["secret"] for _ in range(2)]]
            await happen(harness)
            await harness.work()
            headers, body = receiver.came[-1]
            known = [one for secret in reversed(secrets) if (one := signing.read(secret)) is not None]
            at = int(headers["webhook-timestamp"])
            assert headers["webhook-signature"] == signing.signature(known, id_=headers["webhook-id"], timestamp=at, body=body)
            for _ in range(5):
                await post(harness, path)
            await happen(harness)
            await harness.work()
            assert receiver.came[-1][0]["webhook-signature"].count("v1,") == 5, "of at most four former ones"
            await post(harness, f"{path}&at_once=true")
            await happen(harness)
            await harness.work()
            assert receiver.came[-1][0]["webhook-signature"].count("v1,") == 1

    asyncio.run(run())
