"""Blocker: accounts that stayed locked, or that a stranger could lock. (A8)"""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.harness import PASSWORD, Harness

WRONG = "not the password at all"


async def _guess(client: httpx.AsyncClient, email: str, times: int = 1) -> list[int]:
    given = {"email": email, "password": WRONG}
    return [answer.status_code for answer in await asyncio.gather(*(client.post("/api/v2/sessions", json=given) for _ in range(times)))]


def test_only_five_attempts_are_checked_however_many_arrive_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            # From many networks, so that the limit of one network does not help.
            clients = [harness.new_client(address=f"198.51.{n}.7") for n in range(8)]
            results = await asyncio.gather(*(_guess(client, "ada@example.com", 25) for client in clients))
            statuses = [status for part in results for status in part]
            assert len(statuses) == 200
            assert statuses.count(401) == 5
            assert statuses.count(429) == 195
            assert (await harness.sign_in("ada")).status_code == 429
            for client in clients:
                await client.aclose()

    asyncio.run(run())


def test_an_unknown_address_gets_the_same_response(harness: Harness) -> None:
    """Text, status, headers and the length of the pause do not reveal whether there is an account."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            seen = []
            for email in ("ada@example.com", "nobody@example.com"):
                async with harness.new_client(address="198.51.100.9") as client:
                    answers = [await client.post("/api/v2/sessions", json={"email": email, "password": WRONG}) for _ in range(7)]
                    seen.append(
                        [
                            (a.status_code, a.json()["code"], a.json()["detail"], a.headers.get("retry-after"), sorted(a.headers))
                            for a in answers
                        ]
                    )
            assert seen[0] == seen[1]
            assert [row[0] for row in seen[0]] == [401] * 5 + [429] * 2

    asyncio.run(run())


def test_the_pause_doubles_up_to_an_hour_and_ends_by_itself(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await _guess(harness.client, "ada@example.com", 5)
            expected = 30
            for _round in range(9):
                refused = await harness.sign_in("ada")
                assert (refused.status_code, int(refused.headers["retry-after"])) == (429, min(expected, 3600))
                harness.clock.advance(seconds=min(expected, 3600) - 1)
                assert (await harness.sign_in("ada")).status_code == 429
                harness.clock.advance(seconds=1)
                assert await _guess(harness.client, "ada@example.com") == [401]
                expected *= 2
            harness.clock.advance(seconds=3600)
            assert (await harness.sign_in("ada")).status_code == 201
            # A correct password resets the counter.
            assert await _guess(harness.client, "ada@example.com", 4) == [401] * 4
            assert (await harness.sign_in("ada")).status_code == 201

    asyncio.run(run())


def test_a_stranger_cannot_lock_out_a_known_device(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            device = (await harness.sign_in("ada")).json()["device"]
            async with harness.new_client(address="198.51.100.9") as stranger:
                await _guess(stranger, "ada@example.com", 20)
                assert (await harness.sign_in("ada", device=device)).status_code == 201
                assert (await harness.sign_in("ada")).status_code == 429
                # A made-up device belongs to nobody.
                assert (await harness.sign_in("ada", device="x" * 43)).status_code == 429

    asyncio.run(run())


def test_a_stranger_cannot_lock_out_a_known_browser(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            assert await _sign_in(browser) == 303
            browser.cookies.delete("phoenix_session")
            async with harness.new_client(address="198.51.100.9") as stranger:
                await _guess(stranger, "ada@example.com", 10)
            assert await _sign_in(browser) == 303
            async with harness.new_client() as other:
                assert await _sign_in(other) == 429

    asyncio.run(run())


@pytest.mark.parametrize("by", ["link", "code"])
def test_the_owner_can_unlock_the_account_by_email(harness: Harness, by: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await _guess(harness.client, "ada@example.com", 9)
            assert await harness.events() == ["factors.sign_in_paused"]
            assert await harness.work() == ["sign_in.send_unlock"]
            link, code = harness.link("ada@example.com"), harness.code("ada@example.com")
            # Opening the link, as mail scanners do, changes nothing.
            assert (await harness.get(link)).status_code == 200
            assert (await harness.sign_in("ada")).status_code == 429
            given = {"token": link.partition("token=")[2]} if by == "link" else {"email": "ada@example.com", "code": code}
            assert (await harness.post("/api/v2/unlocks", json=given)).status_code == 204
            assert await harness.events() == ["factors.sign_in_resumed"]
            assert (await harness.sign_in("ada")).status_code == 201
            assert (await harness.post("/api/v2/unlocks", json=given)).status_code == 422

    asyncio.run(run())


def test_nothing_is_sent_to_an_unknown_address(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _guess(harness.client, "nobody@example.com", 9)
            assert await harness.work() == ["sign_in.send_unlock"]
            assert harness.mails() == []
            assert await harness.events() == []

    asyncio.run(run())


def test_an_unlocked_account_is_rate_limited_as_before(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await _guess(harness.client, "ada@example.com", 9)
            await harness.work()
            await harness.post("/api/v2/unlocks", json={"email": "ada@example.com", "code": harness.code("ada@example.com")})
            assert sorted(await _guess(harness.client, "ada@example.com", 6)) == [401] * 5 + [429]
            assert (await harness.sign_in("ada")).status_code == 429

    asyncio.run(run())


def test_simultaneous_correct_attempts_are_all_accepted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            gate = asyncio.Semaphore(4)

            async def one(number: int) -> int:
                async with gate, harness.new_client(address=f"198.51.{number}.7") as client:
                    given = {"email": "ada@example.com", "password": PASSWORD}
                    return (await client.post("/api/v2/sessions", json=given)).status_code

            assert set(await asyncio.gather(*(one(n) for n in range(40)))) == {201}

    asyncio.run(run())


async def _sign_in(browser: httpx.AsyncClient) -> int:
    page = await browser.get("/sign-in")
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    return (await browser.post("/sign-in", data={"csrf": csrf, "email": "ada@example.com", "password": PASSWORD})).status_code
