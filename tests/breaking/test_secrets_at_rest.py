"""A copy of the database, or a log, shows no secret and no address."""

from __future__ import annotations

import asyncio

from tests.factors import Factors
from tests.harness import PASSWORD, Harness


def test_responses_stored_for_repeated_requests_are_encrypted(harness: Harness) -> None:
    """A dump of the database gives access to no session, and contains no names and no client's network."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            once = {"Idempotency-Key": "a-key-of-the-client"}
            given = {"email": "ada@example.com", "password": PASSWORD}
            first = await harness.post("/api/v2/sessions", json=given, headers=once)
            made = await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["entries.read"]}, headers=once)
            assert (first.status_code, made.status_code) == (201, 201)
            rows = await harness.sql("SELECT caller, key, headers::text AS headers, body FROM idempotency_keys")
            assert len(rows) == 2
            kept = b"".join(row["body"] + row["caller"].encode() + str(row["headers"]).encode() for row in rows)
            secrets = (first.json()["access_token"], first.json()["refresh_token"], made.json()["key"], "ada@example.com", "203.0.113.7")
            assert [secret for secret in secrets if secret.encode() in kept] == []
            # And the client still gets the same response.
            again = await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["entries.read"]}, headers=once)
            assert (again.content, again.headers["idempotency-replayed"]) == (made.content, "true")
            assert again.headers["location"] == made.headers["location"]

    asyncio.run(run())


def test_a_stored_response_moved_to_another_caller_cannot_be_decrypted(harness: Harness) -> None:
    """Someone who can write to the table cannot get another person's response sent to themselves."""

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.person("eve")
            once, body = {"Idempotency-Key": "k"}, {"name": "n", "scopes": ["entries.read"]}
            made = await harness.post("/api/v2/api_keys", by="ada", json=body, headers=once)
            await harness.sql("UPDATE idempotency_keys SET caller = $1", harness.people["eve"].id)
            answer = await harness.post("/api/v2/api_keys", by="eve", json=body, headers=once)
            assert made.json()["key"] not in answer.text

    asyncio.run(run())


def test_backup_codes_are_never_stored_in_plain_text(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            factors = await Factors.of(harness, "ada")
            answer = await harness.post("/api/v2/backup_codes", by="ada", headers={"Idempotency-Key": "k"})
            codes = answer.json()["codes"] + factors.codes
            tables = [row["tablename"] for row in await harness.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
            for table in tables:
                text = "".join(row["t"] for row in await harness.sql(f"SELECT t::text FROM {table} t")).lower()  # noqa: S608 - names of tables
                for code in codes:
                    for form in (code, code.replace("-", "")):
                        assert form not in text, table
                        assert form.encode().hex() not in text, table

    asyncio.run(run())
