"""Route decorators for the API. One place decides who may call, counts queries, commits and answers.

A handler takes a `Call` named `call`, and whatever else Litestar gives: path and query parameters, `data`. It returns a
Struct, `Created`, `Accepted`, `Answer` or None.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body, PathParameter, QueryParameter
from litestar.response import Response

from phoenix.kernel.actor import Actor
from phoenix.kernel.database import Reader, Transaction
from phoenix.kernel.errors import Forbidden, NotLoggedIn, QueryBudgetExceeded
from phoenix.kernel.limits import Decision, Limit, headers_of
from phoenix.kernel.redaction import also_remember
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web import csrf
from phoenix.kernel.web.answer import Answer, matches
from phoenix.kernel.web.call import Accepted, AnyRequest, Call, Created
from phoenix.kernel.web.idempotency import Once, check_key
from phoenix.kernel.web.login import COOKIE, LogIns, bearer, cookie, cookie_name
from phoenix.kernel.web.problems import Problem, request_id

PUBLIC = "public"
LOGGED_IN = "logged in"

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])


def get(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("GET", path, **options)


def post(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("POST", path, **options)


def patch(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("PATCH", path, **options)


def delete(path: str, **options: Any) -> Callable[[Handler], HTTPRouteHandler]:
    return route("DELETE", path, **options)


def route(
    method: str, path: str, *, permission: str, queries: int, limits: Sequence[Limit] = (), tag: str = "", refusals: Sequence[int] = ()
) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a route of the API.

    `permission` is the name of one, or PUBLIC or LOGGED_IN. `queries` is its budget, the session check not counted.
    `limits` count by client address. `refusals` are statuses it may answer with besides those every route may.
    """

    def decorate(handler: Handler) -> HTTPRouteHandler:
        signature = inspect.signature(handler)
        hints = get_type_hints(handler, include_extras=True)
        status, returned = _status_and_type(method, hints.get("return"))
        hints.update({name: _placed(name, hints[name], path) for name in signature.parameters if name != "call"})

        @wraps(handler)
        async def endpoint(request: AnyRequest, **arguments: Any) -> Response[Any]:
            return await _answer(request, handler, arguments, permission=permission, budget=queries, limits=limits, status=status)

        parameters = [inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request[Any, Any, State])]
        parameters += [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[p.name])
            for p in signature.parameters.values()
            if p.name != "call"
        ]
        endpoint.__signature__ = signature.replace(parameters=parameters, return_annotation=returned)  # type: ignore[attr-defined]
        endpoint.__annotations__ = {**{p.name: p.annotation for p in parameters}, "return": returned}
        del endpoint.__wrapped__
        return HTTPRouteHandler(
            path,
            http_method=method,  # type: ignore[arg-type]
            status_code=status,
            opt={"permission": permission, "queries": queries, "limits": tuple(limits)},
            tags=[tag or path.split("/")[3]],
            summary=(inspect.getdoc(handler) or "").split("\n")[0],
            description=inspect.getdoc(handler),
            operation_id=getattr(handler, "__name__", None),
            responses=_refusals(method, path, permission, refusals, has_data="data" in hints),
        )(endpoint)

    return decorate


async def visit(request: AnyRequest) -> tuple[Actor | None, bool]:
    """Who is asking, and whether a cookie says so."""
    found = request.scope.get("state", {}).get("actor_found")
    if found is not None:
        return found  # type: ignore[no-any-return]
    log_ins: LogIns = request.app.state.log_ins
    headers = request.scope["headers"]
    token = bearer(headers)
    by_cookie = token is None
    if by_cookie:
        secure = request.app.state.runtime.settings.public_url.startswith("https://")
        token = cookie(headers, cookie_name(COOKIE, secure=secure).encode())
    actor = await log_ins.find(token) if token else None
    if actor is None and not by_cookie:
        raise NotLoggedIn("This access token has expired or was ended. Log in again, or refresh it.")
    if actor is not None:
        also_remember(actor.name, actor.record.email)
    request.scope["state"]["actor_found"] = (actor, by_cookie and actor is not None)
    return actor, by_cookie and actor is not None


async def decide(request: AnyRequest, permission: str, limits: Sequence[Limit]) -> tuple[Actor | None, list[Decision]]:
    """Limits, then session, then permission. Raises what refuses."""
    runtime: Runtime = request.app.state.runtime
    decisions = [await runtime.limiter.require(limit, client_address(request)) for limit in limits]
    try:
        actor, by_cookie = await visit(request)
    except NotLoggedIn:
        # What anybody may do, such as refreshing an expired token, does not fail for carrying that token along.
        if permission != PUBLIC:
            raise
        actor, by_cookie = None, False
    if request.method not in SAFE:
        csrf.refuse_other_origins(request, runtime.settings)
        if by_cookie and actor is not None and is_api_call(request):
            csrf.check(runtime.keys, actor.session, request.headers.get("x-csrf-token"))
    if permission != PUBLIC and actor is None:
        raise NotLoggedIn
    if permission not in {PUBLIC, LOGGED_IN} and actor is not None and not actor.may(permission):
        raise Forbidden
    return actor, decisions


def is_api_call(request: AnyRequest) -> bool:
    return request.scope["path"].startswith("/api/")


def client_address(request: AnyRequest) -> str:
    """The client's address, behind trusted proxies alone believed from their headers."""
    return str(request.scope.get("state", {}).get("address", ""))


