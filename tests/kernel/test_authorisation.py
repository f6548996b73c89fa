"""The order in which a request is checked: headers, body bytes, current permissions, body content, and again in the transaction."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.harness import Harness

from phoenix.kernel.web import authorisation
from phoenix.kernel.web.authorisation import limited_as

Act = Callable[[Harness], Awaitable[object]]


class SlowBody:
    """A request whose body arrives in two pieces, with something happening in between."""

    def __init__(self, body: bytes, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._pieces = [body[:10], body[10:]]
        self._meanwhile = meanwhile
        self.reads = 0

    async def __call__(self) -> dict[str, Any]:
        self.reads += 1
        if self.reads == 2:
            await self._meanwhile()
        piece = self._pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}


async def _send(
    harness: Harness, method: str, path: str, *, by: str | None, receive: Callable[[], Awaitable[Any]]
) -> tuple[int, dict[str, Any]]:
    """A request without the HTTP client, so that its body can arrive slowly."""
    headers = [(b"content-type", b"application/json"), (b"host", b"phoenix.test")]
    if by is not None:
        headers.append((b"authorization", f"Bearer {harness.people[by].token}".encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers, "client": ("203.0.113.7", 1),
        "server": ("phoenix.test", 80),
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await harness.client._transport.app(scope, receive, send)  # type: ignore[attr-defined]
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(body or b"{}")


async def _remove_bo(harness: Harness) -> None:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/members/{harness.people['bo'].id}"
    assert (await harness.delete(path, by="ada")).status_code == 204


async def _demote_bo(harness: Harness) -> None:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/members/{harness.people['bo'].id}"
    assert (await harness.patch(path, by="ada", json={"role": "viewer"})).status_code == 204


async def _sign_bo_out(harness: Harness) -> None:
    assert (await harness.delete("/api/v2/sessions/current", by="bo")).status_code == 204


@pytest.mark.parametrize(
    ("meanwhile", "status"),
    [
        pytest.param(_remove_bo, 404, id="removed"),
        pytest.param(_demote_bo, 403, id="demoted"),
        pytest.param(_sign_bo_out, 401, id="signed-out"),
    ],
)
def test_a_permission_removed_while_the_body_arrives_no_longer_counts(harness: Harness, meanwhile: Act, status: int) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            body = json.dumps({"organisation": ember, "title": "Too late"}).encode()
            answered, problem = await _send(harness, "POST", "/api/v2/entries", by="bo", receive=SlowBody(body, lambda: meanwhile(harness)))
            assert answered == status, problem
            assert await harness.sql("SELECT 1 FROM entries") == []

    asyncio.run(run())


def test_the_body_is_not_read_for_an_anonymous_sender(harness: Harness) -> None:
    async def run() -> None:
        async with harness:

            async def receive() -> dict[str, Any]:
                raise AssertionError("the body was read")

            assert (await _send(harness, "POST", "/api/v2/entries", by=None, receive=receive))[0] == 401

    asyncio.run(run())


def test_a_body_that_never_ends_gets_a_clear_response(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorisation, "BODY_SECONDS", 0.01)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")

            async def receive() -> dict[str, Any]:
                await asyncio.Event().wait()
                return {}

            status, problem = await _send(harness, "POST", "/api/v2/entries", by="ada", receive=receive)
            assert (status, problem["code"]) == (408, "body_timeout")

    asyncio.run(run())


def test_an_action_on_permissions_is_authorised_again_inside_its_transaction(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The permission is removed after the second check and before the transaction, so only the third check can notice."""
    admit = authorisation.admit

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator", cleo="member")
            taken = False

            async def admitted(request: Any, rule: Any) -> Any:
                nonlocal taken
                admission = await admit(request, rule)
                if rule.act == "authority" and not taken:
                    taken = True
                    await harness.sql("UPDATE memberships SET role = 'viewer' WHERE account_id = $1", harness.people["bo"].id)
                return admission

            monkeypatch.setattr("phoenix.kernel.web.endpoint.admit", admitted)
            path = f"/api/v2/organisations/{ember}/members/{harness.people['cleo'].id}"
            answer = await harness.patch(path, by="bo", json={"role": "administrator"})
            assert answer.status_code == 403, answer.text
            roles = await harness.sql("SELECT role FROM memberships WHERE account_id = $1", harness.people["cleo"].id)
            assert roles[0]["role"] == "member"

    asyncio.run(run())


def test_two_owners_who_remove_each_other_leave_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner")
            paths = {
                who: f"/api/v2/organisations/{ember}/members/{harness.people[other].id}" for who, other in (("ada", "bo"), ("bo", "ada"))
            }
            answers = await asyncio.gather(*(harness.delete(path, by=who) for who, path in paths.items()))
            assert sorted(answer.status_code for answer in answers) == [204, 404]
            assert len(await harness.sql("SELECT 1 FROM memberships WHERE organisation_id = $1", ember)) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "key"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:203.0.113.7", "203.0.113.7"), ("", "")],
)
def test_ipv6_addresses_are_limited_by_their_customer_network(address: str, key: str) -> None:
    assert limited_as(address) == key
