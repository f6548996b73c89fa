"""One request, as a handler sees it: the same for the API and for pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Stream

from phoenix.kernel.actor import Actor, Membership
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import NotFound, NotSignedIn, PreconditionFailed, PreconditionRequired
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.networks import limited_as
from phoenix.kernel.web.answer import versions_in
from phoenix.kernel.web.application import Admission, AnyRequest, App, app_of, state_of
from phoenix.kernel.web.closing import require_open
from phoenix.kernel.web.rules import Rule

T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """One request. `form` holds the fields of a form; `cookies` and `headers` are sent with the response.

    `db` reads; `tx` writes, and exists only for POST, PUT, PATCH and DELETE. If nobody is signed in, `user` is None and
    `actor` raises NotSignedIn.
    """

    request: AnyRequest
    rule: Rule
    admission: Admission
    db: Reader
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: list[Cookie] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    shown_at: tuple[str, Mapping[str, str]] | None = None
    """The path and query of the page that is shown, where the form on it was refused: else they are those of the request."""
    checked: bool = False
    """Whether the handler named the organisation that a rule with FOUND leaves to it."""

    @property
    def app(self) -> App:
        return app_of(self.request)

    @property
    def runtime(self) -> Runtime:
        return self.app.runtime

    @property
    def registry(self) -> Registry:
        return self.app.registry

    @property
    def address(self) -> str:
        """The client's address; forwarded ones are believed only behind trusted proxies."""
        return state_of(self.request.scope).address

    @property
    def caller(self) -> str:
        """A pseudonym of the client's network, for what is counted by it."""
        return self.runtime.keys.pseudonym(limited_as(self.address))

    @property
    def user(self) -> Actor | None:
        return self.admission.actor

    @property
    def actor(self) -> Actor:
        if self.admission.actor is None:
            raise NotSignedIn
        return self.admission.actor

    @property
    def member(self) -> Membership:
        """The route's permission, checked in the organisation that the path, query or body names."""
        if self.admission.member is None:
            raise TypeError("This route does not say which organisation it works in.")
        return self.admission.member

    def within(self, organisation: str, missing: str = "") -> Membership:
        """Check the route's permission in an organisation that only the handler knows.

        Raises Forbidden, OrganisationClosing, or NotFound with the sentence `missing` if the actor is not a member.
        """
        self.checked = True
        if missing and self.actor.membership(organisation) is None:
            raise NotFound(missing)
        member = self.actor.require(self.rule.may, organisation)
        require_open(self.request.method, self.rule, member, self.actor.time_zone, self.registry)
        return member

    def forget_user(self) -> None:
        """Show the response as if nobody were signed in: the session has just ended."""
        self.admission = Admission(None, None)

    @property
    def tx(self) -> Transaction:
        if not isinstance(self.db, Transaction):
            raise TypeError("A read-only request has no transaction.")
        return self.db

    @property
    def path(self) -> Mapping[str, Any]:
        """The parameters in the path, by name."""
        return self.request.path_params

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the query string."""
        asked = self.request.query_params if self.shown_at is None else self.shown_at[1]
        return str(asked.get(name, default))

    @property
    def here(self) -> str:
        """The path of the page that is shown."""
        return str(self.request.scope["path"]) if self.shown_at is None else self.shown_at[0]

    def number(self, name: str, default: str = "") -> int | None:
        """A whole number of at most nine digits in a field of the form, or None."""
        text = self.form.get(name, default).strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    @property
    def agent(self) -> str:
        """The User-Agent header, 300 characters at most."""
        return self.request.headers.get("user-agent", "")[:300]

    def expected_versions(self) -> tuple[int, ...] | None:
        """The versions whose ETags If-Match names; None for `*`. An ETag that is not ours matches nothing (RFC 9110, 13.1.1).

        Raises PreconditionRequired without the header (RFC 6585).
        """
        header = self.request.headers.get("if-match", "").strip()
        if not header:
            raise PreconditionRequired("Send the ETag you read as If-Match, so that no one's changes are overwritten.")
        return None if header == "*" else versions_in(header)

    def shown_version(self) -> tuple[int, ...]:
        """The version that a form was shown with. Raises PreconditionFailed for a form without one, which would overwrite anything."""
        version = self.number("version")
        if version is None:
            raise PreconditionFailed(_("This form doesn't say which version it changes. Reload the page, then make your change again."))
        return (version,)


@dataclass(frozen=True, slots=True)
class Created(Generic[T]):
    """A new resource: 201 with the Location where it can be read, by itself or in its list."""

    value: T
    location: str


@dataclass(frozen=True, slots=True)
class Accepted(Generic[T]):
    """Something that will be done later: 202."""

    value: T


@dataclass(frozen=True, slots=True)
class Download:
    """A file to download under a plain name, never cached."""

    body: bytes | AsyncIterator[bytes]
    """Read after the handler has returned: an iterator takes its own connections."""
    media_type: str
    filename: str
    size: int | None = None

    def respond(self, headers: Mapping[str, str]) -> Response[Any]:
        """The response, in parts where the body is an iterator."""
        named = {**headers, "Content-Disposition": f'attachment; filename="{self.filename}"'}
        if isinstance(self.body, bytes):
            return Response(self.body, headers=named, media_type=self.media_type)
        return Stream(self.body, headers={**named, "Content-Length": str(self.size)}, media_type=self.media_type)
