"""Blocker: resets that expired too early, too late, or were spent by a mail scanner. (A2, S5)"""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from datetime import UTC, datetime

import httpx
import pytest
from tests.factors import bearer
from tests.harness import Harness

from phoenix.modules.accounts.actions.email_verification import TRIES, TRIES_OF_ALL

NEW = "eleven kettles on the roof"


async def _ask(harness: Harness) -> tuple[str, str]:
    assert (await harness.post("/api/v2/password_resets", json={"email": "ada@example.com"})).status_code == 202
    await harness.work()
    return harness.link("ada@example.com").partition("token=")[2], harness.code("ada@example.com")


async def _complete(harness: Harness, **given: str) -> httpx.Response:
    return await harness.post("/api/v2/password_resets/complete", json={"password": NEW, **given})


@pytest.mark.parametrize(("way", "seconds", "status"), [("code", 599, 204), ("code", 600, 422), ("link", 3599, 204), ("link", 3600, 422)])
@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        # The hour before clocks go back in Berlin, before they go forward, and the last of a leap day.
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 30, tzinfo=UTC),
    ],
    ids=["noon", "autumn", "spring", "leap-day"],
)
def test_a_reset_expires_to_the_second(harness: Harness, way: str, seconds: int, status: int, start: datetime) -> None:
    async def run() -> None:
        harness.clock.set(start)
        async with harness:
            await harness.person("ada", password=True, time_zone="Europe/Berlin")
            link, code = await _ask(harness)
            harness.clock.advance(seconds=seconds)
            given = {"token": link} if way == "link" else {"email": "ada@example.com", "code": code}
            answer = await _complete(harness, **given)
            assert answer.status_code == status, answer.text
            assert (await harness.sign_in("ada", password=NEW)).status_code == (201 if status == 204 else 401)

    asyncio.run(run())


def test_scanners_can_open_the_reset_link_without_using_it_up(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            link, _code = await _ask(harness)
            for method in ("GET", "HEAD", "GET", "OPTIONS"):
                answer = await harness.request(method, f"/reset-password?token={link}", headers={"User-Agent": "SafeLinks"})
                assert answer.status_code < 500
            assert (await _complete(harness, token=link)).status_code == 204

    asyncio.run(run())


def test_a_reset_works_once_even_if_it_is_sent_twice_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            link, code = await _ask(harness)
            given = [{"token": link}, {"email": "ada@example.com", "code": code}] * 4
            answers = await asyncio.gather(*(_complete(harness, **g) for g in given))
            assert sorted(answer.status_code for answer in answers) == [204] + [422] * 7
            assert (await harness.events()).count("sign_in.password_reset") == 1

    asyncio.run(run())


def test_a_refused_password_does_not_use_up_the_reset(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            link, _code = await _ask(harness)
            for bad in ("short", "password1234", "x" * 300):
                assert (await _complete(harness, token=link, password=bad)).status_code == 422
            assert (await _complete(harness, token=link)).status_code == 204

    asyncio.run(run())


def test_a_reset_ends_every_session_and_voids_earlier_emails(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            first, _ = await _ask(harness)
            second, _ = await _ask(harness)
            assert (await _complete(harness, token=second)).status_code == 204
            assert (await harness.get("/api/v2/me", headers=bearer(ada.token))).status_code == 401
            assert (await _complete(harness, token=first)).status_code == 422
            assert await harness.events() == ["sessions.ended", "sign_in.password_reset"]

    asyncio.run(run())


def test_only_a_few_wrong_codes_are_checked(harness: Harness) -> None:
    """200 guesses at once, from many networks, at a code that is there: five of each network, and 25 of all."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            _link, code = await _ask(harness)
            wrong = [f"{n:08d}" for n in range(200) if f"{n:08d}" != code]
            clients = [harness.new_client(address=f"198.51.{n}.7") for n in range(10)]
            answers = await asyncio.gather(
                *(
                    clients[n % 10].post("/api/v2/password_resets/complete", json={"email": "ada@example.com", "code": c, "password": NEW})
                    for n, c in enumerate(wrong)
                )
            )
            for client in clients:
                await client.aclose()
            assert {answer.status_code for answer in answers} <= {422, 429, 503}
            ((left, tried_by),) = await harness.sql("SELECT tries_left, tried_by FROM proofs WHERE purpose = 'reset'")
            assert (left, len(tried_by)) == (0, TRIES_OF_ALL)
            assert max(Counter(tried_by).values()) <= TRIES
            async with harness.new_client(address="198.51.77.7") as other:
                given = {"email": "ada@example.com", "code": code, "password": NEW}
                assert (await other.post("/api/v2/password_resets/complete", json=given)).status_code == 422
            assert (await _complete(harness, email="ada@example.com", code=code)).status_code == 204, "whoever requested it has their own"

    asyncio.run(run())


def test_one_network_can_request_ten_resets_an_hour(harness: Harness, logged: io.StringIO) -> None:
    async def run() -> None:
        async with harness:
            statuses = [(await harness.post("/api/v2/password_resets", json={"email": f"p{n}@example.com"})).status_code for n in range(11)]
            assert statuses == [202] * 10 + [429]
            harness.clock.advance(seconds=3600)
            assert (await harness.post("/api/v2/password_resets", json={"email": "p@example.com"})).status_code == 202

    asyncio.run(run())
    lines = [line for line in logged.getvalue().splitlines() if "password_reset_asked" in line]
    assert len(lines) == 11
    assert not [line for line in lines if "@" in line]
    assert all("p_" in line for line in lines)
