"""The page that development shows for a failed request: traceback, request and statements, redacted. Never shown elsewhere.

It is self-contained: no query, no script, and its style comes from the bundles only if there are any, since they may be missing.
"""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from litestar import MediaType
from litestar.response import Response

from phoenix.kernel.data.statements import CODE, noted
from phoenix.kernel.i18n.templates import AssetsMissingError
from phoenix.kernel.security.redaction import redact, redact_value
from phoenix.kernel.web.application import AnyRequest, app_of
from phoenix.kernel.web.problems import request_id

LINES_AROUND = 4
MOST_CAUSES = 10


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    text: str
    here: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One frame of a traceback. `ours` is false for a library's."""

    location: str
    function: str
    ours: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception and its traceback."""

    kind: str
    message: str
    steps: tuple[Step, ...]


def debug_page(error: BaseException, request: AnyRequest) -> Response[Any]:
    """The page for a request that failed with this error. The caller has checked that this is development."""
    app = app_of(request)
    if not app.runtime.settings.development:
        raise RuntimeError("The debug page is for development only.")
    try:
        style = app.templates.asset("debug.css")
    except AssetsMissingError:
        style = ""
    headers = [(name, str(redact_value(value, name))) for name, value in request.headers.items()]
    html = app.templates.render(
        "debug.html",
        style=style,
        method=request.method,
        path=redact(request.scope["path"]),
        route=request.scope.get("path_template", ""),
        query=redact(request.scope["query_string"].decode("latin-1")),
        headers=headers,
        request_id=request_id(request),
        failures=[_failure(cause) for cause in _chain(error)],
        statements=[(round(s.milliseconds, 2), s.where, redact(s.sql), s.failed) for s in noted()],
        python=sys.version.split()[0],
    )
    return Response(html, status_code=500, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"})


def _chain(error: BaseException) -> list[BaseException]:
    """The error and its causes, the first cause last."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found and len(found) < MOST_CAUSES:
        found.append(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return found


def _failure(error: BaseException) -> Failure:
    steps = []
    trace = error.__traceback__
    while trace is not None:
        steps.append(_step(trace))
        trace = trace.tb_next
    # The innermost frame is read first.
    return Failure(type(error).__name__, redact(str(error)), tuple(reversed(steps)))


def _step(trace: TracebackType) -> Step:
    code = trace.tb_frame.f_code
    path = Path(code.co_filename)
    ours = "site-packages" not in path.parts and not path.is_relative_to(sys.base_prefix)
    location = str(path.relative_to(CODE.parent)) if path.is_relative_to(CODE) else str(path)
    numbers = range(max(1, trace.tb_lineno - LINES_AROUND), trace.tb_lineno + LINES_AROUND + 1)
    # Source lines, never the values of variables, which may be personal data.
    lines = tuple(
        Line(number, redact(text.rstrip()), number == trace.tb_lineno)
        for number in numbers
        if (text := linecache.getline(code.co_filename, number, trace.tb_frame.f_globals))
    )
    return Step(f"{location}:{trace.tb_lineno}", code.co_qualname, ours, lines)
