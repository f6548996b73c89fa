"""Route decorators for the API. One place decides who may call, counts queries, commits and answers.

A handler takes a `Call` named `call`, and whatever else Litestar gives: path and query parameters, `data`. It returns a
Struct, `Created`, `Accepted`, `Answer` or None.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
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
from phoenix.kernel.cache.limits import headers_of
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import QueryBudgetExceeded
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.answer import Answer, matches
from phoenix.kernel.web.call import Accepted, AnyRequest, Call, Created, Download
from phoenix.kernel.web.idempotency import Once, check_key
from phoenix.kernel.web.problems import Problem, request_id
from phoenix.kernel.web.rules import PUBLIC, SAFE, Rule, client_address, decide

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
    method: str, path: str, *, queries: int, tag: str = "", refusals: Sequence[int] = (), **asks: Any
) -> Callable[[Handler], HTTPRouteHandler]:
    """Declare a route of the API.

    `queries` is its budget, the session check not counted. `refusals` are statuses it may answer with besides those every
    route may. What it `asks` of its caller are the fields of a Rule.
    """
    rule = Rule(**asks)

    def decorate(handler: Handler) -> HTTPRouteHandler:
        signature = inspect.signature(handler)
        hints = get_type_hints(handler, include_extras=True)
        status, returned = _status_and_type(method, hints.get("return"))
        hints.update({name: _placed(name, hints[name], path) for name in signature.parameters if name != "call"})

        @wraps(handler)
        async def endpoint(request: AnyRequest, **arguments: Any) -> Response[Any]:
            return await _answer(request, handler, arguments, rule, budget=queries, status=status)

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
            opt={"permission": rule.permission, "queries": queries, "rule": rule},
            tags=[tag or path.split("/")[3]],
            summary=(inspect.getdoc(handler) or "").split("\n")[0],
            description=inspect.getdoc(handler),
            operation_id=getattr(handler, "__name__", None),
            responses=_refusals(method, path, rule, refusals, has_data="data" in hints),
        )(endpoint)

    return decorate


async def _answer(
    request: AnyRequest,
    handler: Callable[..., Awaitable[Any]],
    arguments: dict[str, Any],
    rule: Rule,
    *,
    budget: int,
    status: int,
) -> Response[Any]:
    runtime: Runtime = request.app.state.runtime
    actor, decisions = await decide(request, rule)
    headers = headers_of(decisions)
    address = client_address(request)
    if request.method in SAFE:
        async with runtime.database.reader() as reader:
            call = Call(request, runtime, actor, address, reader)
            result = await handler(call=call, **arguments)
            check_budget(reader, budget, runtime)
        return _respond(request, call, result, status, headers)
    async with transaction(request, actor) as tx:
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


def transaction(request: AnyRequest, actor: Actor | None) -> AbstractAsyncContextManager[Transaction]:
    """The transaction of a request, in the name of who acts."""
    runtime: Runtime = request.app.state.runtime
    if actor is None:
        return runtime.database.transaction(request=request_id(request))
    return runtime.database.transaction(actor=actor.account, impersonator=actor.impersonator, request=request_id(request))


async def _once(request: AnyRequest, tx: Transaction, actor: Actor | None, address: str) -> Once | None:
    key = request.headers.get("idempotency-key")
    if request.method != "POST" or key is None:
        return None
    keys = request.app.state.runtime.keys
    caller = actor.account if actor else keys.pseudonym(address)
    return Once(tx, keys, caller, check_key(key), f"POST {request.scope['path']}", await request.body())


def check_budget(reader: Reader, budget: int, runtime: Runtime) -> None:
    """Outside production a route that makes more queries than it says fails, so that nobody gets used to it."""
    made = _made(reader)
    if made > budget and not runtime.settings.strict:
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
    if isinstance(result, Download):
        headers["Content-Disposition"] = result.disposition
        return Response(result.body, status_code=status, headers=headers, media_type=result.media_type)
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
    if returned is Download:
        return 200, bytes
    if origin is Created:
        return 201, get_args(returned)[0]
    if origin is Accepted:
        return 202, get_args(returned)[0]
    if returned is None or returned is type(None):
        return 204, None
    del method
    return 200, returned


def _refusals(method: str, path: str, rule: Rule, more: Sequence[int], *, has_data: bool) -> dict[int, ResponseSpec]:
    statuses = {429, 503, *more}
    if rule.permission != PUBLIC:
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
