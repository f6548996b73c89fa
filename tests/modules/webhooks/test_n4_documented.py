"""N4: what docs/webhooks.md says about checking a request is true, and so are its figures."""

from __future__ import annotations

import asyncio
import json
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.harness import Harness
from tests.modules.webhooks.receiving import happen, receiving, webhook

from phoenix.kernel.security import outgoing
from phoenix.modules.webhooks import jobs, signing
from phoenix.modules.webhooks.actions import endpoints, send

TEXT = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()


def test_the_documented_function_tells_our_requests_from_others(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    documented: dict[str, Any] = {}
    exec(code, documented)  # noqa: S102 - our own document
    is_from_phoenix = documented["is_from_phoenix"]

    async def run() -> None:
        async with harness, receiving(harness) as receiver:
            await harness.organisation("ember", ada="owner")
            made = await webhook(harness, receiver.url)
            await happen(harness)
            await harness.work()
            ((headers, body),) = receiver.came
            now = harness.clock.now().timestamp()
            monkeypatch.setattr(time, "time", lambda: now)
            assert is_from_phoenix(made["secret"], headers, body)
            assert not is_from_phoenix(made["secret"], headers, body + b" ")
            assert not is_from_phoenix(signing.shown(signing.new_secret()), headers, body)
            monkeypatch.setattr(time, "time", lambda: now + 301)
            assert not is_from_phoenix(made["secret"], headers, body), "sent again by someone who has seen it"
            (example,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
            assert json.loads(example).keys() == json.loads(body).keys()
            assert json.loads(example)["data"].keys() == json.loads(body)["data"].keys()

    asyncio.run(run())


def test_the_documented_figures_are_those_of_the_code() -> None:
    for said in (
        f"an organisation can have {endpoints.MOST_WEBHOOKS}.",
        f"within {outgoing.SECONDS:.0f} seconds",
        f"tried {len(signing.DELAYS) + 1} times",
        f"for {endpoints.FORMER_VALID // timedelta(hours=1)} hours",
        f"in the last {jobs.KEPT.days} days",
    ):
        assert said in TEXT, said
    assert [endpoints.MOST_FORMER, send.AT_ONCE, endpoints.FIRST_FREE_PORT] == [4, 5, 1024]
    assert [signing.GIVEN_UP.days, send.SUSTAINED.days, signing.LONGEST_WAIT.days] == [3, 3, 1]
