"""What a handler is given: the runtime, who is acting, and the database for this one request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from litestar import Request
from litestar.datastructures import State

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import InvalidInput, NotLoggedIn, PreconditionRequired
from phoenix.kernel.runtime import Runtime

AnyRequest = Request[Any, Any, State]
T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """One request, as a handler sees it.

    `db` reads; `tx` writes and is there for POST, PUT, PATCH and DELETE alone. `actor` raises NotLoggedIn where nobody
    is logged in; `visitor` is None then.
    """

    request: AnyRequest
    runtime: Runtime
    visitor: Actor | None
    address: str
    db: Reader
    cookies: list[Any] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        if self.visitor is None:
            raise NotLoggedIn
        return self.visitor

    @property
    def tx(self) -> Transaction:
        if not isinstance(self.db, Transaction):
            raise TypeError("A GET handler has no transaction.")
        return self.db

    @property
    def agent(self) -> str:
        """The User-Agent header, bounded."""
        return self.request.headers.get("user-agent", "")[:300]

    def expected_version(self) -> int | None:
        """The version in If-Match, None for `*`. Raises PreconditionRequired without the header (RFC 6585)."""
        header = self.request.headers.get("if-match", "").strip()
        if not header:
            raise PreconditionRequired("Send the ETag you read as If-Match, so that nobody's change is lost.")
        if header == "*":
            return None
        text = header.removeprefix("W/").strip('"')
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise InvalidInput("If-Match must hold one ETag as it was given, or *.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Created(Generic[T]):
    """A new resource: 201 with its Location."""

    value: T
    location: str


@dataclass(frozen=True, slots=True)
class Accepted(Generic[T]):
    """Something that happens later: 202."""

    value: T


@dataclass(frozen=True, slots=True)
class Download:
    """A file to keep, under a plain name, held by no cache."""

    body: bytes
    media_type: str
    filename: str

    @property
    def disposition(self) -> str:
        return f'attachment; filename="{self.filename}"'
