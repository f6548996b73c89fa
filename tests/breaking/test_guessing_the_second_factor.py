"""Someone with access to the mailbox has one factor. It must not give them more guesses at the other."""

from __future__ import annotations

import asyncio

from tests.factors import Factors
from tests.harness import Harness


def test_unlocking_by_email_gives_no_more_attempts_at_the_second_factor(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            challenge = await ada.challenge()
            tries = [(await ada.answer(challenge, "totp", "000000")).status_code for _n in range(6)]
            assert tries == [422] * 5 + [429]
            # The owner learns that someone got past the first factor.
            assert await harness.work() == ["accounts.send_security_notice"]
            async with harness.new_client(address="198.51.100.9") as stranger:
                for _n in range(5):
                    await stranger.post("/api/v2/sessions", json={"email": ada.email, "password": "not the password at all"})
            assert await harness.work() == ["sign_in.send_unlock"]
            given = {"email": ada.email, "code": harness.code(ada.email)}
            assert (await harness.post("/api/v2/unlocks", json=given)).status_code == 204
            assert (await ada.answer(await ada.challenge(), "totp", ada.now())).status_code == 429
            # The owner can always sign in on a device that the account knows, and the pause ends by itself.
            assert (await ada.second("totp", ada.now())).status_code == 201
            harness.clock.advance(seconds=3600)
            assert (await ada.answer(await ada.challenge(), "totp", ada.now())).status_code == 201

    asyncio.run(run())
