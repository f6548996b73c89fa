"""What is compressed on its way out, what never is, and that ETags stay true."""

from __future__ import annotations

import asyncio
import gzip
import re
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.requests import ROUTES

from phoenix.kernel.web.compression import ON_THE_LOOP, SECRETS, SMALLEST, Compression, weight
from phoenix.kernel.web.csrf import read_token

GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}


async def raw(client: httpx.AsyncClient, path: str, headers: dict[str, str], method: str = "GET") -> tuple[httpx.Response, bytes]:
    """A response with the bytes as they were sent."""
    async with client.stream(method, path, headers=headers) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


def test_every_page_and_every_read_of_the_api_is_compressed_for_those_who_take_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel, AsyncExitStack():
            values = {"organisation_id": await harness.organisation("acme", ada="owner"), "slug": "acme"}
            await harness.person("staff", permissions=("platform.admin",))
            seen = 0
            for method, path, route in ROUTES:
                if method != "GET" or set(re.findall(r"{(\w+):", path)) - set(values):
                    continue
                inside = "public" not in route.opt["rule"].listeners
                client = panel.client() if inside else harness.client
                person = "staff" if inside else "ada"
                head = await panel.headers(person) if inside else {"Authorization": f"Bearer {harness.people[person].token}"}
                address = re.sub(r"{(\w+):\w+}", lambda found: values[found[1]], path) + f"?organisation={values['organisation_id']}"
                answer, plain = await raw(client, address, {**head, **PLAIN})
                assert "content-encoding" not in answer.headers, path
                if answer.status_code != 200 or "content-disposition" in answer.headers:
                    continue
                assert "Accept-Encoding" in answer.headers.get("vary", ""), path
                answer, sent = await raw(client, address, {**head, **GZIP})
                if len(plain) < SMALLEST or any(mark in plain for mark in SECRETS):
                    assert "content-encoding" not in answer.headers, path
                    continue
                seen += 1
                assert answer.headers["content-encoding"] == "gzip", path
                assert answer.headers["content-length"] == str(len(sent))
                assert len(sent) < len(plain) * 0.6, path
                if "etag" in answer.headers:
                    assert gzip.decompress(sent) == plain, path
            assert seen > 20

    asyncio.run(run())


def test_an_act_is_never_answered_compressed(harness: Harness) -> None:
    """Keys and tokens stand in what acts answer with, beside names that someone chose."""

    async def run() -> None:
        async with harness:
            await harness.organisation("acme", ada="owner")
            key = {"name": "k" * 100, "scopes": ["entries.read"]}
            for _ in range(2):
                made = await harness.post("/api/v2/api_keys", by="ada", json=key, headers=GZIP)
                assert (made.status_code, "content-encoding" in made.headers) == (201, False)
            refused = await harness.post("/sign-up", data={"name": "x"}, headers=GZIP)
            assert len(refused.content) > SMALLEST
            assert "content-encoding" not in refused.headers

    asyncio.run(run())


