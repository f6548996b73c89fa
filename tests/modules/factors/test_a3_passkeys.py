"""A3: passkeys for sign-in, as the second factor and for re-authentication; and everything that is not a valid passkey."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness
from tests.modules.factors.passkeys import EMAIL, add_passkey, bytes_of, new_account, send_form, sign_in_with, token_of
from tests.software_passkey import BACKED_UP, ELIGIBLE, PRESENT, VERIFIED, Authenticator


def test_a_passkey_is_added_named_used_and_removed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await new_account(harness)
            token = await token_of(harness)
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
            made = await add_passkey(harness, device, token=token)
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
            signed_in = await sign_in_with(harness, device)
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
            gone = await sign_in_with(harness, device)
            assert (gone.status_code, gone.json()["code"]) == (422, "wrong_passkey")
            assert await harness.events() == []

    asyncio.run(run())


def test_the_user_handle_reveals_nothing_about_the_person(harness: Harness) -> None:
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


def test_remember_me_also_works_with_a_passkey(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await add_passkey(harness, device, by="ada")
            for remember, alive in (("", False), ("on", True)):
                async with harness.new_client() as browser:
                    answer = await send_form(
                        harness, browser, "/sign-in", "/sign-in/passkey", device, remember=remember, next="/settings/profile"
                    )
                    assert answer.headers["location"] == "/settings/profile", answer.text
                    cookie = next(c for c in answer.headers.get_list("set-cookie") if "phoenix_session=" in c)
                    assert ("Max-Age=7776000" in cookie) is alive
                    harness.clock.advance(hours=25)
                    assert ((await browser.get("/settings/profile")).status_code == 200) is alive

    asyncio.run(run())


def test_a_counter_that_does_not_increase_is_refused_and_the_owner_is_notified(harness: Harness) -> None:
    """Of a passkey that cannot leave its device: then there are two of it."""

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator(counts=True, synced=False)
            await add_passkey(harness, device, by="ada")
            assert (await sign_in_with(harness, device)).status_code == 201
            assert (await sign_in_with(harness, device, count=7)).status_code == 201
            await harness.work()
            await harness.events()
            for count in (7, 6, 0):
                refused = await sign_in_with(harness, device, count=count)
                assert refused.json()["detail"].startswith("This passkey may have been copied")
                assert await harness.events() == ["factors.passkey_refused"]
                assert await harness.work() == ["accounts.send_security_notice"]
                assert "it may have been copied" in harness.mails(EMAIL)[0].text
            # A person without a passkey causes no notification.
            assert (await sign_in_with(harness, device, count=3, signature=b"\x00")).status_code == 422
            assert await harness.events() == []
            answers = await asyncio.gather(*(sign_in_with(harness, device, count=9) for _ in range(3)))
            assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
            assert (await sign_in_with(harness, device, count=10)).status_code == 201

    asyncio.run(run())


@pytest.mark.parametrize("flags", [ELIGIBLE | BACKED_UP, ELIGIBLE], ids=["synced", "not synced yet"])
def test_each_device_with_a_synced_passkey_has_its_own_counter(harness: Harness, flags: int) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator(counts=True)
            lies: dict[str, Any] = {"flags": PRESENT | VERIFIED | flags}
            await add_passkey(harness, device, by="ada", **lies)
            await harness.work()
            for count in (5, 1, 6, 0, 0, 2, 6):
                signed_in = await sign_in_with(harness, device, count=count, **lies)
                assert signed_in.status_code == 201, signed_in.text
            assert "factors.passkey_refused" not in await harness.events()
            assert "it may have been copied" not in " ".join(mail.text for mail in harness.mails(EMAIL))

    asyncio.run(run())


def test_a_copy_cannot_say_that_it_is_synced(harness: Harness) -> None:
    """Whoever has copied the key of a device can sign any flag. What counts is what the original said when it was added."""

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator(synced=False)
            await add_passkey(harness, device, by="ada")
            assert (await sign_in_with(harness, device, count=7)).status_code == 201
            for flags in (ELIGIBLE, ELIGIBLE | BACKED_UP):
                assert (await sign_in_with(harness, device, count=7, flags=PRESENT | VERIFIED | flags)).status_code == 422
            assert (await sign_in_with(harness, device, count=8)).status_code == 201

    asyncio.run(run())


def test_a_passkey_from_an_earlier_release_is_known_once_its_counter_was_right(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            device = Authenticator()
            await add_passkey(harness, device, by="ada", count=3)
            await harness.sql("UPDATE passkeys SET backup_eligible = NULL")
            assert (await sign_in_with(harness, device, count=3)).status_code == 422
            assert (await sign_in_with(harness, device, count=4)).status_code == 201
            assert (await sign_in_with(harness, device, count=1)).status_code == 201

    asyncio.run(run())


def test_the_last_sign_in_method_cannot_be_removed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            places = [(await add_passkey(harness, Authenticator(), by="ada")).headers["location"] for _ in range(2)]
            answers = await asyncio.gather(*(harness.delete(place, by="ada") for place in places))
            assert sorted(answer.status_code for answer in answers) == [204, 409]
            refused = next(answer for answer in answers if answer.status_code == 409).json()
            assert (refused["code"], refused["detail"]) == (
                "last_way_in",
                "Set a password or add another passkey before you remove this one.",
            )
            assert len((await harness.get("/api/v2/passkeys", by="ada")).json()["items"]) == 1

    asyncio.run(run())


def test_an_account_has_at_most_twenty_passkeys_and_each_only_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada, eve = await harness.person("ada"), await harness.person("eve")
            del ada
            device = Authenticator()
            first = await add_passkey(harness, device, by="ada")
            assert first.status_code == 201
            taken = await add_passkey(harness, Authenticator(), by="eve", credential=bytes_of(next(iter(device.keys))))
            assert taken.json()["detail"] == "This passkey is already registered."
            offer = (await harness.post("/api/v2/passkeys/options", by="ada")).json()["options"]
            assert [known["id"] for known in offer["excludeCredentials"]] == list(device.keys)
            await harness.sql(
                "INSERT INTO passkeys (id, account_id, credential_id, public_key, sign_count, name, backed_up, created_at)"
                " SELECT 'pky_' || n, $1, n::text::bytea, '', 0, 'n', false, now() FROM generate_series(1, 18) n",
                eve.id,
            )
            # All get their challenge before the first responds, because an account with twenty passkeys gets no new challenge.
            offers = [(await harness.post("/api/v2/passkeys/options", by="eve")).json() for _ in range(4)]
            bodies = [{"challenge": o["challenge"], "credential": Authenticator().create(o["options"]), "name": ""} for o in offers]
            answers = await asyncio.gather(*(harness.post("/api/v2/passkeys", json=body, by="eve") for body in bodies))
            assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
            refused = await harness.post("/api/v2/passkeys/options", by="eve")
            assert (refused.status_code, refused.json()["code"]) == (409, "too_many_passkeys")

    asyncio.run(run())


def test_someone_elses_passkey_cannot_be_changed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.person("eve")
            place = (await add_passkey(harness, Authenticator(), by="ada")).headers["location"]
            assert (await harness.patch(place, by="eve", json={"name": "mine"})).status_code == 404
            assert (await harness.delete(place, by="eve")).status_code == 404
            # A challenge of one session cannot be answered in another.
            offer = (await harness.post("/api/v2/passkeys/options", by="ada")).json()
            body = {"challenge": offer["challenge"], "credential": Authenticator().create(offer["options"])}
            assert (await harness.post("/api/v2/passkeys", by="eve", json=body)).status_code == 422

    asyncio.run(run())


def test_a_security_key_gets_the_name_security_key(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            made = [
                await add_passkey(harness, Authenticator(), by="ada", transports=t) for t in (["usb", "nfc"], ["hybrid", "new kind"], [])
            ]
            assert [answer.json()["name"] for answer in made] == ["Security key", "tests", "tests"]
            assert made[1].json()["transports"] == ["hybrid"]
            assert (await add_passkey(harness, Authenticator(), by="ada", name="Blue key")).json()["name"] == "Blue key"

    asyncio.run(run())
