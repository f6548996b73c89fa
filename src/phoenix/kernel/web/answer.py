"""Cached answers: JSON bytes with their entity tag."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from msgspec import Struct

from phoenix.kernel.cache.cache import Codec


class Answer(Struct, frozen=True, array_like=True):
    """The body of a 200 answer and its strong ETag (RFC 9110, section 8.8.3)."""

    body: bytes
    etag: str


ANSWER = Codec(encode=msgspec.msgpack.encode, decode=msgspec.msgpack.Decoder(Answer).decode)


def answer(value: Any, *, version: int | None = None) -> Answer:
    """An answer from a value. The tag is its version, or a digest if it has none."""
    body = msgspec.json.encode(value)
    return Answer(body, f'"{version}"' if version is not None else digest(body))


def digest(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'


def matches(header: str, etag: str) -> bool:
    """Whether If-None-Match contains this tag, by weak comparison as RFC 9110 requires."""
    return header.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in header.split(","))
