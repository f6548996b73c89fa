"""Actions are authorised again inside their transaction: from the database, without any cache, and one at a time on the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from tests.harness import Harness

from phoenix.composition import MODULES
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web import authorisation
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN, Rule

HAS_TURN: Query[bool] = query(
    bool, "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND (classid, objid) = (2, 1))"
)


class Acted(Struct):
    """Who acted, and whether other actions wait for this one."""

    by: str
    alone: bool


async def _act(call: Call) -> Acted:
    assert call.admission.token == call.request.headers["authorization"].removeprefix("Bearer ")
    return Acted(call.actor.name, await call.db.one(HAS_TURN))


@post("/api/v2/acts/platform", may="platform.jobs", act="authority", queries=1)
async def on_platform(call: Call) -> Acted:
    """Act on the platform."""
    return await _act(call)


@post("/api/v2/acts/{organisation_id:str}/organisation", may="organisations.manage", within="organisation_id", act="authority", queries=1)
async def in_organisation(call: Call) -> Acted:
    """Act in an organisation."""
    return await _act(call)


@post("/api/v2/acts/own", may=SIGNED_IN, act="authority", queries=1)
async def own(call: Call) -> Acted:
    """Act on one's own account."""
    return await _act(call)


@post("/api/v2/acts/nobody", may=PUBLIC, queries=0)
async def nobody(call: Call) -> Acted:
    """Authorise the caller again, although the route is open to everyone."""
    await authorisation.decide_again(call.request, Rule(SIGNED_IN, act="authority"), call.tx)
    return await _act(call)


@post("/api/v2/acts/{organisation_id:str}/sensitive", may="entries.write", within="organisation_id", sensitive=True, queries=1)
async def sensitive(call: Call) -> Acted:
    """Act where a key's scope would be enough, if it were not sensitive."""
    return await _act(call)


@pytest.fixture
def harness(harness: Harness, tmp_path: Path) -> Harness:
    acts = Module(name="acts", about="Acts.", folder=tmp_path, routes=(on_platform, in_organisation, own, nobody, sensitive))
    harness.registry = Registry((*MODULES, acts))
    return harness


def between(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Awaitable[object]]) -> None:
    """Let something happen after a request is admitted and before its transaction."""
    admit = authorisation.admit

    async def admitted(request: Any, rule: Any) -> Any:
        admission = await admit(request, rule)
        await meanwhile()
        return admission

    monkeypatch.setattr("phoenix.kernel.web.endpoint.admit", admitted)


def test_only_actions_on_the_platform_run_one_at_a_time(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", permissions=("platform.jobs",))
            ember = await harness.organisation("ember", ada="owner")
            for path, alone in (("platform", True), (f"{ember}/organisation", False), ("own", False)):
                made = await harness.post(f"/api/v2/acts/{path}", by="ada")
                assert made.json() == {"by": "Ada", "alone": alone}, path

    asyncio.run(run())


@pytest.mark.parametrize("asks", [{"act": "credential"}, {"sensitive": True}])
def test_a_public_action_is_not_authorised_again(asks: dict[str, Any]) -> None:
    """The request can be anonymous, so there is no one to authorise."""
    with pytest.raises(ValueError, match="requires SIGNED_IN or a permission"):
        Rule(PUBLIC, **asks)
    assert not Rule(PUBLIC).decides_again
    assert Rule(SIGNED_IN, **asks).decides_again


def test_an_action_by_an_anonymous_request_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            refused = await harness.post("/api/v2/acts/nobody")
            assert (refused.status_code, refused.json()["code"]) == (401, "not_logged_in")

    asyncio.run(run())


def test_an_action_is_refused_if_the_session_ends_before_the_transaction(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            between(monkeypatch, lambda: harness.sql("UPDATE sessions SET ended_at = now()"))
            refused = await harness.post("/api/v2/acts/own", by="ada")
            assert (refused.status_code, refused.json()["code"]) == (401, "not_logged_in")

    asyncio.run(run())


def test_an_action_is_refused_if_the_platform_permission_is_removed_before_the_transaction(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", permissions=("platform.jobs",))
            between(monkeypatch, lambda: harness.sql("DELETE FROM user_permissions"))
            refused = await harness.post("/api/v2/acts/platform", by="ada")
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")

    asyncio.run(run())


def test_an_action_is_refused_if_the_membership_is_removed_before_the_transaction(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.organisation("quartz", ada="owner")
            between(monkeypatch, lambda: harness.sql("DELETE FROM memberships WHERE organisation_id = $1", ember))
            refused = await harness.post(f"/api/v2/acts/{ember}/organisation", by="ada")
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), "a membership in another organisation does not help"

    asyncio.run(run())


def test_what_is_sensitive_is_closed_to_keys_whatever_their_scopes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            made = (await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["entries.write"]})).json()["key"]
            path = f"/api/v2/acts/{ember}/sensitive"
            assert (await harness.post(path, by="ada")).status_code == 200
            answer = await harness.request("POST", path, headers={"Authorization": f"Bearer {made}"})
            assert (answer.status_code, answer.json()["detail"]) == (403, "An API key can't do this. Sign in as yourself.")

    asyncio.run(run())
