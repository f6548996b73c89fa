"""A14: access tokens as JWTs, keys with states, rotation without a sign-out, JWKS; and S1: no environment accepts the tokens of another."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from tests.factors import bearer
from tests.harness import Harness, Place

from phoenix.kernel.security.crypto import Keys
from phoenix.modules.sessions.actions.signing_keys import revoke_key, rotate_keys
from phoenix.settings import SettingsError, read_settings


def _header(token: str) -> dict[str, Any]:
    part = token.partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))  # type: ignore[no-any-return]


async def _rotate(harness: Harness) -> str:
    async with harness.runtime.database.transaction() as tx:
        return await rotate_keys(harness.runtime, tx)


async def _status(harness: Harness, token: str) -> int:
    return (await harness.get("/api/v2/me", headers=bearer(token))).status_code


def test_a_token_can_be_verified_with_the_published_key_set(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            made = (await harness.sign_in("ada")).json()
            token = made["access_token"]
            keys = (await harness.get("/.well-known/jwks.json")).json()["keys"]
            assert {key["state"] for key in keys} == {"active", "standby"}
            assert not any("d" in key for key in keys)
            key = next(key for key in keys if key["kid"] == _header(token)["kid"])
            assert (_header(token)["alg"], _header(token)["typ"], key["state"]) == ("ES256", "at+jwt", "active")
            claims = jwt.decode(token, ECKey.import_key(key), algorithms=["ES256"]).claims
            assert claims["sid"] == made["session"]
            assert claims["sub"] == harness.people["ada"].id
            assert claims["exp"] - claims["iat"] == made["expires_in"] == 900
            assert "ada" not in json.dumps(claims)

    asyncio.run(run())


def test_rotating_keys_signs_nobody_out(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            tokens = []
            for _rotation in range(4):
                made = (await harness.sign_in("ada")).json()
                tokens.append(made["access_token"])
                await harness.events()
                await _rotate(harness)
                assert await harness.events() == ["sessions.signing_keys_rotated"]
                assert [await _status(harness, token) for token in tokens] == [200] * len(tokens)
            assert len({_header(token)["kid"] for token in tokens}) == 4
            states = [row["state"] for row in await harness.sql("SELECT state FROM signing_keys ORDER BY created_at")]
            assert states == ["retired"] * 4 + ["active", "standby"]

    asyncio.run(run())


def test_simultaneous_rotations_leave_one_active_key(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await asyncio.gather(*(_rotate(harness) for _ in range(4)), harness.sign_in("ada"))
            rows = await harness.sql("SELECT state, count(*) AS count FROM signing_keys GROUP BY state")
            counted = {row["state"]: row["count"] for row in rows}
            assert (counted["active"], counted["standby"]) == (1, 1)

    asyncio.run(run())


def test_tokens_of_a_revoked_key_are_refused_and_sessions_continue(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            made = (await harness.sign_in("ada")).json()
            assert await _status(harness, made["access_token"]) == 200
            async with harness.runtime.database.transaction() as tx:
                await revoke_key(harness.runtime, tx, _header(made["access_token"])["kid"])
            assert await _status(harness, made["access_token"]) == 401
            fresh = (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": made["refresh_token"]})).json()
            assert await _status(harness, fresh["access_token"]) == 200
            published = (await harness.get("/.well-known/jwks.json")).json()["keys"]
            assert _header(made["access_token"])["kid"] not in {key["kid"] for key in published}

    asyncio.run(run())


def test_ending_the_session_ends_its_tokens_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            made = (await harness.sign_in("ada")).json()
            assert await _status(harness, made["access_token"]) == 200
            assert (await harness.delete(f"/api/v2/sessions/{made['session']}", by="ada")).status_code == 204
            assert await _status(harness, made["access_token"]) == 401

    asyncio.run(run())


def test_forged_tokens_are_refused(harness: Harness) -> None:
    """No signature, our public key as a secret, someone else's key, another audience, another session, a false expiry."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            eve = await harness.person("eve", password=True)
            token = (await harness.sign_in("ada")).json()["access_token"]
            theirs = (await harness.sign_in("eve")).json()
            head = _header(token)
            public = next(k for k in (await harness.get("/.well-known/jwks.json")).json()["keys"] if k["kid"] == head["kid"])
            claims = jwt.decode(token, ECKey.import_key(public), algorithms=["ES256"]).claims
            body = token.split(".")[1]
            none = base64.urlsafe_b64encode(json.dumps({**head, "alg": "none"}).encode()).decode().rstrip("=")
            own = ECKey.generate_key("P-256")
            secret = OctKey.import_key(json.dumps(public))
            forged = [
                f"{none}.{body}.",
                jwt.encode({**head, "alg": "HS256"}, claims, secret, algorithms=["HS256"]),
                jwt.encode(head, claims, own, algorithms=["ES256"]),
                jwt.encode({**head, "kid": "jwk_of_nobody"}, claims, own, algorithms=["ES256"]),
                jwt.encode({**head, "jwk": own.as_dict(private=False)}, claims, own, algorithms=["ES256"]),
                token[:-4] + "AAAA",
                f"{token.split('.')[0]}.{theirs['access_token'].split('.')[1]}.{token.split('.')[2]}",
                "a.b.c",
                "..",
                "\u00e9" * 40,
            ]
            for attempt in forged:
                answer = await harness.client.get("/api/v2/me", headers={b"Authorization": f"Bearer {attempt}".encode()})
                assert answer.status_code == 401, attempt
            real = await _signed(harness, {**claims, "aud": "phoenix production"})
            assert await _status(harness, real) == 401
            assert await _status(harness, await _signed(harness, {**claims, "sub": eve.id})) == 401
            assert await _status(harness, await _signed(harness, {**claims, "sid": "ses_of_nobody"})) == 401
            assert await _status(harness, await _signed(harness, {**claims, "iat": claims["iat"] + 120, "exp": claims["exp"] + 120})) == 401
            assert await _status(harness, await _signed(harness, claims, typ="JWT")) == 401
            assert await _status(harness, await _signed(harness, claims)) == 200

    asyncio.run(run())


