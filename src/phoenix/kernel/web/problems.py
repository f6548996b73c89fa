"""Errors as responses: problem details for machines (RFC 9457), a page with a sentence and a next step for people."""

from __future__ import annotations

import re
from typing import Any

import structlog
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.exceptions import NotAuthorizedException as FrameworkNotAuthorized
from litestar.response import Response
from msgspec import Struct
from msgspec import ValidationError as StructError

from phoenix.kernel.errors import FieldError, InvalidInput, NotFound, PhoenixError
from phoenix.kernel.language import gettext
from phoenix.kernel.web.application import AnyRequest, state_of

log = structlog.get_logger(__name__)

DOCUMENTATION = "/api/docs#problem-"


class Problem(Struct, rename={"kind": "type"}):
    """Problem details (RFC 9457), with a stable code, the request's id, and the invalid fields."""

    kind: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldError] = []


class MethodNotAllowed(PhoenixError):
    status, code, title = 405, "method_not_allowed", "Method not allowed"
    sentence = "This address doesn't support this method."


class BadRequest(PhoenixError):
    status, code, title = 400, "bad_request", "Malformed request"
    sentence = "The request could not be read. Check that the body is valid JSON."


class UnreadableForm(InvalidInput):
    """A form of a page that cannot be taken apart."""

    sentence = "This form can't be read. Reload the page and fill it in again."


class BodyTooLarge(PhoenixError):
    status, code, title = 413, "body_too_large", "Request too large"
    sentence = "Send less at once."


class UnsupportedMediaType(PhoenixError):
    status, code, title = 415, "unsupported_media_type", "JSON required"
    sentence = "Send the body as JSON, with Content-Type: application/json."


FRAMEWORK = {404: NotFound, 405: MethodNotAllowed, 413: BodyTooLarge, 415: UnsupportedMediaType}


def request_id(request: AnyRequest) -> str:
    return state_of(request.scope).request_id


def is_api(path: str) -> bool:
    return path.startswith(("/api/", "/healthz", "/readyz"))


def as_problem(error: Exception, *, on_a_page: bool = False) -> PhoenixError:
    """Any exception as one of our errors. An unexpected one is logged, and shown as a 500."""
    unreadable = UnreadableForm if on_a_page else BadRequest
    if isinstance(error, PhoenixError):
        return error
    if isinstance(error, ValidationException):
        return _invalid(error)
    if isinstance(error, NotFoundException):
        return NotFound("There's no page at this address.")
    if isinstance(error, MethodNotAllowedException):
        return MethodNotAllowed(headers=dict(error.headers or {}))
    if isinstance(error, FrameworkNotAuthorized):
        return PhoenixError()
    if isinstance(error, ClientException) and isinstance(error.__cause__, StructError):
        return _from_struct_error(error.__cause__)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return FRAMEWORK.get(error.status_code, unreadable)()
    if isinstance(error, (RecursionError, UnicodeDecodeError)) and _of_the_reader(error):
        return unreadable()
    return PhoenixError()


def _of_the_reader(error: BaseException) -> bool:
    """Whether the framework raised it while reading a body, nested too deeply or not UTF-8; from anywhere else it is a bug."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("litestar.serialization")


def problem_response(problem: PhoenixError, request: AnyRequest) -> Response[Problem]:
    """An error as problem details."""
    body = Problem(
        kind=f"{DOCUMENTATION}{problem.code}",
        title=str(problem.title),
        status=problem.status,
        detail=problem.detail,
        code=problem.code,
        request_id=request_id(request),
        errors=list(problem.errors),
    )
    extra = getattr(problem, "extra", None)
    content: Any = {**to_builtins(body), **extra} if extra else body
    return Response(content, status_code=problem.status, media_type="application/problem+json", headers=_headers(problem))


def to_builtins(body: Problem) -> dict[str, Any]:
    return {
        "type": body.kind,
        "title": body.title,
        "status": body.status,
        "detail": body.detail,
        "code": body.code,
        "request_id": body.request_id,
        "errors": body.errors,
    }


def log_failure(error: Exception, problem: PhoenixError, request: AnyRequest) -> None:
    """Log bugs with their traceback, and other errors with their code."""
    if problem.status == 500:
        log.error("request_failed", method=request.method, route=request.scope.get("path_template", ""), exc_info=error)
    else:
        log.info("request_refused", method=request.method, code=problem.code, status=problem.status)


def _headers(problem: PhoenixError) -> dict[str, str]:
    headers = dict(problem.headers)
    if problem.status == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="phoenix"')
    headers["Cache-Control"] = "no-store"
    return headers


def _invalid(error: ValidationException) -> InvalidInput:
    found = [
        _field_error(str(extra.get("message", "")), str(extra.get("key", "")).removeprefix("data.") or "body")
        for extra in (error.extra if isinstance(error.extra, list) else [])
    ]
    return InvalidInput(errors=tuple(found) or (FieldError("body", "invalid", "This doesn't have the expected format."),))


def _from_struct_error(error: StructError) -> InvalidInput:
    message, _, path = str(error).partition(" - at `$")
    return InvalidInput(errors=(_field_error(message, path.rstrip("`").lstrip(".") or "body"),))


def _field_error(message: str, field: str) -> FieldError:
    """A field that is missing, or has another type. What the decoder says of types is for developers, and in English."""
    missing = re.search(r"missing required field `(\w+)`", message)
    if missing:
        return FieldError(missing[1] if field == "body" else field, "missing", gettext("This field is required."))
    return FieldError(field, "invalid", _sentence(message))


def _sentence(message: str) -> str:
    text = message.partition(" - at `")[0].strip()
    return f"{text[:1].upper()}{text[1:]}.".replace("..", ".") if text else gettext("This value isn't valid.")