async def _answer(
    request: AnyRequest,
    handler: Callable[..., Awaitable[Any]],
    arguments: dict[str, Any],
    *,
    permission: str,
    budget: int,
    limits: Sequence[Limit],
    status: int,
) -> Response[Any]:
    runtime: Runtime = request.app.state.runtime
    actor, decisions = await decide(request, permission, limits)
    headers = headers_of(decisions)
    address = client_address(request)
    if request.method in SAFE:
        async with runtime.database.reader() as reader:
            call = Call(request, runtime, actor, address, reader)
            result = await handler(call=call, **arguments)
            check_budget(reader, budget, runtime)
        return _respond(request, call, result, status, headers)
    async with runtime.database.transaction(actor=actor.account if actor else None, request=request_id(request)) as tx:
        call = Call(request, runtime, actor, address, tx)
        once = await _once(request, tx, actor, address)
        replayed = await once.replay() if once else None
        if replayed is not None:
            return replayed
        before = tx.queries
        response = _respond(request, call, await handler(call=call, **arguments), status, headers)
        check_budget(tx, budget + before, runtime)
        if once:
            kept = {name: value for name, value in response.headers.items() if name.lower() in {"etag", "location"}}
            await once.keep(status if response.status_code is None else response.status_code, kept, response.content or b"")
    return response


async def _once(request: AnyRequest, tx: Transaction, actor: Actor | None, address: str) -> Once | None:
    key = request.headers.get("idempotency-key")
    if request.method != "POST" or key is None:
        return None
    caller = actor.account if actor else address
    return Once(tx, caller, check_key(key), f"POST {request.scope['path']}", await request.body())


def check_budget(reader: Reader, budget: int, runtime: Runtime) -> None:
    """Outside production a route that makes more queries than it says fails, so that nobody gets used to it."""
    made = _made(reader)
    if made > budget and not runtime.settings.production:
        raise QueryBudgetExceeded(f"{made} queries were made; the route declares {budget}.")


def _made(reader: Reader) -> int:
    """The queries made, with the one that writes the events at the end."""
    return reader.queries + (1 if isinstance(reader, Transaction) and reader.events else 0)


def _respond(request: AnyRequest, call: Call, result: Any, status: int, headers: dict[str, str]) -> Response[Any]:
    headers = {"Cache-Control": "no-store", **headers, **call.headers}
    if call.runtime.settings.place.environment == "test":
        headers["X-Phoenix-Queries"] = str(_made(call.db))
    if isinstance(result, Answer):
        headers["ETag"] = result.etag
        headers["Cache-Control"] = "private, no-cache"
        headers["Vary"] = "Authorization, Cookie"
        wanted = request.headers.get("if-none-match")
        if wanted and matches(wanted, result.etag):
            return Response(b"", status_code=304, headers=headers)
        return _bytes(result.body, status, headers, call)
    if isinstance(result, Created):
        headers["Location"] = result.location
        result = result.value
    elif isinstance(result, Accepted):
        result = result.value
    if result is None:
        return Response(None, status_code=204, headers=headers, cookies=call.cookies)
    version = getattr(result, "version", None)
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return _bytes(msgspec.json.encode(result), status, headers, call)


def _bytes(body: bytes, status: int, headers: dict[str, str], call: Call) -> Response[bytes]:
    return Response(body, status_code=status, headers=headers, media_type="application/json", cookies=call.cookies)


def _placed(name: str, hint: Any, path: str) -> Any:
    """Where the framework finds a parameter: the body, the path or the query."""
    if name == "data":
        return Annotated[hint, Body(media_type=RequestEncodingType.JSON)]
    return Annotated[hint, PathParameter()] if f"{{{name}:" in path else Annotated[hint, QueryParameter()]


def _status_and_type(method: str, returned: Any) -> tuple[int, Any]:
    if get_origin(returned) in {Union, UnionType}:
        # `X | Answer`: what is documented is X, of which an Answer is the cached bytes.
        returned = next(kind for kind in get_args(returned) if kind is not Answer)
    origin = get_origin(returned)
    if origin is Created:
        return 201, get_args(returned)[0]
    if origin is Accepted:
        return 202, get_args(returned)[0]
    if returned is None or returned is type(None):
        return 204, None
    del method
    return 200, returned


def _refusals(method: str, path: str, permission: str, more: Sequence[int], *, has_data: bool) -> dict[int, ResponseSpec]:
    statuses = {429, 503, *more}
    if permission != PUBLIC:
        statuses |= {401, 403, 404}
    else:
        statuses |= {401} if method == "GET" or "{" in path or has_data else set()
    if "{" in path:
        statuses |= {404}
    statuses |= {400, 422}
    if method not in SAFE:
        statuses |= {403, 409, 413, 415}
    return {
        s: ResponseSpec(Problem, description=_REASONS.get(s, "Refused"), media_type="application/problem+json") for s in sorted(statuses)
    }


_REASONS = {
    400: "The request cannot be read",
    401: "Not logged in",
    403: "Not allowed",
    404: "Not found, or not to be known of",
    409: "Conflict",
    412: "Changed by somebody else meanwhile",
    413: "Too large",
    415: "Not JSON",
    422: "Input that cannot be used",
    428: "If-Match is missing",
    429: "Too many requests",
    503: "Try again later",
}