async def _signed(harness: Harness, claims: dict[str, Any], typ: str = "at+jwt") -> str:
    """Claims signed with our active key, as if an attacker could make us sign anything."""
    row = (await harness.sql("SELECT id, sealed FROM signing_keys WHERE state = 'active'"))[0]
    secret = harness.runtime.keys.unseal("signing key", row["sealed"], bound_to=row["id"])
    assert secret is not None
    return jwt.encode({"alg": "ES256", "kid": row["id"], "typ": typ}, claims, ECKey.import_key(json.loads(secret)), algorithms=["ES256"])


def test_private_keys_are_encrypted_at_rest_and_bound_to_their_row(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.sign_in("ada")
            row = (await harness.sql("SELECT id, sealed FROM signing_keys WHERE state = 'active'"))[0]
            assert b'"d"' not in row["sealed"]
            assert harness.runtime.keys.unseal("signing key", row["sealed"], bound_to="jwk_other") is None
            assert Keys("another master secret of this test", "test").unseal("signing key", row["sealed"], bound_to=row["id"]) is None

    asyncio.run(run())


def test_a_changed_secret_creates_new_keys_instead_of_failing(harness: Harness, place: Place) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.sign_in("ada")
        changed = Harness(place, {"PHOENIX_SECRET_KEY": "another secret for tests, which is long enough as well"})
        async with changed:
            changed.people = harness.people
            made = (await changed.sign_in("ada")).json()
            assert await _status(changed, made["access_token"]) == 200

    asyncio.run(run())


def test_two_environments_cannot_share_a_secret(harness: Harness, place: Place) -> None:
    async def run() -> None:
        async with harness:
            pass
        copied = Harness(place, {"PHOENIX_ENVIRONMENT": "development"})
        with pytest.raises(SettingsError, match="the key of the test environment"):
            async with copied:
                pass
        own = Harness(
            place, {"PHOENIX_ENVIRONMENT": "development", "PHOENIX_SECRET_KEY": "a secret of its own, which is long enough as well"}
        )
        async with own:
            pass

    asyncio.run(run())


def test_production_refuses_a_secret_that_was_made_in_development() -> None:
    variables = {
        "PHOENIX_ENVIRONMENT": "production",
        "PHOENIX_SMTP_URL": "smtp://127.0.0.1",
        "PHOENIX_SECRET_KEY": "development-" + "aBcDeFgHiJkLmNoP" * 3,
    }
    with pytest.raises(SettingsError, match="made by a development installation"):
        read_settings(variables)
