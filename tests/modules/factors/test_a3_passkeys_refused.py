"""A3: an authenticator's response is refused if anything in it is wrong, and works only once."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from tests.harness import PASSWORD, Harness
from tests.modules.factors.passkeys import EMAIL, OPTIONS, SIGN_IN, add_passkey, bytes_of, new_account, sign_in_with, token_of
from tests.software_passkey import PRESENT, VERIFIED, Authenticator

from phoenix.kernel.security.crypto import to_base64url
from phoenix.modules.factors.actions.relying_party import (
    ADDING,
    REAUTHENTICATING,
    SECOND_STEP,
    SIGNING_IN,
)

REFUSED_SIGN_INS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "http://phoenix.test.example"},
    "the origin with a port": {"origin": "http://phoenix.test:8000"},
    "another relying party": {"rp_id": "example.com"},
    "another challenge": {"challenge": to_base64url(bytes(32))},
    "a response of another type": {"type": "webauthn.create"},
    "inside a frame of another site": {"crossOrigin": True},
    "the user was not verified": {"flags": PRESENT},
    "the user was not present": {"flags": VERIFIED},
    "no account": {"user": None},
    "another account": {"user": to_base64url(bytes(32))},
    "an unknown passkey": {"id": to_base64url(b"never heard of it"), "key": None},
    "another key": {"signature": b"0\x06\x02\x01\x01\x02\x01\x01"},
    "no signature": {"signature": b"\x00"},
    "an unsigned state": {"note": "forged"},
}


@pytest.mark.parametrize("lies", REFUSED_SIGN_INS.values(), ids=REFUSED_SIGN_INS)
def test_a_sign_in_with_an_invalid_response_is_refused(harness: Harness, lies: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await add_passkey(harness, device, by="ada")
            await harness.events()
            if "key" in lies:
                lies["key"] = next(iter(device.keys.values()))
            refused = await sign_in_with(harness, device, **lies)
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_passkey"), refused.text
            assert await harness.events() == []
            assert (await sign_in_with(harness, device)).status_code == 201

    asyncio.run(run())


REFUSED_PASSKEYS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://phoenix.test"},
    "another relying party": {"rp_id": "test"},
    "another challenge": {"challenge": to_base64url(bytes(32))},
    "a response of another type": {"type": "webauthn.get"},
    "inside a frame of another site": {"crossOrigin": True},
    "the user was not verified": {"flags": PRESENT},
    "the user was not present": {"flags": VERIFIED},
    "an algorithm that was not offered": {"algorithm": -36},
    "an invalid key": {"point": bytes(32)},
    "an id that is too long": {"credential": bytes(1024)},
    "an unsigned state": {"note": "forged"},
}


@pytest.mark.parametrize("lies", REFUSED_PASSKEYS.values(), ids=REFUSED_PASSKEYS)
def test_an_invalid_response_adds_no_passkey(harness: Harness, lies: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            refused = await add_passkey(harness, Authenticator(), by="ada", **lies)
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_passkey"), refused.text
            assert (await harness.get("/api/v2/passkeys", by="ada")).json()["items"] == []
            assert await harness.events() == []

    asyncio.run(run())


def test_a_challenge_accepts_one_response_within_five_minutes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await add_passkey(harness, device, by="ada")
            offer = (await harness.post(OPTIONS, json={})).json()
            body = {"challenge": offer["challenge"], "credential": device.get(offer["options"])}
            answers = await asyncio.gather(*(harness.post(SIGN_IN, json=body) for _ in range(4)))
            assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
            assert (await harness.post(SIGN_IN, json=body)).json()["detail"] == "This request has already been used. Try again."
            # A wrong response uses up the challenge too, so that nobody can try many responses with one.
            offer = (await harness.post(OPTIONS, json={})).json()
            wrong = {"challenge": offer["challenge"], "credential": device.get(offer["options"], origin="http://elsewhere.test")}
            assert (await harness.post(SIGN_IN, json=wrong)).status_code == 422
            right = {**wrong, "credential": device.get(offer["options"])}
            assert (await harness.post(SIGN_IN, json=right)).json()["detail"] == "This request has already been used. Try again."
            for seconds, status in ((299, 201), (300, 422)):
                offer = (await harness.post(OPTIONS, json={})).json()
                harness.clock.advance(seconds=seconds)
                body = {"challenge": offer["challenge"], "credential": device.get(offer["options"])}
                assert (await harness.post(SIGN_IN, json=body)).status_code == status

    asyncio.run(run())


def test_a_challenge_for_one_purpose_is_not_valid_for_another(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await new_account(harness)
            device = Authenticator()
            token = await token_of(harness)
            bearer = {"Authorization": f"Bearer {token}"}
            await add_passkey(harness, device, token=token)

            async def offers() -> dict[str, dict[str, Any]]:
                due = (await harness.post("/api/v2/sessions", json={"email": EMAIL, "password": PASSWORD})).json()["challenge"]
                return {
                    ADDING: (await harness.post("/api/v2/passkeys/options", headers=bearer)).json(),
                    SIGNING_IN: (await harness.post(OPTIONS, json={})).json(),
                    SECOND_STEP: {**(await harness.post(OPTIONS, json={"challenge": due})).json(), "due": due},
                    REAUTHENTICATING: (await harness.post("/api/v2/sessions/current/reauthenticate_options", headers=bearer)).json(),
                }

            async def answer(purpose: str, offer: dict[str, Any], note: dict[str, Any]) -> int:
                """Respond to a challenge for one purpose where another is expected, signed as the expected purpose requires."""
                wanted = {**offer["options"], "challenge": note["options"]["challenge"]}
                if purpose == ADDING:
                    given = {"challenge": note["challenge"], "credential": Authenticator().create(wanted)}
                    return (await harness.post("/api/v2/passkeys", headers=bearer, json=given)).status_code
                given = {"challenge": note["challenge"], "credential": device.get(wanted)}
                if purpose == SIGNING_IN:
                    return (await harness.post(SIGN_IN, json=given)).status_code
                if purpose == SECOND_STEP:
                    body = {"challenge": offer["due"], "method": "passkey", "passkey": given}
                    return (await harness.post("/api/v2/sessions/second_factor", json=body)).status_code
                body = {"method": "passkey", "passkey": given}
                confirmed = await harness.post("/api/v2/sessions/current/reauthenticate", headers=bearer, json=body)
                if confirmed.status_code == 200:
                    bearer["Authorization"] = f"Bearer {confirmed.json()['access_token']}"
                return confirmed.status_code

            good = {ADDING: 201, SIGNING_IN: 201, SECOND_STEP: 201, REAUTHENTICATING: 200}
            for purpose, status in good.items():
                for other in good:
                    now = await offers()
                    expected = status if other == purpose else 422
                    assert await answer(purpose, now[purpose], now[other]) == expected, (purpose, other)

    asyncio.run(run())


def test_damaged_responses_are_refused_without_a_server_error(harness: Harness) -> None:
    harness.variables["PHOENIX_PROVE_AGAIN"] = "86400"

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await add_passkey(harness, device, by="ada")
            chance = random.Random(3)
            seen = set()
            for turn in range(200):
                harness.clock.advance(seconds=30)
                adding = turn % 2 == 0
                by, place = ("ada", "/api/v2/passkeys") if adding else (None, SIGN_IN)
                offer = (await harness.post(f"{place}/options", by=by, json={})).json()
                credential = Authenticator().create(offer["options"]) if adding else device.get(offer["options"])
                _damage(credential, chance)
                answer = await harness.post(place, by=by, json={"challenge": offer["challenge"], "credential": credential})
                assert answer.status_code in {201, 422}, (credential, answer.text)
                seen.add((adding, answer.status_code))
                if adding and answer.status_code == 201:
                    await harness.delete(answer.headers["location"], by="ada")
            assert len(seen) == 4

    asyncio.run(run())


def _damage(credential: dict[str, Any], chance: random.Random) -> None:
    """One field missing, of another type, truncated, or with a few bytes changed."""
    place = chance.choice([credential, credential["response"], credential["response"]])
    name = chance.choice(list(place))
    value = place[name]
    way = chance.randrange(4)
    if way == 0:
        del place[name]
    elif way == 1 or not isinstance(value, str):
        place[name] = chance.choice([None, 7, [], {}, "", "é", "A", [[[[]]]]])
    elif way == 2:
        place[name] = value[: chance.randrange(len(value) + 1)]
    else:
        data = bytearray(bytes_of(value))
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        place[name] = to_base64url(bytes(data))
