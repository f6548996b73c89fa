"""A list that has no pages is bounded where its items are made, never where they are read: nothing is cut silently."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from tests.harness import Harness

import phoenix
from phoenix.modules.organisations.actions import create, invite, service_accounts

MODULES = Path(phoenix.__file__).parent / "modules"
# What is cut, and why nobody misses the rest.
CUT = {
    "accounts/queries/__init__.py": {"12": "the newest events, as said on the page"},
    "accounts/queries/email_verification.py": {"100": "the codes that are tried: the mailer sends fewer in the time they are valid"},
    "accounts/queries/personal.py": {
        "50": "the person makes three a day and staff three, and they are kept a week",
        "100": "the rest is next",
    },
    "entries/cards.py": {"5": "the newest, on a card"},
    "entries/queries.py": {"2": "a version and the one before it"},
    "factors/queries/passkeys.py": {"100": "at most 20 are made"},
    "keys/queries.py": {"100": "at most 100 are made"},
    "notifications/queries.py": {"100": "a count: more than 99 are shown as “99+”"},
    "organisations/cards.py": {"5": "the newest, on a card"},
    "organisations/queries/closing.py": {"100": "the rest is next"},
    "organisations/queries/copies.py": {"50": "its owners make three a day, and they are kept a week"},
    "organisations/queries/invited.py": {"20": "the newest: joining or declining makes room for the rest"},
    "organisations/queries/transfer.py": {"200": "the first by name, for a select: anyone else by the API"},
    "organisations/queries/owners.py": {"20": "those that a check names; the rest is named once they have an owner"},
}


def test_no_list_is_cut_silently() -> None:
    found: dict[str, set[str]] = {}
    for path in MODULES.rglob("*.py"):
        for most in re.findall(r"LIMIT (\d+)", path.read_text(encoding="utf-8")):
            if most != "1":
                found.setdefault(str(path.relative_to(MODULES)), set()).add(most)
    assert found == {path: set(cuts) for path, cuts in CUT.items()}


def test_one_too_many_is_refused_where_it_is_made(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create, "MOST_ORGANISATIONS", 2)
    monkeypatch.setattr(invite, "MOST_INVITATIONS", 2)
    monkeypatch.setattr(service_accounts, "MOST_SERVICE_ACCOUNTS", 2)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            made: list[tuple[str, list[dict[str, Any]]]] = [
                ("/api/v2/organisations", [{"name": name} for name in ("Ash", "Birch")]),
                (f"/api/v2/organisations/{ember}/invitations", [{"email": f"{name}@example.com"} for name in ("a", "b", "c")]),
                (
                    f"/api/v2/organisations/{ember}/service_accounts",
                    [{"name": name, "scopes": ["entries.read"]} for name in ("A", "B", "C")],
                ),
            ]
            for path, bodies in made:
                for body in bodies[:-1]:
                    assert (await harness.post(path, by="ada", json=body)).status_code == 201, path
                refused = await harness.post(path, by="ada", json=bodies[-1])
                assert (refused.status_code, refused.json()["code"]) == (409, "too_many"), path
            again = await harness.post(made[1][0], by="ada", json=made[1][1][0])
            assert again.status_code == 201
            await harness.work()
            bo = await harness.organisation("elm", bo="owner")
            await harness.post(f"/api/v2/organisations/{bo}/invitations", by="bo", json={"email": "ada@example.com"})
            await harness.work()
            token = harness.link("ada@example.com").partition("token=")[2]
            joined = await harness.post("/api/v2/invitations/accept", by="ada", json={"token": token})
            assert (joined.status_code, joined.json()["code"]) == (409, "too_many")

    asyncio.run(run())
