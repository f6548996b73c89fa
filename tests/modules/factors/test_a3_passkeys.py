"""A3: passkeys for sign-in, as the second factor and for re-authentication; and all that is no passkey."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import re
from typing import Any

import httpx
import pytest
from tests.harness import PASSWORD, Harness
from tests.software_passkey import ELIGIBLE, PRESENT, VERIFIED, Authenticator

from phoenix.kernel.security.crypto import to_base64url
from phoenix.modules.factors.actions.relying_party import (
    ADDING,
    REAUTHENTICATING,
    SECOND_STEP,
    SIGNING_IN,
    address_with_passkeys,
    relying_party,
)
from phoenix.settings import read_settings

EMAIL = "ada@example.com"
SIGN_IN, OPTIONS = "/api/v2/sessions/passkey", "/api/v2/sessions/passkey/options"


async def _account(harness: Harness, email: str = EMAIL) -> None:
    """Someone with a password, signed in."""
    await harness.post("/api/v2/accounts", json={"email": email, "password": PASSWORD, "name": "Ada", "accept_terms": True})
    await harness.work()
    await harness.post("/api/v2/accounts/verify", json={"email": email, "code": harness.code(email)})


async def _token(harness: Harness, email: str = EMAIL) -> str:
    made = await harness.post("/api/v2/sessions", json={"email": email, "password": PASSWORD})
    return str(made.json()["access_token"])


async def _add(
    harness: Harness, device: Authenticator, *, by: str | None = None, token: str = "", name: str = "", **lies: Any
) -> httpx.Response:
    more: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}} if token else {"by": by}
    offer = (await harness.post("/api/v2/passkeys/options", **more)).json()
    body = {"challenge": lies.pop("note", offer["challenge"]), "credential": device.create(offer["options"], **lies), "name": name}
    return await harness.post("/api/v2/passkeys", json=body, **more)


async def _sign_in(harness: Harness, device: Authenticator, *, body: dict[str, Any] | None = None, **lies: Any) -> httpx.Response:
    offer = (await harness.post(OPTIONS, json={})).json()
    note = lies.pop("note", offer["challenge"])
    return await harness.post(SIGN_IN, json={"challenge": note, "credential": device.get(offer["options"], **lies), **(body or {})})


def test_a_passkey_is_added_named_used_and_removed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            token = await _token(harness)
            bearer = {"Authorization": f"Bearer {token}"}
            await harness.work()
            await harness.events()
            device = Authenticator()
            offer = (await harness.post("/api/v2/passkeys/options", headers=bearer)).json()["options"]
            assert offer["rp"] == {"id": "phoenix.test", "name": "Phoenix"}
            assert offer["attestation"] == "none"
            assert offer["authenticatorSelection"] == {
                "requireResidentKey": True,
                "residentKey": "required",
                "userVerification": "required",
            }
            assert [p["alg"] for p in offer["pubKeyCredParams"]] == [-7, -8, -257]
            made = await _add(harness, device, token=token)
            assert made.status_code == 201, made.text
            assert made.json() | {"id": "", "created_at": ""} == {
                "id": "", "name": "tests", "transports": ["internal"], "backed_up": True, "created_at": "", "used_at": None,
            }  # fmt: skip
            assert await harness.events() == ["factors.passkey_added"]
            assert await harness.work() == ["accounts.send_security_notice"]
            assert "A passkey was added to your account." in harness.mails(EMAIL)[0].text
            place = made.headers["location"]
            renamed = await harness.patch(place, headers=bearer, json={"name": "  Ada's\tphone "})
            assert renamed.json()["name"] == "Ada's phone"
            assert (await harness.patch(place, headers=bearer, json={"name": ""})).status_code == 422

            harness.clock.advance(minutes=5)
            signed_in = await _sign_in(harness, device)
            assert signed_in.status_code == 201, signed_in.text
            assert await harness.events() == ["sessions.started", "sessions.new_device_seen"]
            mine = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
            assert (await harness.get("/api/v2/me", headers=mine)).json()["email"] == EMAIL
            sessions = (await harness.get("/api/v2/sessions", headers=mine)).json()["items"]
            assert {s["method"] for s in sessions} == {"password", "passkey"}
            listed = (await harness.get("/api/v2/passkeys", headers=mine)).json()["items"]
            assert [(p["name"], p["used_at"]) for p in listed] == [("Ada's phone", "2026-11-23T12:05:00.000Z")]
            await harness.work()

            assert (await harness.delete(place, headers=mine)).status_code == 204
            assert await harness.events() == ["factors.passkey_removed"]
            await harness.work()
            assert "A passkey was removed from your account." in harness.mails(EMAIL)[0].text
            assert (await harness.delete(place, headers=mine)).status_code == 404
            gone = await _sign_in(harness, device)
            assert (gone.status_code, gone.json()["code"]) == (422, "wrong_passkey")
            assert await harness.events() == []

    asyncio.run(run())


def test_the_name_of_the_person_tells_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada, _bo = await harness.person("ada"), await harness.person("bo")
            handles = [
                (await harness.post("/api/v2/passkeys/options", by=who)).json()["options"]["user"]["id"] for who in ("ada", "ada", "bo")
            ]
            assert handles[0] == handles[1] != handles[2]
            assert ada.id not in handles[0]
            assert len(handles[0]) == 43

    asyncio.run(run())


def test_who_is_remembered_is_remembered_with_a_passkey_too(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await _add(harness, device, by="ada")
            for remember, alive in (("", False), ("on", True)):
                async with harness.new_client() as browser:
                    answer = await _send(
                        harness, browser, "/sign-in", "/sign-in/passkey", device, remember=remember, next="/settings/profile"
                    )
                    assert answer.headers["location"] == "/settings/profile", answer.text
                    cookie = next(c for c in answer.headers.get_list("set-cookie") if "phoenix_session=" in c)
                    assert ("Max-Age=7776000" in cookie) is alive
                    harness.clock.advance(hours=25)
                    assert ((await browser.get("/settings/profile")).status_code == 200) is alive

    asyncio.run(run())


REFUSED_SIGN_INS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "http://phoenix.test.example"},
    "the origin with a port": {"origin": "http://phoenix.test:8000"},
    "another relying party": {"rp_id": "example.com"},
    "another challenge": {"challenge": to_base64url(bytes(32))},
    "an answer to something else": {"type": "webauthn.create"},
    "inside a frame of another site": {"crossOrigin": True},
    "nobody was made sure of": {"flags": PRESENT},
    "nobody was there": {"flags": VERIFIED},
    "no account": {"user": None},
    "another account": {"user": to_base64url(bytes(32))},
    "an unknown passkey": {"id": to_base64url(b"never heard of it"), "key": None},
    "another key": {"signature": b"0\x06\x02\x01\x01\x02\x01\x01"},
    "no signature": {"signature": b"\x00"},
    "a note nobody signed": {"note": "forged"},
}


@pytest.mark.parametrize("lies", REFUSED_SIGN_INS.values(), ids=REFUSED_SIGN_INS)
def test_a_sign_in_is_refused_for(harness: Harness, lies: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await _add(harness, device, by="ada")
            await harness.events()
            if "key" in lies:
                lies["key"] = next(iter(device.keys.values()))
            refused = await _sign_in(harness, device, **lies)
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_passkey"), refused.text
            assert await harness.events() == []
            assert (await _sign_in(harness, device)).status_code == 201

    asyncio.run(run())


REFUSED_PASSKEYS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://phoenix.test"},
    "another relying party": {"rp_id": "test"},
    "another challenge": {"challenge": to_base64url(bytes(32))},
    "an answer to something else": {"type": "webauthn.get"},
    "inside a frame of another site": {"crossOrigin": True},
    "nobody was made sure of": {"flags": PRESENT},
    "nobody was there": {"flags": VERIFIED},
    "an algorithm nobody asked for": {"algorithm": -36},
    "a key that is no key": {"point": bytes(32)},
    "an id that is too long": {"credential": bytes(1024)},
    "a note nobody signed": {"note": "forged"},
}


@pytest.mark.parametrize("lies", REFUSED_PASSKEYS.values(), ids=REFUSED_PASSKEYS)
def test_no_passkey_is_added_for(harness: Harness, lies: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            refused = await _add(harness, Authenticator(), by="ada", **lies)
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_passkey"), refused.text
            assert (await harness.get("/api/v2/passkeys", by="ada")).json()["items"] == []
            assert await harness.events() == []

    asyncio.run(run())


def test_a_note_is_good_for_one_answer_and_five_minutes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await _add(harness, device, by="ada")
            offer = (await harness.post(OPTIONS, json={})).json()
            body = {"challenge": offer["challenge"], "credential": device.get(offer["options"])}
            answers = await asyncio.gather(*(harness.post(SIGN_IN, json=body) for _ in range(4)))
            assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
            assert (await harness.post(SIGN_IN, json=body)).json()["detail"] == "This request has already been used. Try again."
            # A wrong answer spends the note as well: nobody tries many answers with one.
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


def test_a_note_for_one_purpose_is_no_note_for_another(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            device = Authenticator()
            token = await _token(harness)
            bearer = {"Authorization": f"Bearer {token}"}
            await _add(harness, device, token=token)

            async def offers() -> dict[str, dict[str, Any]]:
                due = (await harness.post("/api/v2/sessions", json={"email": EMAIL, "password": PASSWORD})).json()["challenge"]
                return {
                    ADDING: (await harness.post("/api/v2/passkeys/options", headers=bearer)).json(),
                    SIGNING_IN: (await harness.post(OPTIONS, json={})).json(),
                    SECOND_STEP: {**(await harness.post(OPTIONS, json={"challenge": due})).json(), "due": due},
                    REAUTHENTICATING: (await harness.post("/api/v2/sessions/current/reauthenticate_options", headers=bearer)).json(),
                }

            async def answer(purpose: str, offer: dict[str, Any], note: dict[str, Any]) -> int:
                """Answer what was asked for one purpose with the note of another, signed as that one wants it."""
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


def test_a_passkey_is_the_second_step_after_a_password(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            device = Authenticator()
            await _add(harness, device, token=await _token(harness))
            await harness.events()
            due = await harness.post("/api/v2/sessions", json={"email": EMAIL, "password": PASSWORD})
            assert (due.status_code, due.json()["code"], due.json()["methods"]) == (401, "second_factor_required", ["passkey"])
            challenge = due.json()["challenge"]
            offer = (await harness.post(OPTIONS, json={"challenge": challenge})).json()
            assert [known["id"] for known in offer["options"]["allowCredentials"]] == list(device.keys)
            assert offer["options"]["userVerification"] == "preferred"
            # The device need not make sure who holds it, and need not know the account: the password said that.
            given = {"challenge": offer["challenge"], "credential": device.get(offer["options"], flags=PRESENT | ELIGIBLE, user=None)}
            body = {"challenge": challenge, "method": "passkey", "passkey": given}
            made = await harness.post("/api/v2/sessions/second_factor", json=body)
            assert made.status_code == 201, made.text
            assert await harness.events() == ["sessions.started", "sessions.new_device_seen"]
            again = await harness.post("/api/v2/sessions/second_factor", json=body)
            assert again.json()["code"] == "wrong_passkey"
            # A fresh note makes the sign-in that was finished no second one.
            offer = (await harness.post(OPTIONS, json={"challenge": challenge})).json()
            fresh = {**body, "passkey": {"challenge": offer["challenge"], "credential": device.get(offer["options"])}}
            again = await harness.post("/api/v2/sessions/second_factor", json=fresh)
            assert (again.status_code, again.json()["code"]) == (422, "wrong_code")
            for half in ({"challenge": challenge, "method": "passkey"}, {"challenge": challenge, "method": "totp", "passkey": given}):
                assert (await harness.post("/api/v2/sessions/second_factor", json=half)).status_code == 422
            assert (await harness.post(OPTIONS, json={"challenge": "forged"})).json()["code"] == "wrong_code"

    asyncio.run(run())


def test_only_ones_own_passkey_is_a_second_step(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            await harness.person("eve")
            ada, eve = Authenticator(), Authenticator()
            await _add(harness, ada, token=await _token(harness))
            await _add(harness, eve, by="eve")

            async def due() -> tuple[str, dict[str, Any]]:
                challenge = (await harness.post("/api/v2/sessions", json={"email": EMAIL, "password": PASSWORD})).json()["challenge"]
                return challenge, (await harness.post(OPTIONS, json={"challenge": challenge})).json()

            async def step(challenge: str, offer: dict[str, Any], credential: dict[str, Any]) -> httpx.Response:
                given = {"challenge": offer["challenge"], "credential": credential}
                return await harness.post(
                    "/api/v2/sessions/second_factor", json={"challenge": challenge, "method": "passkey", "passkey": given}
                )

            challenge, offer = await due()
            refused = await step(challenge, offer, eve.get(offer["options"], id=next(iter(eve.keys))))
            assert refused.json()["detail"].startswith("This passkey isn't registered here")
            # Signed by the right key, but for the account of someone else.
            challenge, offer = await due()
            refused = await step(challenge, offer, ada.get(offer["options"], user=next(iter(eve.keys.values())).user))
            assert refused.json()["detail"] == "This passkey belongs to another account."
            # A note that was given for another sign-in of the same account.
            challenge, _offer = await due()
            _other, offer = await due()
            assert (await step(challenge, offer, ada.get(offer["options"]))).status_code == 422
            # What was refused cost the sign-in nothing: it goes on with a fresh note.
            offer = (await harness.post(OPTIONS, json={"challenge": challenge})).json()
            assert (await step(challenge, offer, ada.get(offer["options"]))).status_code == 201

    asyncio.run(run())


def test_a_passkey_opens_sensitive_acts_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for who in ("ada", "eve"):
                await harness.person(who)
            ada, eve = Authenticator(), Authenticator()
            await _add(harness, ada, by="ada")
            await _add(harness, eve, by="eve")
            harness.clock.advance(minutes=25)
            await harness.events()
            refused = await harness.post("/api/v2/passkeys/options", by="ada")
            assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
            tries: list[tuple[str, Authenticator, dict[str, Any], int]] = [
                ("ada", eve, {"id": next(iter(eve.keys))}, 422),
                ("ada", ada, {"flags": PRESENT}, 422),
                ("eve", ada, {}, 422),
                ("ada", ada, {}, 200),
            ]
            for asked_by, device, lies, status in tries:
                offer = (await harness.post("/api/v2/sessions/current/reauthenticate_options", by=asked_by)).json()
                if asked_by == "eve":
                    offer["options"]["allowCredentials"] = []
                given = {"challenge": offer["challenge"], "credential": device.get(offer["options"], **lies)}
                body = {"method": "passkey", "passkey": given}
                answer = await harness.post("/api/v2/sessions/current/reauthenticate", by="ada", json=body)
                assert answer.status_code == status, (asked_by, lies)
            assert await harness.events() == ["sessions.reauthenticated"]
            assert (await harness.post("/api/v2/passkeys/options", by="ada")).status_code == 200
            for half in ({"method": "passkey"}, {"method": "passkey", "code": "x"}):
                assert (await harness.post("/api/v2/sessions/current/reauthenticate", by="ada", json=half)).status_code == 422

    asyncio.run(run())


def test_a_count_that_does_not_rise_is_refused_and_told_to_the_owner(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator(counts=True)
            await _add(harness, device, by="ada")
            assert (await _sign_in(harness, device)).status_code == 201
            assert (await _sign_in(harness, device, count=7)).status_code == 201
            await harness.work()
            await harness.events()
            for count in (7, 6, 0):
                refused = await _sign_in(harness, device, count=count)
                assert refused.json()["detail"].startswith("This passkey may have been copied")
                assert await harness.events() == ["factors.passkey_refused"]
                assert await harness.work() == ["accounts.send_security_notice"]
                assert "it may have been copied" in harness.mails(EMAIL)[0].text
            # Who has no key at all makes no noise.
            assert (await _sign_in(harness, device, count=3, signature=b"\x00")).status_code == 422
            assert await harness.events() == []
            answers = await asyncio.gather(*(_sign_in(harness, device, count=9) for _ in range(3)))
            assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
            assert (await _sign_in(harness, device, count=10)).status_code == 201

    asyncio.run(run())


def test_the_last_sign_in_method_stays(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            places = [(await _add(harness, Authenticator(), by="ada")).headers["location"] for _ in range(2)]
            answers = await asyncio.gather(*(harness.delete(place, by="ada") for place in places))
            assert sorted(answer.status_code for answer in answers) == [204, 409]
            refused = next(answer for answer in answers if answer.status_code == 409).json()
            assert (refused["code"], refused["detail"]) == (
                "last_way_in",
                "Set a password or add another passkey before you remove this one.",
            )
            assert len((await harness.get("/api/v2/passkeys", by="ada")).json()["items"]) == 1

    asyncio.run(run())


def test_there_are_twenty_at_most_and_each_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada, eve = await harness.person("ada"), await harness.person("eve")
            del ada
            device = Authenticator()
            first = await _add(harness, device, by="ada")
            assert first.status_code == 201
            taken = await _add(harness, Authenticator(), by="eve", credential=_bytes(next(iter(device.keys))))
            assert taken.json()["detail"] == "This passkey is already registered."
            offer = (await harness.post("/api/v2/passkeys/options", by="ada")).json()["options"]
            assert [known["id"] for known in offer["excludeCredentials"]] == list(device.keys)
            await harness.sql(
                "INSERT INTO passkeys (id, account_id, credential_id, public_key, sign_count, name, backed_up, created_at)"
                " SELECT 'pky_' || n, $1, n::text::bytea, '', 0, 'n', false, now() FROM generate_series(1, 18) n",
                eve.id,
            )
            # All have their challenge before the first answers: who asks when there are twenty gets none.
            offers = [(await harness.post("/api/v2/passkeys/options", by="eve")).json() for _ in range(4)]
            bodies = [{"challenge": o["challenge"], "credential": Authenticator().create(o["options"]), "name": ""} for o in offers]
            answers = await asyncio.gather(*(harness.post("/api/v2/passkeys", json=body, by="eve") for body in bodies))
            assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
            refused = await harness.post("/api/v2/passkeys/options", by="eve")
            assert (refused.status_code, refused.json()["code"]) == (409, "too_many_passkeys")

    asyncio.run(run())


def test_a_passkey_of_someone_else_cannot_be_changed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.person("eve")
            place = (await _add(harness, Authenticator(), by="ada")).headers["location"]
            assert (await harness.patch(place, by="eve", json={"name": "mine"})).status_code == 404
            assert (await harness.delete(place, by="eve")).status_code == 404
            # What was asked in one session is not answered in another.
            offer = (await harness.post("/api/v2/passkeys/options", by="ada")).json()
            body = {"challenge": offer["challenge"], "credential": Authenticator().create(offer["options"])}
            assert (await harness.post("/api/v2/passkeys", by="eve", json=body)).status_code == 422

    asyncio.run(run())


def test_a_security_key_is_called_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            made = [await _add(harness, Authenticator(), by="ada", transports=t) for t in (["usb", "nfc"], ["hybrid", "new kind"], [])]
            assert [answer.json()["name"] for answer in made] == ["Security key", "tests", "tests"]
            assert made[1].json()["transports"] == ["hybrid"]
            assert (await _add(harness, Authenticator(), by="ada", name="Blue key")).json()["name"] == "Blue key"

    asyncio.run(run())


def test_whatever_is_sent_is_refused_and_never_breaks(harness: Harness) -> None:
    harness.variables["PHOENIX_PROVE_AGAIN"] = "86400"

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await _add(harness, device, by="ada")
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
    """One field lost, of another kind, cut, or with a few bytes changed."""
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
        data = bytearray(_bytes(value))
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        place[name] = to_base64url(bytes(data))


def test_pages_take_what_the_script_put_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await _account(harness)
            device = Authenticator()
            async with harness.new_client() as browser:
                page = await browser.get("/sign-in")
                assert 'autocomplete="username webauthn"' in page.text
                signed_in = await browser.post("/sign-in", data={"csrf": _csrf(page), "email": EMAIL, "password": PASSWORD})
                assert signed_in.status_code == 303
                added = await _send(harness, browser, "/settings/security", "/settings/passkeys", device)
                assert added.headers["location"] == "/settings/security", added.text
                shown = await browser.get("/settings/security")
                path = re.search(r'"(/settings/passkeys/pky_\w+)"', shown.text)[1]  # type: ignore[index]
                form = await browser.get(path)
                refused = await browser.post(path, data={"csrf": _csrf(form), "name": ""})
                assert (refused.status_code, "Enter a name." in refused.text) == (422, True)
                assert (await browser.post(path, data={"csrf": _csrf(form), "name": "Ada's <b>phone"})).status_code == 303
                assert "Ada&#39;s &lt;b&gt;phone" in (await browser.get("/settings/security")).text
                # Twice the same: the page comes again with the sentence, and nothing of the answer in it.
                bad = await browser.post("/settings/passkeys", data={"csrf": _csrf(form), "challenge": "x", "credential": '{"a": 1}'})
                assert (bad.status_code, "This request has expired. Try again." in bad.text) == (422, True)

                await browser.post("/sign-out", data={"csrf": _csrf(form)})
                page = await browser.get("/sign-in")
                due = await browser.post("/sign-in", data={"csrf": _csrf(page), "email": EMAIL, "password": PASSWORD, "remember": "on"})
                step = due.headers["location"]
                assert "methods=passkey" in step
                done = await _send(
                    harness, browser, step, "/sign-in/second-step?methods=passkey", device, method="passkey", next="/organisations"
                )
                assert (done.status_code, done.headers["location"]) == (303, "/organisations")
                assert any("Max-Age=7776000" in c for c in done.headers.get_list("set-cookie"))

                harness.clock.advance(minutes=30)
                asked = await browser.post(f"{path}/remove", data={"csrf": _csrf(await browser.get(path))})
                assert asked.headers["location"].startswith("/confirm?next=")
                wrong = await _send(harness, browser, "/confirm", "/confirm", device, method="passkey", lies={"flags": PRESENT})
                assert (wrong.status_code, "This passkey wasn&#39;t accepted." in wrong.text) == (422, True)
                proven = await _send(harness, browser, "/confirm", "/confirm", device, method="passkey", next="/settings/security")
                assert (proven.status_code, proven.headers["location"]) == (303, "/settings/security")
                removed = await browser.post(f"{path}/remove", data={"csrf": _csrf(await browser.get(path))})
                assert removed.status_code == 303
                assert (await browser.get(path)).status_code == 404

    asyncio.run(run())


def test_a_bare_number_has_no_passkeys_and_says_why(harness: Harness) -> None:
    harness.variables["PHOENIX_PUBLIC_URL"] = "http://127.0.0.1:8000"

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            refused = await harness.post(OPTIONS, json={}, headers={"Host": "127.0.0.1:8000"})
            assert (refused.status_code, refused.json()["code"]) == (409, "passkeys_elsewhere")
            offered = await harness.post(OPTIONS, json={}, headers={"Host": "localhost:8000"})
            assert offered.json()["options"]["rpId"] == "localhost"
            async with harness.new_client() as browser:
                browser.cookies.set("phoenix_session", ada.token)
                for host, here in (("127.0.0.1:8000", False), ("localhost:8000", True)):
                    text = (await browser.get("/settings/security", headers={"Host": host})).text
                    assert ("data-passkey=" in text) is here
                    assert ("http://localhost:8000/settings/security" in text) is not here

    asyncio.run(run())


PARTIES = [
    ("development", "http://127.0.0.1:8000", "127.0.0.1:8000", None),
    ("development", "http://127.0.0.1:8000", "localhost:8000", ("localhost", "http://localhost:8000")),
    ("development", "http://127.0.0.1:8000", "LocalHost:8000", ("localhost", "http://localhost:8000")),
    ("development", "http://127.0.0.1:8000", "localhost:9000", None),
    ("development", "http://127.0.0.1:8000", "localhost", None),
    ("development", "http://127.0.0.1:8000", "evil.example:8000", None),
    ("development", "http://[::1]:8000", "localhost:8000", ("localhost", "http://localhost:8000")),
    ("development", "http://192.168.1.5:8000", "localhost:8000", None),
    ("development", "http://localhost:8000", "localhost:8000", ("localhost", "http://localhost:8000")),
    ("development", "http://localhost:8000", "127.0.0.1:8000", None),
    ("development", "https://dev.example.com", "dev.example.com", ("dev.example.com", "https://dev.example.com")),
    ("development", "https://dev.example.com", "localhost:8000", None),
    ("production", "https://phoenix.example.com", "evil.example", ("phoenix.example.com", "https://phoenix.example.com")),
    ("production", "https://phoenix.example.com:443", "", ("phoenix.example.com", "https://phoenix.example.com")),
    ("production", "https://Phoenix.example.com:8443/", "", ("phoenix.example.com", "https://phoenix.example.com:8443")),
    ("production", "http://127.0.0.1:8000", "localhost:8000", None),
]


@pytest.mark.parametrize(("environment", "url", "host", "expected"), PARTIES)
def test_for_whom_a_passkey_is(environment: str, url: str, host: str, expected: tuple[str, str] | None) -> None:
    settings = read_settings(
        {
            "PHOENIX_ENVIRONMENT": environment,
            "PHOENIX_PUBLIC_URL": url,
            "PHOENIX_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
            "PHOENIX_SMTP_URL": "smtp://127.0.0.1:25",
        }
    )
    party = relying_party(settings, host)
    assert (party and (party.id, party.origin)) == expected
    bare = re.fullmatch(r"http://[\d.:\[\]]+", url)
    there = settings.public_url if not bare else "http://localhost:8000" if "//127" in url or "[::1]" in url else ""
    assert address_with_passkeys(settings) == ("" if bare and environment == "production" else there)


async def _send(
    harness: Harness,
    browser: httpx.AsyncClient,
    page: str,
    action: str,
    device: Authenticator,
    *,
    lies: dict[str, Any] | None = None,
    **fields: str,
) -> httpx.Response:
    """What the script does: read the page, ask for options where its button says, answer them, send the form."""
    shown = await browser.get(page)
    found = re.search(r'data-passkey="(\w+)" data-options="([^"]+)"(?: data-challenge="([^"]*)")?', shown.text)
    assert found, shown.text
    kind, options, challenge = found.groups()
    headers = {"X-CSRF-Token": _csrf(shown)}
    offer = (await browser.post(options, json={"challenge": challenge} if challenge else {}, headers=headers)).json()
    credential = (device.create if kind == "create" else device.get)(offer["options"], **(lies or {}))
    sent = {"csrf": _csrf(shown), "challenge": offer["challenge"], "credential": json.dumps(credential), **fields}
    return await browser.post(action, data=sent)


def _csrf(page: httpx.Response) -> str:
    return re.search(r'<meta name="csrf-token" content="([^"]+)"', page.text)[1]  # type: ignore[index]


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
