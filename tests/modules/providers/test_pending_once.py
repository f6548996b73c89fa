"""A5: a provider's statement about a person is used only once, whichever form sends it and however often."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

from tests.harness import Harness

from phoenix.modules.providers.actions.identities import PendingIdentity, use_pending
from phoenix.modules.providers.errors import ProviderRefused


def test_a_pending_sign_up_is_used_exactly_once(harness: Harness) -> None:
    async def use(harness: Harness, token: str) -> bool:
        try:
            async with harness.runtime.database.transaction() as tx:
                await use_pending(tx, cast("PendingIdentity", SimpleNamespace(token=token)))
        except ProviderRefused:
            return False
        return True

    async def run() -> None:
        async with harness:
            assert sorted(await asyncio.gather(*(use(harness, "one sign-in") for _ in range(4)))) == [False, False, False, True]
            assert not await use(harness, "one sign-in")
            assert await use(harness, "another sign-in")

    asyncio.run(run())
