"""S2, S3, S4 and V3: headers, CORS, CSRF, idempotency, entity tags, problem details."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.harness import Harness

from phoenix.kernel.web.pages import safe_next


def test_every_response_has_the_security_headers_and_a_request_id(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ids = set()
            for path in ("/healthz", "/sign-in", "/nope", "/api/v2/nope", "/api/v2/me", "/api/docs"):
                answer = await harness.get(path)
                policy = answer.headers["content-security-policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert answer.headers["x-frame-options"] == "DENY"
                assert "strict-transport-security" not in answer.headers
                ids.add(answer.headers["x-request-id"])
            assert len(ids) == 6
        harness.variables["PHOENIX_PUBLIC_URL"] = "https://phoenix.test"
        async with harness:
            assert "max-age=63072000" in (await harness.get("/healthz")).headers["strict-transport-security"]

    asyncio.run(run())


def test_only_listed_origins_can_call_the_api(harness: Harness) -> None:
    preflight = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}

    async def run() -> None:
        async with harness:
            answer = await harness.request("OPTIONS", "/api/v2/entries", headers=preflight)
            assert "access-control-allow-origin" not in answer.headers
        harness.variables["PHOENIX_CORS_ORIGINS"] = "https://app.example.com"
        async with harness:
            answer = await harness.request("OPTIONS", "/api/v2/entries", headers=preflight)
            assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
            for other in ("https://app.example.com.evil.net", "http://app.example.com", "null", "https://APP.example.com"):
                answer = await harness.request("OPTIONS", "/api/v2/entries", headers={**preflight, "Origin": other})
                assert "access-control-allow-origin" not in answer.headers

    asyncio.run(run())


def test_a_form_without_its_csrf_token_is_refused_and_changes_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            async with harness.new_client() as browser:
                browser.cookies.set("phoenix_session", harness.people["ada"].token)
                page = await browser.get("/o/ember/entries/new")
                token = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]  # type: ignore[index]
                for wrong in ("", "x", token[:-1] + ("A" if token[-1] != "A" else "B")):
                    answer = await browser.post("/o/ember/entries/new", data={"csrf": wrong, "title": "t"})
                    assert answer.status_code == 403
                other = await browser.post(
                    "/o/ember/entries/new", data={"csrf": token, "title": "t"}, headers={"Origin": "https://evil.example"}
                )
                assert other.status_code == 403
                crossing = await browser.post(
                    "/o/ember/entries/new", data={"csrf": token, "title": "t"}, headers={"Sec-Fetch-Site": "cross-site"}
                )
                assert crossing.status_code == 403
                assert await harness.events() == []
                assert (await browser.post("/o/ember/entries/new", data={"csrf": token, "title": "t"})).status_code == 303
                assert await harness.events() == ["entries.posted"]

    asyncio.run(run())


def test_an_api_call_with_a_cookie_needs_the_csrf_token(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            async with harness.new_client() as browser:
                browser.cookies.set("phoenix_session", harness.people["ada"].token)
                page = await browser.get("/o/ember/feed")
                token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1]  # type: ignore[index]
                body = {"organisation": ember, "title": "t"}
                assert (await browser.post("/api/v2/entries", json=body)).status_code == 403
                assert (await browser.post("/api/v2/entries", json=body, headers={"X-CSRF-Token": token})).status_code == 201

    asyncio.run(run())


def test_repeating_a_request_with_the_same_idempotency_key_returns_the_same_response(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            send = {"json": {"organisation": ember, "title": "t"}, "headers": {"Idempotency-Key": "k-1"}}
            answers = await asyncio.gather(*(harness.post("/api/v2/entries", by="ada", **send) for _ in range(8)))
            assert {answer.status_code for answer in answers} <= {201, 409}
            assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
            assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_flight"}
            again = await harness.post("/api/v2/entries", by="ada", **send)
            assert again.headers["idempotency-replayed"] == "true"
            assert again.headers["location"]
            assert await harness.events() == ["entries.posted"]
            other = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "u"}, headers=send["headers"])
            assert other.json()["code"] == "idempotency_key_reused"
            assert (await harness.post("/api/v2/entries", by="bo", **send)).status_code == 201, "each caller has their own keys"
            harness.clock.advance(hours=24, seconds=1)
            fresh = await harness.post("/api/v2/entries", by="ada", **send)
            assert fresh.status_code == 201
            assert fresh.json()["id"] != again.json()["id"]

    asyncio.run(run())


def test_a_refused_request_does_not_use_up_its_idempotency_key(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            headers = {"Idempotency-Key": "k-2"}
            refused = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": ""}, headers=headers)
            assert refused.status_code == 422
            made = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "t"}, headers=headers)
            assert made.status_code == 201
            bad = await harness.post("/api/v2/entries", by="ada", json={}, headers={"Idempotency-Key": "é".encode()})
            assert bad.status_code == 422

    asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "path", "expected", "code"),
    [
        ("GET", "/api/v2/nope", 404, "not_found"),
        ("PUT", "/api/v2/me", 405, "method_not_allowed"),
        ("GET", "/api/v2/me", 401, "not_logged_in"),
        ("GET", "/api/v2/entries?organisation=o&cursor=x", 401, "not_logged_in"),
        ("POST", "/api/v2/sessions", 422, "invalid_input"),
    ],
)
def test_errors_are_problem_details(harness: Harness, method: str, path: str, expected: int, code: str) -> None:
    async def run() -> None:
        async with harness:
            answer = await harness.request(method, path)
            assert (answer.status_code, answer.headers["content-type"]) == (expected, "application/problem+json")
            body = answer.json()
            assert set(body) >= {"type", "title", "status", "detail", "code", "request_id", "errors"}
            assert (body["status"], body["code"]) == (expected, code)
            assert body["request_id"] == answer.headers["x-request-id"]
            if expected == 401:
                assert answer.headers["www-authenticate"].startswith("Bearer")

    asyncio.run(run())


def test_an_invalid_cursor_or_limit_is_named(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            for query, field in (("cursor=abc", "cursor"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit")):
                answer = await harness.get(f"/api/v2/entries?organisation={ember}&{query}", by="ada")
                assert answer.status_code == 422, query
                assert [error["field"] for error in answer.json()["errors"]] == [field]
            feed = (await harness.get(f"/api/v2/feed?organisation={ember}&limit=1", by="ada")).json()
            assert feed["next_cursor"] is None

    asyncio.run(run())


def test_an_internal_error_is_a_500_without_details(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            await harness.sql("ALTER TABLE sessions RENAME COLUMN device TO gone")
            answer = await harness.get("/api/v2/sessions", by="ada")
            assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
            assert "gone" not in answer.text
            assert "column" not in answer.text

    asyncio.run(run())


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/o/ember/feed?kind=people", "/o/ember/feed?kind=people"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_no_redirect_leads_to_another_site(target: str, expected: str) -> None:
    assert safe_next(target) == expected
