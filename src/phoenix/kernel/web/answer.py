"""Cached answers: JSON bytes with their entity tag."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
from msgspec import Struct

from phoenix.kernel.cache.cache import Codec


class Answer(Struct, frozen=True, array_like=True):
    """The body of a 200 answer and its strong ETag (RFC 9110, section 8.8.3)."""

    body: bytes
    etag: str


# In 2.0 the version was the whole ETag.
_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,9})(?:-[0-9a-f]{18})?"?')
ANSWER = Codec(encode=msgspec.msgpack.encode, decode=msgspec.msgpack.Decoder(Answer).decode)


def answer(value: Any, *, version: int | None = None) -> Answer:
    """An answer from a value, with the tag that names it."""
    body = msgspec.json.encode(value)
    return Answer(body, tag_of(body, version))


def tag_of(body: bytes, version: int | None = None) -> str:
    """The ETag of a body. It begins with the version of what it shows, and differs wherever what two people see differs."""
    digest = hashlib.blake2b(body, digest_size=9).hexdigest()
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def versions_in(header: str) -> tuple[int, ...]:
    """The versions in the ETags of If-Match, weak ones included, since proxies that compress make them of ours."""
    found = (_VERSION.fullmatch(tag.strip()) for tag in header.split(","))
    return tuple(int(tag[1]) for tag in found if tag)


def matches(header: str, etag: str) -> bool:
    """Whether If-None-Match contains this tag, by weak comparison as RFC 9110 requires."""
    return header.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in header.split(","))
