"""Whatever is sent to any route, the response is a client error and never a server error."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args
from urllib.parse import quote

import httpx
import msgspec
import pytest
from tests.harness import Harness, Person
from tests.modules.admin.panel import Panel

from phoenix.composition import MODULES
from phoenix.kernel.security.crypto import to_base64url
from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.pages import safe_next

ROUTES = [(min(route.http_methods - {"OPTIONS"}), min(route.paths), route) for module in MODULES for route in module.routes]
# Routes that would end the session of this test.
LEFT_OUT = {"/sign-out", "/api/v2/sessions/current", "/settings/sessions/end-others"}
# NUL, invalid text, marks that reverse the writing direction, numbers too large for a column, operators of SQL and text search.
JUNK = ("a\0b@example.com", "’\u202e é😀\ud800", "\\'&|!:* OR 1=1 --", "99999999999999999999", "٣", "//[" + "x" * 1000)
NAMES = (
    "account", "accept_terms", "body", "captcha", "challenge", "code", "contact", "credential", "cursor", "days", "device", "email",
    "error", "iss", "kind", "limit", "locale", "method", "methods", "minutes", "name", "next", "organisation", "password", "permission",
    "person", "place", "q", "reason", "remember", "role", "sort", "state", "subject", "time_zone", "title", "token", "user", "version", "writes",
)  # fmt: skip


def _quoted(junk: str) -> str:
    return quote(junk.encode("utf-8", "surrogatepass"), safe="")


def _paths(path: str, junk: str) -> Iterator[str]:
    """The path with its placeholders filled in: with junk, and with plausible values."""
    yield re.sub(r"\{\w+:\w+\}", _quoted(junk[:200]), path)
    if "{" in path:
        yield re.sub(r"\{\w+:\w+\}", "acc_01J00000000000000000000000", path)


def _body(route: Any, junk: str) -> bytes:
    """A body with the fields of the route, each of the right type where that is known."""
    data = route.fn.__annotations__.get("data")
    kind = get_args(data)[0] if get_args(data) else None
    if kind is None:
        return b""
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        of_type = str(field.type)
        if field.name == "credential":
            given[field.name] = {"id": junk, "rawId": junk, "type": "public-key", "response": {"clientDataJSON": junk, "signature": 1}}
        elif "list" in of_type:
            given[field.name] = [junk]
        elif "int" in of_type:
            given[field.name] = 2**62
        elif "bool" in of_type:
            given[field.name] = True
        elif "PasskeyData" not in of_type:
            given[field.name] = junk
    return json.dumps(given, ensure_ascii=True).encode()


async def _try(client: httpx.AsyncClient, method: str, path: str, route: Any, person: Person, csrf: str, junk: str) -> list[str]:
    broken = []
    headers = {"Authorization": f"Bearer {person.token}", "If-Match": '"1"'}
    queries = "&".join(f"{name}={_quoted(junk)}" for name in NAMES)
    for target in _paths(path, junk):
        if method == "GET":
            answer = await client.get(f"{target}?{queries}", headers=headers)
        elif path.startswith("/api/"):
            kind = {"Content-Type": "application/json"}
            answer = await client.request(method, target, content=_body(route, junk), headers=headers | kind)
        else:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = await client.post(target, content=f"{queries}&csrf={csrf}".encode(), headers=headers | kind)
        if answer.status_code >= 500 and answer.status_code != 503:
            broken.append(f"{method} {target[:200]}: {answer.status_code}")
    return broken


@pytest.mark.parametrize("junk", JUNK, ids=[f"{n}" for n in range(len(JUNK))])
def test_junk_is_refused_without_a_server_error(harness: Harness, junk: str) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            broken = []
            staff = await harness.person("staff", permissions=("platform.admin",))
            await harness.organisation("acme", staff="owner")
            at_the_panel = await panel.session("staff")
            inside = panel.client(), replace(staff, token=at_the_panel.token, session=at_the_panel.id)
            for method, path, route in ROUTES:
                if path not in LEFT_OUT:
                    client, person = (harness.client, staff) if "public" in route.opt["rule"].listeners else inside
                    csrf = token_for(harness.runtime, person.id)
                    broken += await _try(client, method, path, route, person, csrf, junk)
            assert not broken, "\n".join(broken)

    asyncio.run(run())


def test_malformed_headers_and_parameters_are_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            person = await harness.person("ada", password=True)
            cookie = {"Cookie": f"phoenix_session={person.token}"}
            sent: list[tuple[str, str, dict[str, Any]]] = [
                ("POST", "/sign-in", {"headers": {"Origin": "http://["}, "data": {"email": "a", "password": "b"}}),
                ("POST", "/sign-in", {"headers": {"Cookie": "phoenix_visitor=v"}, "data": {"csrf": "é"}}),
                ("POST", "/settings/profile", {"headers": cookie, "data": {"csrf": "é"}}),
                ("DELETE", "/api/v2/sessions", {"headers": {**cookie, "X-CSRF-Token": "é".encode()}}),
                ("GET", "/sign-in?next=%2F%E2%82%AC", {"headers": cookie}),
                ("GET", "/sign-in?next=%2F%2F%5B", {"headers": cookie}),
                ("GET", "/api/v2/me", {"headers": {"Authorization": f"Bearer {to_base64url(b'[' * 700)}.a.b"}}),
                ("GET", "/api/v2/me", {"headers": {"Authorization": b"Bearer \xff\xfe" + b"a" * 40}}),
                ("GET", "/sign-in", {"headers": {"Cookie": 'phoenix_toast="; phoenix_visitor=\x01;=;;phoenix_session=' + "x" * 2000}}),
                ("GET", "/sign-in/second-step", {"headers": {"Cookie": "phoenix_challenge=x; phoenix_provider=x; phoenix_identity=x"}}),
                ("POST", "/api/v2/sessions", {"content": b"[" * 500_000, "headers": {"Content-Type": "application/json"}}),
                ("POST", "/api/v2/sessions", {"content": b'{"email":' * 50_000, "headers": {"Content-Type": "application/json"}}),
                ("POST", "/api/v2/sessions", {"content": b'{"email": "\xff"}', "headers": {"Content-Type": "application/json"}}),
                (
                    "POST",
                    "/api/v2/sessions/passkey",
                    {
                        "content": b'{"challenge": "c", "credential": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
                        "headers": {"Content-Type": "application/json"},
                    },
                ),
                ("POST", "/sign-in", {"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}),
                ("POST", "/sign-in", {"content": b"a=b", "headers": {"Content-Type": "multipart/form-data"}}),
                ("POST", "/sign-in", {"content": b"a=b", "headers": {"Content-Type": "application/json"}}),
                ("POST", "/api/v2/sessions", {"content": b"a" * 2_000_000, "headers": {"Content-Type": "application/json"}}),
            ]
            broken = []
            for method, path, options in sent:
                answer = await harness.client.request(method, path, **options)
                if answer.status_code >= 500:
                    broken.append(f"{method} {path} {str(options)[:120]}: {answer.status_code}")
            assert not broken, "\n".join(broken)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("//[", "/"),
        ("/a\tb", "/"),
        ("/\t/evil.example", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("/\0", "/"),
        ("/\u2028/evil.example", "/"),
        ("https:evil.example", "/"),
        ("", "/"),
        ("/€", "/%E2%82%AC"),
        ("/a?b=c&d=%20#e", "/a?b=c&d=%20#e"),
    ],
)
def test_the_next_page_is_our_own_and_fits_a_header(target: str, expected: str) -> None:
    assert safe_next(target) == expected
