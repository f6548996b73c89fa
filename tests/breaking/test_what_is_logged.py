"""Runs flows with personal data and secrets, and then checks every line that was logged, every event and every job."""

from __future__ import annotations

import asyncio
import io
import re

from tests.factors import Factors, bearer
from tests.harness import PASSWORD, Harness

WRONG = "not the password at all"


def test_no_flow_logs_a_secret_or_an_address(harness: Harness, logged: io.StringIO) -> None:
    async def run() -> None:
        async with harness:
            secrets = {PASSWORD, WRONG, "zora.nowak@example.com", "zora.new@example.com", "Zora", "Nowak", "203.0.113.7"}
            sign_up = {"email": "zora.nowak@example.com", "password": PASSWORD, "name": "Zora Nowak", "accept_terms": True}
            await harness.post("/api/v2/accounts", json=sign_up)
            jobs = await harness.sql("SELECT payload FROM pgqueuer")
            await harness.work()
            secrets.add(harness.code("zora.nowak@example.com"))
            given = {"email": "zora.nowak@example.com", "code": harness.code("zora.nowak@example.com"), "password": PASSWORD}
            assert (await harness.post("/api/v2/accounts/verify", json=given)).status_code == 204
            for _n in range(7):
                await harness.post("/api/v2/sessions", json={"email": "zora.nowak@example.com", "password": WRONG})
            jobs += await harness.sql("SELECT payload FROM pgqueuer")
            await harness.work()
            unlock = {"email": "zora.nowak@example.com", "code": harness.code("zora.nowak@example.com")}
            assert (await harness.post("/api/v2/unlocks", json=unlock)).status_code == 204
            made = (await harness.post("/api/v2/sessions", json={"email": "zora.nowak@example.com", "password": PASSWORD})).json()
            secrets |= {made["access_token"], made["refresh_token"], made["device"]}
            head = bearer(made["access_token"])
            for path in (
                "/settings/security?token=abcdefgh",
                "/nowhere/zora.nowak@example.com",
                "/api/v2/entries/x?cursor=zora.nowak@example.com",
            ):
                await harness.get(path, headers=head)
            key = await harness.post("/api/v2/api_keys", headers=head, json={"name": "Zora's", "scopes": ["entries.read"]})
            secrets.add(key.json()["key"])
            await harness.post("/api/v2/me/email", headers=head, json={"email": "zora.new@example.com"})
            jobs += await harness.sql("SELECT payload FROM pgqueuer")
            await harness.work()
            token = re.search(r"token=([\w-]+)", harness.mails("zora.new@example.com")[0].text)
            assert token
            secrets.add(token[1])
            assert (await harness.post("/api/v2/me/email/confirm", headers=head, json={"token": token[1]})).status_code == 204
            jobs += await harness.sql("SELECT payload FROM pgqueuer")
            await harness.work()
            factors = await Factors.of(harness, "ada")
            secrets |= {factors.secret, factors.token, factors.device, *factors.codes, factors.email}
            await factors.second("backup_code", factors.codes[0])
            await factors.second("totp", "000000")
            # Code that fails with all of it in its variables.
            await harness.sql("ALTER TABLE known_devices RENAME TO gone")
            broken = await harness.post("/api/v2/sessions", json={"email": "zora.new@example.com", "password": PASSWORD})
            assert broken.status_code == 500
            written = logged.getvalue()
            assert "request_failed" in written
            assert [secret for secret in secrets if secret in written] == []
            events = "".join(row["t"] for row in await harness.sql("SELECT e::text AS t FROM events e"))
            assert [secret for secret in secrets if secret in events] == []
            payloads = b"".join(row["payload"] or b"" for row in jobs).decode()
            assert payloads
            assert [secret for secret in secrets if secret in payloads] == []

    asyncio.run(run())
