"""`null` is a value: what cannot be null is refused, and never taken for a field that was left out."""

from __future__ import annotations

import asyncio
from typing import get_args

import msgspec
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.requests import ROUTES, Requests, body_of

BODIES = [(method, path, route, body) for method, path, route in ROUTES if (body := body_of(route)) is not None]
# What may be null, and what it means.
NULLABLE = {
    ("POST", "/api/v2/entries"): {"occurred_at": "now", "time_zone": "the author's"},
    ("PATCH", "/api/v2/entries/{entry_id:str}"): {"body": "left as it is"},
    ("PUT", "/api/v2/notification_preferences"): {"quiet_from": "none", "quiet_until": "none"},
    ("PATCH", "/api/v2/me"): {"contact": "left as it is"},
    ("POST", "/api/v2/sessions/second_factor"): {"passkey": "none"},
    ("POST", "/api/v2/sessions/current/reauthenticate"): {"passkey": "none"},
}


def test_null_is_refused_for_every_field_of_every_body_that_cannot_be_null(harness: Harness) -> None:
    accepted = []

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            requests = Requests(harness, panel)
            for method, path, route, body in BODIES:
                for field in msgspec.structs.fields(body):
                    if field.name in NULLABLE.get((method, path), {}):
                        continue
                    harness.clock.advance(minutes=15)
                    answer = await requests.send(method, path, route, null=field.name)
                    named = {error["field"] for error in answer.json().get("errors", ())}
                    if answer.status_code != 422 or not any(field.name in name for name in named):
                        accepted.append(f"{method} {path} {field.name}: {answer.status_code} {answer.text[:200]}")

    asyncio.run(run())
    assert not accepted, "\n".join(accepted)
    assert len(BODIES) > 20


def test_what_may_be_null_is_named_here() -> None:
    for method, path, _route, body in BODIES:
        nullable = {field.name for field in msgspec.structs.fields(body) if type(None) in get_args(field.type)}
        assert nullable == set(NULLABLE.get((method, path), {})), f"{method} {path}"
