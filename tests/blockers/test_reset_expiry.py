"""Blocker: resets that expired too early, too late, or were spent by a mail scanner. (A2, S5)"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from tests.factors import bearer
from tests.house import House

NEW = "eleven kettles on the roof"


async def _ask(house: House) -> tuple[str, str]:
    assert (await house.post("/api/v2/password_resets", json={"email": "ada@example.com"})).status_code == 202
    await house.work()
    return house.link("ada@example.com").partition("token=")[2], house.code("ada@example.com")


async def _complete(house: House, **given: str) -> httpx.Response:
    return await house.post("/api/v2/password_resets/complete", json={"password": NEW, **given})


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
def test_it_works_to_the_last_second_and_not_one_longer(house: House, way: str, seconds: int, status: int, start: datetime) -> None:
    async def run() -> None:
        house.clock.set(start)
        async with house:
            await house.person("ada", password=True, time_zone="Europe/Berlin")
            link, code = await _ask(house)
            house.clock.advance(seconds=seconds)
            given = {"token": link} if way == "link" else {"email": "ada@example.com", "code": code}
            answer = await _complete(house, **given)
            assert answer.status_code == status, answer.text
            assert (await house.log_in("ada", password=NEW)).status_code == (201 if status == 204 else 401)

    asyncio.run(run())


def test_scanners_may_open_the_link_as_often_as_they_like(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            link, _code = await _ask(house)
            for method in ("GET", "HEAD", "GET", "OPTIONS"):
                answer = await house.request(method, f"/reset-password?token={link}", headers={"User-Agent": "SafeLinks"})
                assert answer.status_code < 500
            assert (await _complete(house, token=link)).status_code == 204

    asyncio.run(run())


def test_it_works_once_and_of_two_at_once_exactly_one(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            link, code = await _ask(house)
            given = [{"token": link}, {"email": "ada@example.com", "code": code}] * 4
            answers = await asyncio.gather(*(_complete(house, **g) for g in given))
            assert sorted(answer.status_code for answer in answers) == [204] + [422] * 7
            assert (await house.events()).count("accounts.password_reset") == 1

    asyncio.run(run())


def test_a_password_that_cannot_be_used_does_not_spend_it(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            link, _code = await _ask(house)
            for bad in ("short", "password1234", "x" * 300):
                assert (await _complete(house, token=link, password=bad)).status_code == 422
            assert (await _complete(house, token=link)).status_code == 204

    asyncio.run(run())


def test_every_session_ends_and_every_other_mail_is_void(house: House) -> None:
    async def run() -> None:
        async with house:
            ada = await house.person("ada", password=True)
            first, _ = await _ask(house)
            second, _ = await _ask(house)
            assert (await _complete(house, token=second)).status_code == 204
            assert (await house.get("/api/v2/me", headers=bearer(ada.token))).status_code == 401
            assert (await _complete(house, token=first)).status_code == 422
            assert await house.events() == ["accounts.session_ended", "accounts.password_reset"]

    asyncio.run(run())


def test_five_wrong_codes_are_looked_at_and_no_more(house: House) -> None:
    """200 guesses at once, from many networks, at a code that is there."""

    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            _link, code = await _ask(house)
            wrong = [f"{n:08d}" for n in range(200) if f"{n:08d}" != code]
            clients = [house.new_client(address=f"198.51.{n}.7") for n in range(10)]
            answers = await asyncio.gather(
                *(
                    clients[n % 10].post("/api/v2/password_resets/complete", json={"email": "ada@example.com", "code": c, "password": NEW})
                    for n, c in enumerate(wrong)
                )
            )
            for client in clients:
                await client.aclose()
            assert {answer.status_code for answer in answers} <= {422, 429, 503}
            rows = await house.sql("SELECT tries_left FROM proofs WHERE purpose = 'reset'")
            assert [row["tries_left"] for row in rows] == [0]
            assert (await _complete(house, email="ada@example.com", code=code)).status_code == 422

    asyncio.run(run())


def test_ten_an_hour_for_one_network(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        async with house:
            statuses = [(await house.post("/api/v2/password_resets", json={"email": f"p{n}@example.com"})).status_code for n in range(11)]
            assert statuses == [202] * 10 + [429]
            house.clock.advance(seconds=3600)
            assert (await house.post("/api/v2/password_resets", json={"email": "p@example.com"})).status_code == 202

    asyncio.run(run())
    lines = [line for line in capsys.readouterr().out.splitlines() if "password_reset_asked" in line]
    assert len(lines) == 11
    assert not [line for line in lines if "@" in line]
    assert all("p_" in line for line in lines)
