"""What people of an earlier release can still do, tested by HTTP only. It imports nothing of Phoenix, so it also runs with that release's code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pyotp

API = "/api/v2"


@dataclass
class User:
    """Sends requests for people of the release; `recorded` is what the dump says about them."""

    new_client: Callable[[], httpx.AsyncClient]
    recorded: dict[str, Any]
    now: Callable[[], datetime]

    async def ask(self, method: str, path: str, expected: int, **options: Any) -> httpx.Response:
        async with self.new_client() as client:
            answer = await client.request(method, path, **options)
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    async def get(self, path: str, *, token: str, expected: int = 200) -> Any:
        return (await self.ask("GET", f"{API}{path}", expected, headers={"Authorization": f"Bearer {token}"})).json()

    async def sign_in(self, name: str, expected: int = 201, *, password: str = "") -> Any:
        person = self.recorded["people"][name]
        given = {"email": person["email"], "password": password or person["password"], "device": person["device"]}
        return (await self.ask("POST", f"{API}/sessions", expected, json=given)).json()

    async def second_factor(self, method: str, code: str, expected: int = 201) -> Any:
        """Sign in as Ada, with her password and this second factor."""
        owed = await self.sign_in("ada", 401)
        assert owed["code"] == "second_factor_required"
        given = {"challenge": owed["challenge"], "method": method, "code": code}
        return (await self.ask("POST", f"{API}/sessions/second_factor", expected, json=given)).json()


async def old_credentials_count(user: User) -> None:
    """An access token, a cookie and an API key from before the upgrade still work."""
    for name in ("ada", "bo"):
        person = user.recorded["people"][name]
        assert (await user.get("/me", token=person["access_token"]))["email"] == person["email"]
        me = await user.ask("GET", f"{API}/me", 200, headers={"Cookie": f"phoenix_session={person['session_cookie']}"})
        assert me.json()["id"] == person["account"]
    ada = user.recorded["people"]["ada"]
    listed = await user.get(f"/entries?organisation={user.recorded['organisation']}", token=ada["api_key"])
    assert {entry["title"] for entry in user.recorded["entries"]} <= {entry["title"] for entry in listed["items"]}
    await user.get("/me", token=f"{ada['api_key']}x", expected=401)


async def an_old_refresh_token_counts(user: User, name: str) -> None:
    person = user.recorded["people"][name]
    made = await user.ask("POST", f"{API}/sessions/refresh", 200, json={"refresh_token": person["refresh_token"]})
    assert (await user.get("/me", token=made.json()["access_token"]))["id"] == person["account"]


async def people_sign_in(user: User) -> None:
    """People sign in with their old passwords, Ada also with her second factor, and nobody with a wrong password."""
    made = await user.sign_in("bo")
    assert (await user.get("/me", token=made["access_token"]))["email"] == "bo@example.com"
    another = "not the one it was"
    await user.sign_in("bo", 401, password=another)
    for account in user.recorded["demo"]:
        await user.ask("POST", f"{API}/sessions", 201, json={"email": account["email"], "password": account["password"]})
    app = pyotp.TOTP(user.recorded["people"]["ada"]["totp_secret"])
    code = app.at(user.now())
    await user.second_factor("totp", f"{(int(code) + 1) % 1_000_000:06}", 422)
    assert (await user.second_factor("totp", code))["account"]["email"] == "ada@example.com"


async def a_backup_code_counts_once(user: User, number: int) -> None:
    code = user.recorded["people"]["ada"]["backup_codes"][number]
    await user.second_factor("backup_code", code)
    await user.second_factor("backup_code", code, 422)


async def their_things_are_there(user: User) -> None:
    """Organisation, entries, feed and dashboard are there, and so is the stored response to a repeated request."""
    ada, organisation = user.recorded["people"]["ada"], user.recorded["organisation"]
    token = ada["access_token"]
    members = (await user.get(f"/organisations/{organisation}/members", token=token))["items"]
    for name, role in (("ada", "owner"), ("bo", "member")):
        assert any(user.recorded["people"][name]["account"] in member.values() and member["role"] == role for member in members)
    for entry in user.recorded["entries"]:
        assert (await user.get(f"/entries/{entry['id']}", token=token))["title"] == entry["title"]
    feed = await user.get(f"/feed?organisation={organisation}", token=token)
    subjects = [item["subject"]["id"] if isinstance(item["subject"], dict) else item["subject"] for item in feed["items"]]
    assert [entry["id"] for entry in reversed(user.recorded["entries"])] == [
        s for s in subjects if s in {e["id"] for e in user.recorded["entries"]}
    ]
    assert (await user.get(f"/dashboard?organisation={organisation}", token=token))["cards"]
    first = user.recorded["entries"][0]
    body = {"organisation": organisation, "title": first["title"], "body": "It was number 0.", "time_zone": "Europe/Berlin"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "entry-0"}
    again = await user.ask("POST", f"{API}/entries", 201, json=body, headers=headers)
    assert again.json()["id"] == first["id"]


async def something_new_can_be_made(user: User, title: str) -> None:
    """A new entry is at the top of the feed."""
    token, organisation = user.recorded["people"]["bo"]["access_token"], user.recorded["organisation"]
    headers = {"Authorization": f"Bearer {token}"}
    made = await user.ask("POST", f"{API}/entries", 201, json={"organisation": organisation, "title": title}, headers=headers)
    newest = (await user.get(f"/feed?organisation={organisation}&limit=1", token=token))["items"][0]
    assert made.json()["id"] in str(newest["subject"])


async def everything(user: User, *, round_: int = 0) -> None:
    """All these checks, up to three times on one database. Each round uses up a refresh token, a backup code and a code of the app."""
    await old_credentials_count(user)
    await an_old_refresh_token_counts(user, ("ada", "bo", "di")[round_])
    await people_sign_in(user)
    await a_backup_code_counts_once(user, round_)
    await their_things_are_there(user)
    await something_new_can_be_made(user, f"Made in round {round_}")
