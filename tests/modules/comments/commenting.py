"""Shared by the tests of comments: an entry, and comments on it."""

from __future__ import annotations

from typing import Any

import httpx
from tests.harness import Harness

from phoenix.kernel.web.csrf import token_for


async def entry_of(harness: Harness, who: str = "ada", organisation: str = "ember", title: str = "Pump 4") -> str:
    data = {"organisation": harness.organisations[organisation], "title": title}
    answer = await harness.post("/api/v2/entries", by=who, json=data)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def comment(harness: Harness, who: str, entry: str, body: str = "Looks good") -> dict[str, Any]:
    answer = await harness.post("/api/v2/comments", by=who, json={"entry": entry, "body": body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def send(harness: Harness, who: str, path: str, **sent: str) -> httpx.Response:
    return await harness.post(path, by=who, data={**sent, "csrf": token_for(harness.runtime, harness.people[who].id)})


def mention(harness: Harness, *people: str) -> str:
    """A text that mentions them, as it is stored."""
    return " ".join(f"@[{harness.people[who].id}]" for who in people)
