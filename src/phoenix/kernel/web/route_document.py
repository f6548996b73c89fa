"""What the API document says about a route: its status and type, who may call it, and the problems it can answer with."""

from __future__ import annotations

from collections.abc import Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from litestar.openapi.datastructures import ResponseSpec

from phoenix.kernel.web.answer import Answer
from phoenix.kernel.web.call import Accepted, Created, Download
from phoenix.kernel.web.problems import Problem
from phoenix.kernel.web.rules import PUBLIC, SAFE, SIGNED_IN, Rule


def status_and_type(returned: Any) -> tuple[int, Any]:
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
    return 200, returned


def security_of(rule: Rule) -> list[dict[str, list[str]]] | None:
    """What the document says about the right to call: a session, or a token or key with this permission as its scope."""
    if rule.may == PUBLIC:
        return None
    scopes = [] if rule.may == SIGNED_IN else [rule.may]
    return [{"bearer": scopes}, {"session": scopes}]


def problems_of(method: str, path: str, rule: Rule, more: Sequence[int], *, has_data: bool) -> dict[int, ResponseSpec]:
    statuses = {429, 503, *more}
    if rule.may != PUBLIC:
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


SUCCESS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No content"}
_REASONS = {
    400: "Malformed request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found, or no access",
    409: "Conflict",
    412: "Changed by someone else",
    413: "Too large",
    415: "Not JSON",
    422: "Invalid input",
    428: "If-Match header required",
    429: "Too many requests",
    503: "Try again later",
}
