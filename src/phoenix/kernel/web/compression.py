"""Answers made for one request, compressed on the way out: pages, fragments and JSON. Files are compressed when they are built.

Only what is read (GET and HEAD) is compressed, so that a key or a token that an act answers with never is. A page that shows a
secret says so by a hidden field called token or by `data-secret`; it is sent as it is, and proxies are told to leave it so.
The token of forms is on every page, another text each time (csrf.py).
"""

from __future__ import annotations

import asyncio
import functools
import re
import zlib

from phoenix.kernel.web.asgi import AsgiApp, Message, Raw, Receive, Scope, Send

# Below this an answer fits into one packet anyway.
SMALLEST = 1000
# Measured on our pages: a fifth of a millisecond for 20 kB, and the levels above save 4% at most.
LEVEL = 4
# More than this takes milliseconds, in which the loop serves others.
ON_THE_LOOP = 100_000
KINDS = (b"text/", b"application/json", b"application/problem+json", b"image/svg+xml")
SECRETS = (b'name="token"', b"data-secret")
_WEIGHT = re.compile(r";\s*q=([0-9.]+)")


def weight(header: str, coding: str) -> float:
    """How much the client wants a coding, from 0 (not at all) to 1, by Accept-Encoding (RFC 9110, 12.5.3)."""
    others = 0.0
    for part in header.split(","):
        name, _, parameters = part.strip().partition(";")
        found = _WEIGHT.match(f";{parameters}")
        try:
            wanted = min(1.0, float(found[1])) if found else 1.0
        except ValueError:
            wanted = 0.0
        if name.strip().lower() == coding:
            return wanted
        if name.strip() == "*":
            others = wanted
    return others


class Compression:
    """The outermost layer, so that what is answered from memory is compressed too."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            send = _Compressing(scope, send)
        await self.app(scope, receive, send)


class _Compressing:
    """`send` of one request. The head of an answer waits for its body, since it says how the body is sent. To HEAD the body is not sent."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._head_only = scope["method"] == "HEAD"
        sent = {name: value.decode("latin-1") for name, value in scope["headers"]}
        self._wanted = weight(sent.get(b"accept-encoding", ""), "gzip") > 0
        self._cached = sent.get(b"if-none-match", "")
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _can_be(message):
            headers: list[Raw] = [*message["headers"], (b"vary", b"Accept-Encoding")]
            message["headers"] = headers
            if message["status"] == 304:
                # As the client knows it: its copy is the compressed one if it is named by the weak tag.
                message["headers"] = [_weakened(pair) if f"W/{pair[1].decode('latin-1')}" in self._cached else pair for pair in headers]
            elif self._wanted:
                self._start = message
                return
        start, self._start = self._start, None
        if start is not None:
            message = await self._compressed(start, message)
            await self._send(start)
        if self._head_only and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    async def _compressed(self, start: Message, message: Message) -> Message:
        """The body, and its head changed to suit it."""
        headers: list[Raw] = list(start["headers"])
        length = next((int(value) for name, value in headers if name == b"content-length"), 0)
        if message.get("more_body") or length < SMALLEST:
            return message
        body: bytes = message.get("body", b"")
        if any(mark in body for mark in SECRETS):
            start["headers"] = [(name, value + b", no-transform") if name == b"cache-control" else (name, value) for name, value in headers]
            return message
        start["headers"] = [_weakened(pair) for pair in headers if pair[0] != b"content-length"] + [(b"content-encoding", b"gzip")]
        tagged = any(name == b"etag" for name, _ in headers)
        shrink = _shrunk_before if tagged and len(body) <= ON_THE_LOOP else _shrunk
        shrunk = shrink(body) if len(body) <= ON_THE_LOOP else await asyncio.to_thread(shrink, body)
        start["headers"].append((b"content-length", b"%d" % len(shrunk)))
        return {**message, "body": shrunk}


def _can_be(start: Message) -> bool:
    """Whether answers like this one are compressed for those who want that."""
    found: dict[bytes, bytes] = {name.lower(): value for name, value in start["headers"]}
    if b"content-encoding" in found or b"content-range" in found or b"no-transform" in found.get(b"cache-control", b""):
        return False
    if start["status"] == 304:
        return True
    return start["status"] != 206 and found.get(b"content-type", b"").startswith(KINDS) and b"accept-ranges" not in found


def _weakened(header: Raw) -> Raw:
    """A compressed answer has other bytes, so a strong tag would not be true (RFC 9110, 8.8.1)."""
    name, value = header
    return (name, b"W/" + value) if name == b"etag" and not value.startswith(b"W/") else header


def _shrunk(body: bytes) -> bytes:
    return zlib.compress(body, LEVEL, wbits=31)


# What has a tag is sent again and again, often from memory.
_shrunk_before = functools.lru_cache(maxsize=64)(_shrunk)
