"""The bundles and the assets of modules, as files: served by us, since the server could give them no headers of ours.

Beside a file may stand its compressed copies, made when it was built: `app.js.br` and `app.js.gz`. Each is a version of its own, with
its own tag and its own ranges.
"""

from __future__ import annotations

import asyncio
import mimetypes
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from phoenix.kernel.web.answer import matches
from phoenix.kernel.web.asgi import AsgiApp, Raw, Receive, Scope, Send
from phoenix.kernel.web.compression import weight

# What is in the address of a file names its content.
IMMUTABLE = b"max-age=31536000, public, immutable"
# A file that is opened as a page, an SVG say, runs nothing and belongs to no origin. A script keeps the policy of our pages,
# since a worker that is made of it is under the policy of its file.
POLICY = b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
CHUNK = 1024 * 1024
OTHER = "application/octet-stream"
# In order of size: of two that a client wants as much, the smaller is sent.
CODINGS = (("br", ".br"), ("gzip", ".gz"))
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")

# Without the files of the machine, which differ.
_types = mimetypes.MimeTypes()
for _kind, _suffix in (("text/javascript", ".js"), ("text/javascript", ".mjs"), ("font/woff2", ".woff2"), ("image/avif", ".avif")):
    _types.add_type(_kind, _suffix)


class StaticFiles:
    """The layer around the framework that answers with files. What is no file of its folders is passed on, and not found there."""

    def __init__(self, app: AsgiApp, folders: Mapping[str, Path]) -> None:
        """`folders` maps a prefix such as "/static/" to what is served below it."""
        self._app = app
        self._folders = [(prefix, Path(os.path.realpath(folder))) for prefix, folder in folders.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            for prefix, folder in self._folders:
                if scope["path"].startswith(prefix):
                    file = _chosen(folder, scope["path"][len(prefix) :], scope["headers"])
                    if file is not None:
                        try:
                            await _send(file, scope, send)
                        finally:
                            os.close(file.descriptor)
                        return
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class _File:
    """An open file, as it is sent. `coding` is how it is compressed, "" if it is not."""

    descriptor: int
    about: os.stat_result
    media_type: str
    coding: str = ""


def _chosen(folder: Path, name: str, headers: Iterable[Raw]) -> _File | None:
    """The file of this name, or the compressed copy of it that the client wants most."""
    file = _open(folder, name)
    wanted = next((value.decode("latin-1") for header, value in headers if header == b"accept-encoding"), "")
    if file is None or not wanted:
        return file
    for coding, suffix in sorted(CODINGS, key=lambda known: -weight(wanted, known[0])):
        copy = _open(folder, name + suffix) if weight(wanted, coding) > 0 else None
        if copy is not None:
            os.close(file.descriptor)
            return _File(copy.descriptor, copy.about, file.media_type, coding)
    return file


def _open(folder: Path, name: str) -> _File | None:
    """The file of this name in the folder, opened; None for a name that leads out of it, or that no file can have."""
    try:
        if not {"", ".", ".."}.isdisjoint(name.split("/")):
            return None
        path = Path(os.path.realpath(folder / name, strict=True))
        if not path.is_relative_to(folder):
            return None
        # Without waiting: to open a pipe would else hold up everyone until it was written to.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (OSError, ValueError):
        return None
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        return None
    return _File(descriptor, about, _media_type(path.name))


def _media_type(name: str) -> str:
    kind, encoding = _types.guess_type(name)
    if kind is None or encoding is not None:
        return OTHER
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


async def _send(file: _File, scope: Scope, send: Send) -> None:
    descriptor, about, media_type = file.descriptor, file.about, file.media_type
    size, etag = about.st_size, f'"{about.st_mtime_ns:x}-{about.st_size:x}{file.coding and f"-{file.coding}"}"'
    headers: list[Raw] = [(b"cache-control", IMMUTABLE), (b"etag", etag.encode()), (b"accept-ranges", b"bytes")]
    headers.append((b"vary", b"Accept-Encoding"))
    if file.coding:
        headers.append((b"content-encoding", file.coding.encode()))
    if not media_type.startswith("text/javascript"):
        headers.append((b"content-security-policy", POLICY))
    sent = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if b"if-none-match" in sent and matches(sent[b"if-none-match"], etag):
        await _answer(send, 304, headers)
        return
    status, part = 200, range(size)
    # A date in If-Range names no version of ours, so the whole file is sent.
    if scope["method"] == "GET" and b"range" in sent and sent.get(b"if-range", etag).strip() == etag:
        asked = _part(sent[b"range"], size)
        if asked is not None and not asked:
            await _answer(send, 416, [*headers, (b"content-range", b"bytes */%d" % size), (b"content-length", b"0")])
            return
        if asked is not None:
            status, part = 206, asked
            headers.append((b"content-range", b"bytes %d-%d/%d" % (asked[0], asked[-1], size)))
    headers += [(b"content-type", media_type.encode()), (b"content-length", b"%d" % len(part))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    left = 0 if scope["method"] == "HEAD" else len(part)
    if left and part.start:
        os.lseek(descriptor, part.start, os.SEEK_SET)
    while left > CHUNK:
        chunk = await asyncio.to_thread(os.read, descriptor, CHUNK)
        left -= len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if not chunk:
            break
    await send({"type": "http.response.body", "body": os.read(descriptor, left) if left else b"", "more_body": False})


async def _answer(send: Send, status: int, headers: list[Raw]) -> None:
    """An answer without a body."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _part(header: str, size: int) -> range | None:
    """The bytes that Range asks for, empty if there are none of them (416); None for the whole file.

    Several ranges in one request, and what cannot be understood, are answered with the whole (RFC 9110, 14.2).
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return range(max(0, size - int(found[2])), size)
    first, last = int(found[1]), int(found[2] or size - 1)
    return None if found[2] and last < first else range(first, min(last + 1, size))
