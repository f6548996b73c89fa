"""Errors as pages for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from litestar.response import Response

from phoenix.kernel.errors import PhoenixError, SecondFactorNeeded
from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import _
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import AnyRequest, app_of, state_of
from phoenix.kernel.web.own_pages import page_before
from phoenix.kernel.web.page_context import page_context
from phoenix.kernel.web.plain_page import plain_page
from phoenix.kernel.web.problems import request_id
from phoenix.kernel.web.rendering import HTML
from phoenix.kernel.web.typed_text import typed_text

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NextStep:
    """The best next step after an error."""

    href: str
    label: str


def problem_page(problem: PhoenixError, request: AnyRequest) -> Response[Any]:
    """An error as a page for people, with a next step. It never raises: if the page cannot be rendered, a plain one is shown."""
    try:
        html = _in_frame(problem, request)
    except Exception:
        log.exception("error_page_failed")
        html = plain_page(problem, request_id(request))
    headers = {**problem.headers, "Cache-Control": "no-store"}
    return Response(html, status_code=problem.status, media_type=HTML, headers=headers)


def _in_frame(problem: PhoenixError, request: AnyRequest) -> str:
    app = app_of(request)
    admission = state_of(request.scope).admission
    actor = admission.actor if admission else None
    next_step = NextStep(query(app.registry.sign_in.sign_in, next=page_before(request)), _("Sign in")) if problem.status == 401 else None
    if isinstance(problem, SecondFactorNeeded):
        # The admin panel has no personal settings; they are on the public listener.
        base = app.people_url if app.listener == "admin" else ""
        next_step = NextStep(f"{base}{app.registry.sign_in.second_factor}", _("Set up two-step verification"))
    token = csrf.token_for(app.runtime, csrf.binding_of(actor)) if actor else ""
    context = {
        **page_context(request, actor, token, ""),
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail,
        "request_id": request_id(request),
        "next_step": next_step,
        "typed": typed_text(request, problem),
    }
    return app.templates.render("error.html", **{"form": {}, "errors": {}, "problem": "", **context})
