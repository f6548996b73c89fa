"""Details of who may call: other origins, API keys and their scopes, and sockets."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from tests.harness import NOW, Harness

from phoenix.kernel.actor import Actor, SessionRecord
from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.headers import policy
from phoenix.kernel.web.staff_only import StaffOnly
from phoenix.settings import RealtimeSettings, Settings

APP = "https://app.example.com"


def test_an_allowed_origin_can_send_the_same_requests_as_our_pages(harness: Harness) -> None:
    harness.variables["PHOENIX_CORS_ORIGINS"] = APP

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            csrf = token_for(harness.runtime, ada.id)
            headers = {"Cookie": f"phoenix_session={ada.token}", "X-CSRF-Token": csrf, "Sec-Fetch-Site": "cross-site"}
            for origin, status in ((APP, 201), ("https://elsewhere.example.com", 403)):
                answer = await harness.post("/api/v2/organisations", json={"name": "Ember"}, headers={**headers, "Origin": origin})
                assert answer.status_code == status, answer.text
                assert answer.headers.get("access-control-allow-origin") == (APP if status == 201 else None)
                assert ("access-control-expose-headers" in answer.headers) is (status == 201)

    asyncio.run(run())


def actor(*, platform: frozenset[str] = frozenset(), scopes: frozenset[str] | None = None) -> Actor:
    record = SessionRecord(
        "ses_1", "acc_1", "ada@example.com", "Ada", "UTC", "en", email_verified=True, created_at=NOW, platform=platform, idle_until=NOW,
        until=NOW, seen_at=NOW, scopes=scopes,
    )  # fmt: skip
    return Actor(record, ())


def test_a_key_cannot_exceed_its_scopes_on_the_platform_either() -> None:
    administrator = frozenset({"platform.admin"})
    assert actor(platform=administrator).may("platform.people_read")
    assert not actor(platform=administrator, scopes=frozenset({"entries.read"})).may("platform.people_read")
    assert actor(platform=administrator, scopes=frozenset({"platform.people_read"})).may("platform.people_read")


def test_the_security_policy_allows_sockets_where_they_are_served() -> None:
    elsewhere = replace(Settings(), realtime=RealtimeSettings(url="https://live.example.com"))
    assert "connect-src 'self' wss://live.example.com" in policy(elsewhere)
    plain = replace(Settings(), realtime=RealtimeSettings(url="http://127.0.0.1:8010"))
    assert "connect-src 'self' ws://127.0.0.1:8010" in policy(plain)
    assert "connect-src 'self';" in policy(Settings())


def test_the_admin_listener_has_no_sockets() -> None:
    async def broken(*_given: Any) -> Any:
        raise AssertionError("It was let through.")

    asyncio.run(StaffOnly(broken, Settings())({"type": "websocket", "headers": []}, broken, broken))