def test_the_tag_of_a_compressed_answer_is_weak_and_names_the_same_state(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("acme", ada="owner")
            for path in ("/api/v2/openapi.json", "/api/v2/me", "/api/v2/dashboard?organisation=acme"):
                for _hot in range(3):
                    whole = await harness.get(path, by="ada", headers=PLAIN)
                    shrunk = await harness.get(path, by="ada", headers=GZIP)
                    assert shrunk.content == whole.content
                    strong = whole.headers["etag"]
                    assert strong.startswith('"')
                    assert shrunk.headers["etag"] == (f"W/{strong}" if "content-encoding" in shrunk.headers else strong)
                    for known in (shrunk.headers["etag"], strong):
                        again = await harness.get(path, by="ada", headers={**GZIP, "If-None-Match": known})
                        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", known), path
                        assert "Accept-Encoding" in again.headers["vary"]

    asyncio.run(run())


def test_a_weak_tag_is_enough_to_change_what_was_read_compressed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.sql("UPDATE accounts SET contact = $1 WHERE name = 'ada'", "long " * 99)
            shown = await harness.get("/api/v2/me", by="ada", headers=GZIP)
            tag = shown.headers["etag"]
            weak = tag if tag.startswith("W/") else f"W/{tag}"
            changed = await harness.patch("/api/v2/me", by="ada", json={"name": "Ada L."}, headers={"If-Match": weak})
            assert changed.status_code == 200
            late = await harness.patch("/api/v2/me", by="ada", json={"name": "Ada M."}, headers={"If-Match": weak})
            assert late.status_code == 412

    asyncio.run(run())


def test_head_says_what_get_would(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for path in ("/sign-in", "/api/v2/openapi.json", "/api/v2/health", "/nowhere"):
                for wanted in (GZIP, PLAIN):
                    got, _ = await raw(harness.client, path, wanted)
                    head, body = await raw(harness.client, path, wanted, "HEAD")
                    assert body == b""
                    for name in ("content-encoding", "vary", "etag", "content-type"):
                        assert head.headers.get(name) == got.headers.get(name), (path, name)

    asyncio.run(run())


async def answered(headers: list[tuple[bytes, bytes]], *bodies: bytes, status: int = 200) -> tuple[dict[bytes, bytes], bytes]:
    """What the layer makes of an answer, for a client that takes gzip."""
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for number, body in enumerate(bodies, 1):
            await send({"type": "http.response.body", "body": body, "more_body": number < len(bodies)})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", b"gzip")]}
    await Compression(app)(scope, receive, send)
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


def head_of(kind: bytes, body: bytes, *more: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", kind), (b"content-length", b"%d" % len(body)), *more]


@pytest.mark.parametrize("size", [SMALLEST, ON_THE_LOOP + 1])
def test_small_and_large_answers_are_the_same_after_decompression(size: int) -> None:
    body = b"x" * size
    found, sent = asyncio.run(answered(head_of(b"text/html; charset=utf-8", body), body))
    assert (found[b"content-encoding"], gzip.decompress(sent)) == (b"gzip", body)


TEXT = b"<p>text</p>" * 200


@pytest.mark.parametrize(
    ("headers", "bodies"),
    [
        (head_of(b"text/html", TEXT[:900]), [TEXT[:900]]),
        (head_of(b"image/png", TEXT), [TEXT]),
        (head_of(b"application/zip", TEXT), [TEXT]),
        (head_of(b"text/html", TEXT, (b"content-encoding", b"br")), [TEXT]),
        (head_of(b"text/html", TEXT, (b"content-range", b"bytes 0-9/10")), [TEXT]),
        (head_of(b"text/html", TEXT, (b"cache-control", b"no-store, no-transform")), [TEXT]),
        (head_of(b"text/plain", TEXT * 2), [TEXT, TEXT]),
    ],
    ids=["small", "picture", "archive", "compressed already", "a part", "not to be changed", "a stream"],
)
def test_what_is_not_compressed(headers: list[tuple[bytes, bytes]], bodies: list[bytes]) -> None:
    found, sent = asyncio.run(answered(headers, *bodies))
    assert sent == b"".join(bodies)
    assert found.get(b"content-encoding") in {None, b"br"}


@pytest.mark.parametrize("mark", ['<input type="hidden" name="token" value="x">', "<code data-secret>x</code>"])
def test_a_page_that_shows_a_secret_is_not_compressed_by_us_nor_by_a_proxy(mark: str) -> None:
    body = TEXT + mark.encode()
    found, sent = asyncio.run(answered(head_of(b"text/html", body, (b"cache-control", b"no-store")), body))
    assert (sent, found[b"cache-control"]) == (body, b"no-store, no-transform")
    assert b"content-encoding" not in found


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("gzip", 1.0), ("GZip;q=0.5, br", 0.5), ("gzip; q=0", 0.0), ("br", 0.0), ("*", 1.0), ("*;q=0.2, gzip;q=0.9", 0.9), ("", 0.0),
        ("gzip;q=0, *", 0.0), ("gzip;q=x", 1.0), ("gzip;q=1.1.1", 0.0), ("identity", 0.0),
    ],
)  # fmt: skip
def test_how_much_a_client_wants_gzip(header: str, wanted: float) -> None:
    assert weight(header, "gzip") == wanted


def test_the_token_of_forms_is_another_text_in_each_page_and_holds_in_all_of_them(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            tokens = [re.findall(r'csrf-token" content="([^"]+)"', (await harness.get("/sign-in")).text)[0] for _ in range(3)]
            assert len(set(tokens)) == 3
            assert all(read_token(harness.runtime, token) for token in tokens)
            for token in tokens:
                sent = {"csrf": token, "email": "nobody@example.com", "password": "wrong horse battery nine"}
                assert (await harness.post("/sign-in", data=sent)).status_code == 422

    asyncio.run(run())
