"""Route decorators for the API, and how a handler's result becomes a response.

A handler takes a `Call` named `call`, and whatever else the framework provides: path and query parameters, `data`. If the
route says `within` which organisation it works, the handler can take the checked permission as `member`. It returns a
Struct, `Created`, `Accepted`, `Answer` or None.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Annotated, Any, TypeVar, get_type_hints

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import Body, PathParameter, QueryParameter
from litestar.response import Response

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.limits import headers_of
from phoenix.kernel.data.lease import ANSWER_SECONDS
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.web.answer import Answer, answer, matches
from phoenix.kernel.web.application import Admission, AnyRequest, app_of, state_of
from phoenix.kernel.web.authorisation import admit
from phoenix.kernel.web.call import Accepted, Call, Created, Download
from phoenix.kernel.web.handling import Handled, Run, handle
from phoenix.kernel.web.idempotency import Once, check_key
from phoenix.kernel.web.opening import Replayed
from phoenix.kernel.web.route_document import SUCCESS, problems_of, security_of, status_and_type
from phoenix.kernel.web.rules import BODY, FOUND, SAFE, Rule

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
# Arguments of a handler that come from us, not from the framework.
OURS = frozenset({"call", "member"})


def get(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("GET", path, **options)


def post(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("POST", path, **options)


def put(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("PUT", path, **options)


def patch(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("PATCH", path, **options)


def delete(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("DELETE", path, **options)


def route(
    method: str, path: str, *, queries: int, tag: str = "", problems: Sequence[int] = (), documented: bool = True, **asks: Any
) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a route of the API.

    `queries` is its budget, not counting the session check. `problems` are statuses it can answer with besides those of
    every route. One that a standard prescribes, and that no client of ours calls, is not `documented`. What it `asks` of its caller are the
    fields of a Rule.
    """
    rule = Rule(**asks)

    def decorate(handler: Handler) -> HTTPRouteHandler:
        hints = get_type_hints(handler, include_extras=True)
        status, returned = status_and_type(hints.get("return"))
        return GuardedRoute(
            path,
            http_method=method,  # type: ignore[arg-type]
            status_code=status,
            guards=[_guarded],
            opt={"queries": queries, "rule": rule},
            include_in_schema=documented,
            request_max_body_size=rule.body_most,
            tags=[tag or path.split("/")[3]],
            summary=(inspect.getdoc(handler) or "").split("\n")[0],
            description=inspect.getdoc(handler),
            operation_id=getattr(handler, "__name__", None),
            security=security_of(rule),
            response_description=SUCCESS[status],
            responses=problems_of(method, path, rule, problems, has_data="data" in hints),
        )(_endpoint(handler, path, rule, budget=queries, status=status, returned=returned))

    return decorate


def _endpoint(
    handler: Handler, path: str, rule: Rule, *, budget: int, status: int, returned: Any
) -> Callable[..., Awaitable[Response[Any]]]:
    """What the framework calls: with the parameters of the handler that are not ours, and those that only the rule reads.

    The latter are documented, but not passed to the handler.
    """
    signature = inspect.signature(handler)
    hints = get_type_hints(handler, include_extras=True)
    unused = [name for name in _parameters_of(path, rule) if name not in signature.parameters]
    takes_member = "member" in signature.parameters

    @wraps(handler)
    async def endpoint(request: AnyRequest, **arguments: Any) -> Response[Any]:
        for name in unused:
            del arguments[name]
        fields = Fields()
        fields.sent("body", arguments.get("data"))
        fields.check()

        async def run(call: Call) -> Any:
            return await handler(call=call, **arguments, **({"member": call.member} if takes_member else {}))

        return await _answer(request, rule, run, budget=budget, status=status)

    placed = {"request": Request[Any, Any, State]}
    placed |= {name: _placed(name, hints[name], path) for name in signature.parameters if name not in OURS}
    placed |= {name: _placed(name, str, path) for name in unused}
    given = {name: parameter.default for name, parameter in signature.parameters.items()}
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=given.get(name, inspect.Parameter.empty), annotation=hint)
        for name, hint in placed.items()
    ]
    endpoint.__signature__ = signature.replace(parameters=parameters, return_annotation=returned)  # type: ignore[attr-defined]
    endpoint.__annotations__ = {**placed, "return": returned}
    del endpoint.__wrapped__
    return endpoint


