"""A3: the authenticator app: setting it up, being asked for it, refused replays, turning it off."""

from __future__ import annotations

import asyncio

import pyotp
import pytest
from tests.factors import Factors
from tests.harness import Harness


def test_an_authenticator_app_is_required_only_after_its_first_code(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            secret = (await harness.post("/api/v2/totp", by="ada")).json()["secret"]
            assert (await harness.sign_in("ada")).status_code == 201
            await harness.events()
            wrong = await harness.post("/api/v2/totp/confirm", by="ada", json={"code": "000000"})
            assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_code")
            assert await harness.events() == []
            confirmed = await harness.post("/api/v2/totp/confirm", by="ada", json={"code": pyotp.TOTP(secret).at(harness.clock.now())})
            assert confirmed.status_code == 201
            assert await harness.events() == ["factors.second_factor_added", "factors.backup_codes_created"]
            asked = await harness.sign_in("ada")
            assert (asked.status_code, asked.json()["methods"]) == (401, ["totp", "backup_code"])
            assert await harness.events() == []
            assert (await harness.post("/api/v2/totp", by="ada")).json()["code"] == "second_factor_there"

    asyncio.run(run())


@pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (-30, 201), (0, 201), (30, 201), (60, 422)])
def test_a_code_is_valid_in_its_time_step_and_the_adjacent_ones(harness: Harness, seconds: int, status: int) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            harness.clock.advance(seconds=120)
            assert (await ada.second("totp", ada.now(seconds))).status_code == status

    asyncio.run(run())


def test_a_code_cannot_be_used_twice(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            code, earlier = ada.now(), ada.now(-30)
            assert (await ada.second("totp", code)).status_code == 201
            assert (await ada.second("totp", code)).status_code == 422
            assert (await ada.second("totp", earlier)).status_code == 422

    asyncio.run(run())


def test_exactly_one_of_twenty_simultaneous_uses_of_a_code_signs_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            challenges = [await ada.challenge(device=ada.device) for _ in range(5)]
            code = ada.now()
            answers = await asyncio.gather(*(ada.answer(challenge, "totp", code) for challenge in challenges * 4))
            assert [answer.status_code for answer in answers].count(201) == 1

    asyncio.run(run())


def test_a_sign_in_challenge_works_once_within_ten_minutes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            challenge = await ada.challenge()
            assert (await ada.answer(challenge, "totp", ada.now())).status_code == 201
            harness.clock.advance(seconds=60)
            assert (await ada.answer(challenge, "totp", ada.now())).status_code == 422
            challenge = await ada.challenge()
            harness.clock.advance(seconds=599)
            assert (await ada.answer(challenge, "totp", ada.now())).status_code == 201
            challenge = await ada.challenge()
            harness.clock.advance(seconds=600)
            assert (await ada.answer(challenge, "totp", ada.now())).status_code == 422
            forged = challenge[:-2] + ("AA" if not challenge.endswith("AA") else "BB")
            assert (await ada.answer(forged, "totp", ada.now())).status_code == 422

    asyncio.run(run())


def test_turning_the_app_off_revokes_backup_codes_and_notifies_the_owner(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            assert (await harness.delete("/api/v2/totp", by="ada")).status_code == 204
            assert await harness.events() == ["factors.second_factor_removed"]
            assert (await harness.sign_in("ada")).status_code == 201
            assert (await ada.protection())["backup_codes_left"] == 0
            await harness.work()
            assert any("no longer protects" in mail.text for mail in harness.mails(ada.email))
            assert (await harness.delete("/api/v2/totp", by="ada")).json()["code"] == "no_second_factor"

    asyncio.run(run())


def test_the_secret_of_the_app_is_encrypted_at_rest(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            rows = await harness.sql("SELECT sealed FROM totp_secrets")
            assert pyotp.TOTP(ada.secret).byte_secret() not in rows[0]["sealed"]

    asyncio.run(run())


def test_sensitive_actions_need_a_recent_authentication(harness: Harness) -> None:
    """One second before and after the limit; then by password, and not by email if a stronger method is set up."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            harness.clock.advance(seconds=900 + 300 - 1)
            assert (await harness.post("/api/v2/totp", by="ada")).status_code == 201
            harness.clock.advance(seconds=1)
            refused = await harness.post("/api/v2/totp", by="ada")
            assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
            confirm = "/api/v2/sessions/current/reauthenticate"
            assert (await harness.post(confirm, by="ada", json={"method": "password", "code": "not it at all"})).status_code == 422
            assert (await harness.post(confirm, by="ada", json={"method": "email_code", "code": "12345678"})).status_code == 422
            await harness.events()
            assert (
                await harness.post(confirm, by="ada", json={"method": "password", "code": "nine lanterns by the harbour"})
            ).status_code == 200
            assert await harness.events() == ["sessions.reauthenticated"]
            assert (await harness.post("/api/v2/totp", by="ada")).status_code == 201

    asyncio.run(run())
