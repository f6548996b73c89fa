"""Which requests are admitted: at the time limit of re-authentication, with a body that names no organisation, and with an API key."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from msgspec import Struct
from tests.factors import bearer
from tests.harness import Harness

from phoenix.composition import MODULES
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.security.redaction import redact, remember
from phoenix.kernel.web import csrf
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get, post
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN


class Name(Struct):
    name: str


@get("/api/v2/vault", may=SIGNED_IN, sensitive=True, queries=0)
async def look(call: Call) -> Name:
    """Read something sensitive."""
    return Name(call.actor.record.name)


@post("/api/v2/vault", may=SIGNED_IN, sensitive=True, queries=0)
async def lock(call: Call) -> None:
    """Change something sensitive."""


@get("/api/v2/doorbell", may=SIGNED_IN, queries=0)
async def ring(call: Call) -> Name:
    """Answer with the name of the signed-in person."""
    return Name(redact(f"by {call.actor.record.name}, {call.actor.record.email}"))


@get("/api/v2/signpost", may=SIGNED_IN, key_may=True, queries=0)
async def point(call: Call) -> Name:
    """Answer with the name of the person, for their programs too."""
    return Name(call.actor.record.name)


@post("/api/v2/letters", may=PUBLIC, queries=0)
async def send(call: Call) -> Name:
    """Open to everyone; says who sent it."""
    return Name(call.user.name if call.user else "nobody")


@pytest.fixture
def harness(harness: Harness, tmp_path: Path) -> Harness:
    bank = Module(name="bank", about="A bank with a vault.", folder=tmp_path, routes=(look, lock, ring, point, send))
    harness.registry = Registry((*MODULES, bank))
    return harness


def test_sensitive_reads_need_an_authentication_in_the_last_15_minutes_and_changes_in_the_last_20(harness: Harness) -> None:
    """A form that was shown in time can be sent a little later."""

    async def run() -> None:
        async with harness:
            await harness.person("ada")

            async def statuses() -> tuple[int, int]:
                answers = [await harness.request(method, "/api/v2/vault", by="ada") for method in ("GET", "POST")]
                assert {answer.json()["code"] for answer in answers if answer.status_code == 403} <= {"reauthentication_required"}
                return answers[0].status_code, answers[1].status_code

            harness.clock.advance(minutes=14, seconds=59)
            assert await statuses() == (200, 204)
            harness.clock.advance(seconds=1)
            assert await statuses() == (403, 204)
            harness.clock.advance(minutes=4, seconds=59)
            assert await statuses() == (403, 204)
            harness.clock.advance(seconds=1)
            assert await statuses() == (403, 403)

    asyncio.run(run())


def test_a_session_without_an_authentication_time_can_do_nothing_sensitive(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            await harness.sql("UPDATE sessions SET proved_at = NULL WHERE account_id = $1", ada.id)
            assert (await harness.get("/api/v2/vault", by="ada")).json()["code"] == "reauthentication_required"

    asyncio.run(run())


def test_a_key_opens_of_the_account_itself_only_what_says_so(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            made = await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["entries.read"]})
            head = bearer(made.json()["key"])
            assert (await harness.get("/api/v2/signpost", headers=head)).status_code == 200
            assert (await harness.get("/api/v2/doorbell", headers=head)).json()["code"] == "forbidden"
            assert (await harness.get("/api/v2/vault", headers=head)).json()["code"] == "forbidden"

    asyncio.run(run())


def test_a_person_without_the_permission_anywhere_is_refused_whatever_the_body(harness: Harness) -> None:
    """The organisation is named in the body. If it names none, the person needs the permission somewhere before the body is validated."""

    async def run() -> None:
        async with harness:
            await harness.person("eve")
            await harness.organisation("ember", ada="owner")
            for body in (b"{}", b"{", b"", b"\xff", b'{"organisation": null, "title": "t"}', b'{"organisation": 7, "title": "t"}'):
                refused = await harness.post("/api/v2/entries", by="eve", content=body, headers={"Content-Type": "application/json"})
                assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), body
                invalid = await harness.post("/api/v2/entries", by="ada", content=body, headers={"Content-Type": "application/json"})
                assert invalid.status_code in {400, 422}, body
            other = await harness.post("/api/v2/entries", by="eve", json={"organisation": harness.organisations["ember"], "title": "t"})
            assert (other.status_code, other.json()["code"]) == (404, "not_found"), "the body is read before it is refused"

    asyncio.run(run())


def test_a_public_route_treats_an_invalid_token_as_anonymous(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            assert (await harness.post("/api/v2/letters", by="ada")).json() == {"name": "Ada"}
            ada.token = f"pho_{'x' * 40}"
            assert (await harness.post("/api/v2/letters", by="ada")).json() == {"name": "nobody"}
            refused = await harness.get("/api/v2/doorbell", by="ada")
            assert (refused.status_code, refused.json()["code"]) == (401, "not_logged_in")
            assert "expired or was revoked" in refused.json()["detail"]

    asyncio.run(run())


def test_an_error_page_has_the_layout_of_the_signed_in_person(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ada = await harness.person("ada")
            browser.cookies.set("phoenix_session", ada.token)
            refused = await browser.get("/o/ember/feed")
            assert refused.status_code == 404
            (token,) = re.findall('name="csrf-token" content="([^"]+)"', refused.text)
            assert csrf.read_token(harness.runtime, token) == csrf.Token(ada.id, harness.clock.now())

    asyncio.run(run())


def test_the_name_of_the_signed_in_person_is_redacted_during_the_request(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("leila")
            with remember():
                answer = await harness.get("/api/v2/doorbell", by="leila")
            assert "leila" not in answer.json()["name"].lower()

    asyncio.run(run())


def test_a_body_is_at_most_a_mebibyte(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            for length, status in ((1024 * 1024, 200), (1024 * 1024 + 1, 413)):
                answer = await harness.post("/api/v2/letters", by="ada", content=b"x" * length)
                assert answer.status_code == status

    asyncio.run(run())