class GuardedRoute(HTTPRouteHandler):
    """A route whose rule is applied before the framework interprets anything the client sent."""

    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        await admit(connection, self.opt["rule"])  # type: ignore[arg-type]


def _guarded(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The framework authorises only what has a guard; GuardedRoute does the work."""
    del connection, handler


async def _answer(request: AnyRequest, rule: Rule, run: Run, *, budget: int, status: int) -> Response[Any]:
    admission = admitted(request)
    once = await _once(request, admission.actor)
    if once is not None and rule.begins_late:
        # Looked for before the work is done again; the transaction looks again, under its lock.
        async with app_of(request).runtime.database.reader(within=ANSWER_SECONDS) as reader:
            stored = await once.stored(reader)
        if stored is not None:
            return stored

    async def respond(handled: Handled) -> Response[Any]:
        response = _respond(request, handled, status, headers_of(admission.limits))
        if once is not None:
            kept = {name: value for name, value in response.headers.items() if name.lower() in {"etag", "location"}}
            await once.keep(
                handled.call.tx, status if response.status_code is None else response.status_code, kept, response.content or b""
            )
        return response

    try:
        return await handle(request, rule, admission, run, respond, budget=budget, once=once)
    except Replayed as replayed:
        return replayed.response


def admitted(request: AnyRequest) -> Admission:
    """What was decided about this request. Raises RuntimeError for a route without a decision: a bug."""
    admission = state_of(request.scope).admission
    if admission is None:
        raise RuntimeError("This request was not admitted.")
    return admission


async def _once(request: AnyRequest, actor: Actor | None) -> Once | None:
    key = request.headers.get("idempotency-key")
    if request.method != "POST" or key is None:
        return None
    state = state_of(request.scope)
    keys = state.app.runtime.keys
    caller = actor.account if actor else keys.pseudonym(state.address)
    organisations = frozenset(membership.organisation for membership in actor.memberships) if actor else None
    return Once(keys, caller, check_key(key), f"POST {request.scope['path']}", await request.body(), organisations)


def _respond(request: AnyRequest, handled: Handled, status: int, headers: dict[str, str]) -> Response[Any]:
    call, result = handled.call, handled.result
    headers = {"Cache-Control": "no-store", **headers, **call.headers}
    if call.runtime.settings.installation.environment == "test":
        headers["X-Phoenix-Queries"] = str(handled.queries)
    if isinstance(result, Answer):
        headers["Cache-Control"] = "private, no-cache"
        headers["Vary"] = "Authorization, Cookie"
        return _tagged(result, status, headers, call)
    if isinstance(result, Download):
        return result.respond(headers)
    if isinstance(result, Created):
        headers["Location"] = result.location
        result = result.value
    elif isinstance(result, Accepted):
        result = result.value
    if result is None:
        return Response(None, status_code=204, headers=headers, cookies=call.cookies)
    version = getattr(result, "version", None)
    if version is None and request.method not in SAFE:
        return _bytes(msgspec.json.encode(result), status, headers, call)
    return _tagged(answer(result, version=version), status, headers, call)


def _tagged(found: Answer, status: int, headers: dict[str, str], call: Call) -> Response[bytes]:
    headers["ETag"] = found.etag
    wanted = call.request.headers.get("if-none-match")
    if wanted and call.request.method in SAFE and matches(wanted, found.etag):
        return Response(b"", status_code=304, headers=headers, cookies=call.cookies)
    return _bytes(found.body, status, headers, call)


def _bytes(body: bytes, status: int, headers: dict[str, str], call: Call) -> Response[bytes]:
    return Response(body, status_code=status, headers=headers, media_type="application/json", cookies=call.cookies)


def _parameters_of(path: str, rule: Rule) -> list[str]:
    """The parameters of the path, and the query parameter that names the organisation."""
    named = re.findall(r"{(\w+):", path)
    in_query = rule.within and rule.within != FOUND and not rule.within.startswith(BODY) and rule.within not in named
    return [*named, rule.within] if in_query else named


def _placed(name: str, hint: Any, path: str) -> Any:
    """Where the framework finds a parameter: the body, the path or the query."""
    if name == "data":
        return Annotated[hint, Body(media_type=RequestEncodingType.JSON)]
    return Annotated[hint, PathParameter()] if f"{{{name}:" in path else Annotated[hint, QueryParameter()]
