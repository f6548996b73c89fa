"""What the web layers of one process share, and what they know about one request, both as typed values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from litestar import Request
from litestar.datastructures import State

from phoenix.kernel.actor import Actor, ListenerName, Membership
from phoenix.kernel.cache.limits import Decision
from phoenix.kernel.i18n.templates import Templates
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.session_reader import SessionReader

AnyRequest = Request[Any, Any, State]

KEY = "phoenix"


@dataclass(frozen=True, slots=True)
class App:
    """One web process: its runtime, its modules, its templates, and the reader of its sessions.

    `people_url` is the public address, also on the admin listener. `document` gives the OpenAPI document as JSON.
    """

    runtime: Runtime
    registry: Registry
    templates: Templates
    sessions: SessionReader
    listener: ListenerName
    people_url: str
    document: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Admission:
    """What was decided about a request before its content was interpreted.

    `token` is what the user authenticated with. `member` is the checked permission that the route names, if the organisation
    was known from the path, the query or the body.
    """

    actor: Actor | None
    token: str | None
    limits: tuple[Decision, ...] = ()
    member: Membership | None = None


@dataclass(slots=True)
class RequestState:
    """What the layers know about one request: its id, the client's address, what was decided about it, the fields of its form, and badges."""

    app: App
    address: str = ""
    request_id: str = ""
    admission: Admission | None = None
    form: Mapping[str, str] | None = None
    badges: Mapping[str, int] = field(default_factory=dict)


def put_state(scope: Any, state: RequestState) -> None:
    """Store it where `state_of` finds it; done once, by the outermost layer."""
    scope[KEY] = state


def state_of(scope: Any) -> RequestState:
    """The state of the request with this scope. Raises KeyError for a request that did not pass through our layers."""
    return cast("RequestState", scope[KEY])


def app_of(request: AnyRequest) -> App:
    return state_of(request.scope).app
