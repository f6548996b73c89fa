"""A request holds one connection, and none while it hashes: every route answers on a pool of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.harness import PASSWORD, Harness
from tests.modules.admin.panel import Panel
from tests.modules.requests import PREPARED, ROUTES, Requests

from phoenix.composition import MODULES
from phoenix.kernel.data.query import query
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.security.passwords import Passwords
from phoenix.kernel.web import rules
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.pages import Plain, form
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN, Rule
from phoenix.modules.accounts.actions.limits import BACKUP_CODES

ONE = query(int, "SELECT 1")
# A probe says what is down.
MAY_BE_DOWN = {"/readyz"}
COSTLY = {(method, path) for method, path, route in ROUTES if route.opt["rule"].costs is not None}


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every call to the hasher."""
    calls: list[object] = []
    real = Passwords._run

    async def counted(passwords: Passwords, work: Callable[[], Any]) -> Any:
        calls.append(work)
        return await real(passwords, work)

    monkeypatch.setattr(Passwords, "_run", counted)
    return calls


def test_every_route_answers_on_a_pool_of_one_and_declares_whether_it_hashes(harness: Harness, hashed: list[object]) -> None:
    harness.pool = 1
    costly, broken = set(), []

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            requests = Requests(harness, panel)
            for method, path, route in ROUTES:
                keyed: dict[str, Any] = {"Idempotency-Key": path} if method == "POST" and path.startswith("/api/") else {}
                answer = await requests.send(method, path, route, before=hashed.clear, **keyed)
                if answer.status_code >= 500 and path not in MAY_BE_DOWN:
                    broken.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
                if "public" not in route.opt["rule"].listeners:
                    assert answer.status_code not in {401, 403}, f"{method} {path}: {answer.text[:200]}"
                if hashed:
                    costly.add((method, path))

    asyncio.run(run())
    assert not broken, "\n".join(broken)
    assert costly == COSTLY


async def _second(call: Call) -> None:
    await call.tx.one(ONE)
    async with call.runtime.database.reader() as db:
        await db.one(ONE)


async def _hash(call: Call) -> None:
    await call.runtime.passwords.burn()


async def _hash_late(call: Call) -> None:
    await call.tx.one(ONE)
    await call.runtime.passwords.burn()


@post("/api/v2/faults/second", may=PUBLIC, queries=2)
async def second_connection(call: Call) -> None:
    """Ask for a second connection."""
    await _second(call)


@post("/api/v2/faults/undeclared", may=PUBLIC, queries=0)
async def undeclared(call: Call) -> None:
    """Hash without a declaration."""
    await _hash(call)


@form("/faults/undeclared", may=SIGNED_IN, queries=0)
async def undeclared_form(call: Call) -> Plain:
    await _hash(call)
    return Plain("", "text/plain")


@post("/api/v2/faults/late", may=PUBLIC, queries=1, limits=(BACKUP_CODES,), costs="argon2")
async def late(call: Call) -> None:
    """Hash while a connection is held."""
    await _hash_late(call)


@post("/api/v2/faults/in_time", may=SIGNED_IN, queries=1, limits=(BACKUP_CODES,), costs="argon2", sensitive=True)
async def in_time(call: Call) -> None:
    """Hash first."""
    await _hash(call)
    await call.tx.one(ONE)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v2/faults/second", 500),
        ("/api/v2/faults/undeclared", 500),
        ("/faults/undeclared", 500),
        ("/api/v2/faults/late", 500),
        ("/api/v2/faults/in_time", 204),
    ],
)
def test_a_route_that_holds_and_waits_or_hashes_unseen_fails_outside_production(
    harness: Harness, tmp_path: Path, path: str, status: int
) -> None:
    routes = (second_connection, undeclared, undeclared_form, late, in_time)
    harness.registry = Registry((*MODULES, Module(name="faults", about="Faults.", folder=tmp_path, routes=routes)))

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            sent = {"csrf": token_for(harness.runtime, ada.id)}
            assert (await harness.post(path, by="ada", data=sent)).status_code == status

    asyncio.run(run())


def test_costly_work_has_a_limit() -> None:
    with pytest.raises(ValueError, match="say `limits`"):
        Rule(PUBLIC, costs="argon2")


def test_a_costly_answer_is_replayed_without_doing_the_work_again(harness: Harness, hashed: list[object]) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            sent = {"headers": {"Idempotency-Key": "one"}, "json": {"email": ada.email, "password": PASSWORD}}
            first = await harness.post("/api/v2/sessions", **sent)
            hashed.clear()
            again = await harness.post("/api/v2/sessions", **sent)
            assert (again.status_code, again.json()) == (201, first.json())
            assert not hashed

    asyncio.run(run())


def test_of_costly_requests_with_one_key_at_once_one_is_carried_out(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            sent = {"headers": {"Idempotency-Key": "one"}, "json": {"email": ada.email, "password": PASSWORD}}
            answers = await asyncio.gather(*(harness.post("/api/v2/sessions", **sent) for _ in range(4)))
            assert {answer.status_code for answer in answers} <= {201, 409}
            assert (await harness.sql("SELECT count(*) FROM sessions"))[0][0] == 2

    asyncio.run(run())


def test_a_flood_of_keyed_sign_ins_makes_nobody_wait_for_a_connection(harness: Harness) -> None:
    harness.pool = 2

    async def run() -> None:
        async with harness:
            bo = await harness.person("bo")

            async def stranger(number: int) -> int:
                sent = {"email": f"x{number}@example.com", "password": "anything at all"}
                return (await harness.post("/api/v2/sessions", json=sent, headers={"Idempotency-Key": f"k{number}"})).status_code

            flood = [asyncio.create_task(stranger(number)) for number in range(20)]
            assert (await harness.get("/api/v2/sessions", by="bo")).status_code == 200, bo.id
            assert set(await asyncio.gather(*flood)) == {401}

    asyncio.run(run())


def test_seventy_requests_for_backup_codes_leave_others_their_sign_in(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_OF_A_SESSION", 3)
    harness.pool = 2

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await PREPARED["/api/v2/backup_codes"](harness, "ada")
            bo = await harness.person("bo", password=True)

            async def codes(number: int) -> int:
                async with harness.new_client(address=f"198.51.100.{number}") as client:
                    headers = {"Authorization": f"Bearer {harness.people['ada'].token}"}
                    return (await client.post("/api/v2/backup_codes", headers=headers)).status_code

            flood = [asyncio.create_task(codes(number)) for number in range(70)]
            signed_in = await harness.post("/api/v2/sessions", json={"email": bo.email, "password": PASSWORD})
            assert signed_in.status_code == 201
            assert sorted(await asyncio.gather(*flood)) == [201] * 3 + [429] * 67

    asyncio.run(run())
