"""A3: a passkey as the second factor, and for re-authentication."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from tests.harness import PASSWORD, Harness
from tests.modules.factors.passkeys import EMAIL, OPTIONS, add_passkey, new_account, token_of
from tests.software_passkey import ELIGIBLE, PRESENT, Authenticator


def test_a_passkey_is_the_second_factor_after_a_password(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await new_account(harness)
            device = Authenticator()
            await add_passkey(harness, device, token=await token_of(harness))
            await harness.events()
            due = await harness.post("/api/v2/sessions", json={"email": EMAIL, "password": PASSWORD})
            assert (due.status_code, due.json()["code"], due.json()["methods"]) == (401, "second_factor_required", ["passkey"])
            challenge = due.json()["challenge"]
            offer = (await harness.post(OPTIONS, json={"challenge": challenge})).json()
            assert [known["id"] for known in offer["options"]["allowCredentials"]] == list(device.keys)
            assert offer["options"]["userVerification"] == "preferred"
            # The device need not verify its user or know the account, because the password has already identified them.
            given = {"challenge": offer["challenge"], "credential": device.get(offer["options"], flags=PRESENT | ELIGIBLE, user=None)}
            body = {"challenge": challenge, "method": "passkey", "passkey": given}
            made = await harness.post("/api/v2/sessions/second_factor", json=body)
            assert made.status_code == 201, made.text
            assert await harness.events() == ["sessions.started", "sessions.new_device_seen"]
            again = await harness.post("/api/v2/sessions/second_factor", json=body)
            assert again.json()["code"] == "wrong_passkey"
            # A new challenge does not repeat a sign-in that has been finished.
            offer = (await harness.post(OPTIONS, json={"challenge": challenge})).json()
            fresh = {**body, "passkey": {"challenge": offer["challenge"], "credential": device.get(offer["options"])}}
            again = await harness.post("/api/v2/sessions/second_factor", json=fresh)
            assert (again.status_code, again.json()["code"]) == (422, "wrong_code")
            for half in ({"challenge": challenge, "method": "passkey"}, {"challenge": challenge, "method": "totp", "passkey": given}):
                assert (await harness.post("/api/v2/sessions/second_factor", json=half)).status_code == 422
            assert (await harness.post(OPTIONS, json={"challenge": "forged"})).json()["code"] == "wrong_code"

    asyncio.run(run())


def test_another_persons_passkey_is_not_a_second_factor(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await new_account(harness)
            await harness.person("eve")
            ada, eve = Authenticator(), Authenticator()
            await add_passkey(harness, ada, token=await token_of(harness))
            await add_passkey(harness, eve, by="eve")

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
            # Signed with the right key, but for someone else's account.
            challenge, offer = await due()
            refused = await step(challenge, offer, ada.get(offer["options"], user=next(iter(eve.keys.values())).user))
            assert refused.json()["detail"] == "This passkey belongs to another account."
            # A challenge that was created for another sign-in of the same account.
            challenge, _offer = await due()
            _other, offer = await due()
            assert (await step(challenge, offer, ada.get(offer["options"]))).status_code == 422
            # The refused responses did not end the sign-in: it continues with a new challenge.
            offer = (await harness.post(OPTIONS, json={"challenge": challenge})).json()
            assert (await step(challenge, offer, ada.get(offer["options"]))).status_code == 201

    asyncio.run(run())


def test_reauthenticating_with_a_passkey_allows_sensitive_actions(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for who in ("ada", "eve"):
                await harness.person(who)
            ada, eve = Authenticator(), Authenticator()
            await add_passkey(harness, ada, by="ada")
            await add_passkey(harness, eve, by="eve")
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
