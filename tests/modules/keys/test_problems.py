"""How many keys there can be."""

from __future__ import annotations

import asyncio

from tests.harness import Harness

from phoenix.modules.keys.actions.api_keys import MOST

COPIES = """
    INSERT INTO api_keys SELECT id || n, account_id, name, key_hash || n::text::bytea, hint, scopes, created_by, created_at, seen_at, until, revoked_at
      FROM api_keys, generate_series(2, $1::integer) n
"""


def test_the_number_of_keys_is_limited(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            given = {"name": "Import", "scopes": ["entries.read"], "days": 30}
            first = await harness.post("/api/v2/api_keys", by="ada", json=given)
            await harness.sql(COPIES, MOST - 1)
            assert (await harness.post("/api/v2/api_keys", by="ada", json=given)).status_code == 201, "the last that there can be"
            refused = await harness.post("/api/v2/api_keys", by="ada", json=given)
            assert (refused.status_code, refused.json()["code"]) == (409, "too_many_api_keys")
            assert str(MOST) in refused.json()["detail"]
            assert (await harness.delete(f"/api/v2/api_keys/{first.json()['id']}", by="ada")).status_code == 204
            assert (await harness.post("/api/v2/api_keys", by="ada", json=given)).status_code == 201

    asyncio.run(run())
