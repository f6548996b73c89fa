"""ASVS 5.0, V8: requirements on reading and changing fields that no other test covers."""

from __future__ import annotations

import asyncio

from tests.harness import Harness


def test_only_documented_fields_can_be_written(harness: Harness) -> None:
    """A request is refused if its body has any other field: the address, the permissions, the owner, the lock."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            made = await harness.post("/api/v2/entries", by="bo", json={"organisation": ember, "title": "t"})
            entry = made.json()["id"]
            tried = (
                ("PATCH", "/api/v2/me", {"name": "Bo", "email": "eve@example.com"}),
                ("PATCH", "/api/v2/me", {"name": "Bo", "platform": ["platform.admin"]}),
                ("PATCH", "/api/v2/me", {"name": "Bo", "kind": "service"}),
                ("PATCH", "/api/v2/me", {"name": "Bo", "locked_at": None}),
                ("POST", "/api/v2/entries", {"organisation": ember, "title": "t", "author": harness.people["ada"].id}),
                ("PATCH", f"/api/v2/entries/{entry}", {"title": "t", "organisation": "org_of_others"}),
                ("PATCH", f"/api/v2/entries/{entry}", {"title": "t", "author": harness.people["ada"].id}),
                ("PATCH", f"/api/v2/organisations/{ember}", {"name": "New", "slug": "other"}),
            )
            await harness.events()
            for method, path, body in tried:
                by = "ada" if "/organisations/" in path else "bo"
                answer = await harness.request(method, path, by=by, json=body, headers={"If-Match": "*"})
                assert answer.status_code in {400, 422}, (path, body, answer.text)
            assert await harness.events() == []

    asyncio.run(run())


def test_no_response_contains_secret_fields(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="viewer")
            await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["entries.read"]})
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "t"})
            for path in (
                "/api/v2/me",
                "/api/v2/security",
                "/api/v2/sessions",
                "/api/v2/api_keys",
                "/api/v2/organisations",
                f"/api/v2/organisations/{ember}/members",
                f"/api/v2/feed?organisation={ember}",
                f"/api/v2/entries?organisation={ember}",
            ):
                for by in ("ada", "bo"):
                    answer = await harness.get(path, by=by)
                    assert answer.status_code == 200, path
                    for field in ("hash", "sealed", "secret", "password_hash", "refresh_token"):
                        assert f'{field}":' not in answer.text, (path, field)

    asyncio.run(run())
