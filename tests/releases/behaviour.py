"""What people of an earlier release can still do, by HTTP alone. It imports nothing of Phoenix: the code of that release is asked the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pyotp

API = "/api/v2"


@dataclass
class Visitor:
    """Somebody who asks, and what the release said of its people."""

    new_client: Callable[[], httpx.AsyncClient]
    told: dict[str, Any]
    now: Callable[[], datetime]

    async def ask(self, method: str, path: str, expected: int, **options: Any) -> httpx.Response:
        async with self.new_client() as client:
            answer = await client.request(method, path, **options)
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    async def get(self, path: str, *, token: str, expected: int = 200) -> Any:
        return (await self.ask("GET", f"{API}{path}", expected, headers={"Authorization": f"Bearer {token}"})).json()

    async def sign_in(self, name: str, expected: int = 201, *, password: str = "") -> Any:
        person = self.told["people"][name]
        given = {"email": person["email"], "password": password or person["password"], "device": person["device"]}
        return (await self.ask("POST", f"{API}/sessions", expected, json=given)).json()

    async def second_factor(self, method: str, code: str, expected: int = 201) -> Any:
        """Ada signs in with her password, and with this."""
        owed = await self.sign_in("ada", 401)
        assert owed["code"] == "second_factor_required"
        given = {"challenge": owed["challenge"], "method": method, "code": code}
        return (await self.ask("POST", f"{API}/sessions/second_factor", expected, json=given)).json()


async def old_credentials_count(visitor: Visitor) -> None:
    """An access token, a cookie and a key that were given out before."""
    for name in ("ada", "bo"):
        person = visitor.told["people"][name]
        assert (await visitor.get("/me", token=person["access_token"]))["email"] == person["email"]
        me = await visitor.ask("GET", f"{API}/me", 200, headers={"Cookie": f"phoenix_session={person['session_cookie']}"})
        assert me.json()["id"] == person["account"]
    ada = visitor.told["people"]["ada"]
    listed = await visitor.get(f"/entries?organisation={visitor.told['organisation']}", token=ada["api_key"])
    assert {entry["title"] for entry in visitor.told["entries"]} <= {entry["title"] for entry in listed["items"]}
    await visitor.get("/me", token=f"{ada['api_key']}x", expected=401)


async def an_old_refresh_token_counts(visitor: Visitor, name: str) -> None:
    person = visitor.told["people"][name]
    made = await visitor.ask("POST", f"{API}/sessions/refresh", 200, json={"refresh_token": person["refresh_token"]})
    assert (await visitor.get("/me", token=made.json()["access_token"]))["id"] == person["account"]


async def people_sign_in(visitor: Visitor) -> None:
    """With their old passwords, Ada with her second factor; and nobody with a wrong one."""
    made = await visitor.sign_in("bo")
    assert (await visitor.get("/me", token=made["access_token"]))["email"] == "bo@example.com"
    another = "not the one it was"
    await visitor.sign_in("bo", 401, password=another)
    for account in visitor.told["demo"]:
        await visitor.ask("POST", f"{API}/sessions", 201, json={"email": account["email"], "password": account["password"]})
    app = pyotp.TOTP(visitor.told["people"]["ada"]["totp_secret"])
    code = app.at(visitor.now())
    await visitor.second_factor("totp", f"{(int(code) + 1) % 1_000_000:06}", 422)
    assert (await visitor.second_factor("totp", code))["account"]["email"] == "ada@example.com"


async def a_backup_code_counts_once(visitor: Visitor, number: int) -> None:
    code = visitor.told["people"]["ada"]["backup_codes"][number]
    await visitor.second_factor("backup_code", code)
    await visitor.second_factor("backup_code", code, 422)


async def their_things_are_there(visitor: Visitor) -> None:
    """Organisation, entries, feed, dashboard, and the answer to a request that is sent a second time."""
    ada, organisation = visitor.told["people"]["ada"], visitor.told["organisation"]
    token = ada["access_token"]
    members = (await visitor.get(f"/organisations/{organisation}/members", token=token))["items"]
    for name, role in (("ada", "owner"), ("bo", "member")):
        assert any(visitor.told["people"][name]["account"] in member.values() and member["role"] == role for member in members)
    for entry in visitor.told["entries"]:
        assert (await visitor.get(f"/entries/{entry['id']}", token=token))["title"] == entry["title"]
    feed = await visitor.get(f"/feed?organisation={organisation}", token=token)
    subjects = [item["subject"]["id"] if isinstance(item["subject"], dict) else item["subject"] for item in feed["items"]]
    assert [entry["id"] for entry in reversed(visitor.told["entries"])] == [
        s for s in subjects if s in {e["id"] for e in visitor.told["entries"]}
    ]
    assert (await visitor.get(f"/dashboard?organisation={organisation}", token=token))["cards"]
    first = visitor.told["entries"][0]
    body = {"organisation": organisation, "title": first["title"], "body": "It was number 0.", "time_zone": "Europe/Berlin"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "entry-0"}
    again = await visitor.ask("POST", f"{API}/entries", 201, json=body, headers=headers)
    assert again.json()["id"] == first["id"]


async def something_new_can_be_made(visitor: Visitor, title: str) -> None:
    """It stands at the top of the feed."""
    token, organisation = visitor.told["people"]["bo"]["access_token"], visitor.told["organisation"]
    headers = {"Authorization": f"Bearer {token}"}
    made = await visitor.ask("POST", f"{API}/entries", 201, json={"organisation": organisation, "title": title}, headers=headers)
    newest = (await visitor.get(f"/feed?organisation={organisation}&limit=1", token=token))["items"][0]
    assert made.json()["id"] in str(newest["subject"])


async def everything(visitor: Visitor, *, round_: int = 0) -> None:
    """All of it, up to three times on one database. Each round spends a refresh token, a backup code and a code of the app."""
    await old_credentials_count(visitor)
    await an_old_refresh_token_counts(visitor, ("ada", "bo", "di")[round_])
    await people_sign_in(visitor)
    await a_backup_code_counts_once(visitor, round_)
    await their_things_are_there(visitor)
    await something_new_can_be_made(visitor, f"Made in round {round_}")
