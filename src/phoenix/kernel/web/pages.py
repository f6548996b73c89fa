"""Route decorators for pages. A handler takes a `Call` and returns a `View`, a `Redirect`, or a fragment.

An invalid form is shown again by `retry`, with what was entered, the messages beside their fields, and the status of the error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import quote

from litestar import Request
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from phoenix.kernel.data.listed import Listed
from phoenix.kernel.data.short import Short
from phoenix.kernel.errors import NotSignedIn, PhoenixError, ReauthenticationRequired, SecondFactorNeeded
from phoenix.kernel.language import _
from phoenix.kernel.module import Banner
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import AnyRequest, app_of
from phoenix.kernel.web.authorisation import admit
from phoenix.kernel.web.badges import read_badges
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.cookies import our_cookie
from phoenix.kernel.web.form_routes import Handler, answer_form
from phoenix.kernel.web.handling import Handled, handle
from phoenix.kernel.web.kept_forms import FIELD, find_form
from phoenix.kernel.web.rendering import HTML, Plain, Raw, Redirect, Result, View, go_to, safe_next, show
from phoenix.kernel.web.rules import SAFE, Rule
from phoenix.kernel.web.shown_once import shown_once

__all__ = ["HTML", "Plain", "Raw", "Redirect", "View", "form", "our_cookie", "page", "safe_next", "shown_once"]

PageHandler = Callable[[Call], Awaitable[Any]]
Retry: TypeAlias = HTTPRouteHandler | str | None
Lists: TypeAlias = tuple[Listed[Any] | Short[Any], ...]


def page(
    path: str, *, queries: int, slots: tuple[str, ...] = (), lists: Lists = (), **asks: Any
) -> Callable[[PageHandler], HTTPRouteHandler]:
    """Declare a page. What it `asks` of its reader are the fields of a Rule; `slots` are places that other modules fill.

    `lists` are those it shows: what is done to a row of them leads back to the same place.
    """
    return _route("GET", path, Rule(**asks), queries=queries, retry=None, slots=slots, lists=lists)


def form(
    path: str, *, queries: int, retry: Retry = None, as_new: HTTPRouteHandler | None = None, **asks: Any
) -> Callable[[PageHandler], HTTPRouteHandler]:
    """Declare the handler of a form. `retry` is the page it was on, or its path if that page is in another module.

    `as_new` is the page that has the form for a new one of what this form edits: it is shown where that has since been deleted.
    """
    return _route("POST", path, Rule(**asks), queries=queries, retry=retry, as_new=as_new)


def _route(
    method: str,
    path: str,
    rule: Rule,
    *,
    queries: int,
    retry: Retry,
    slots: tuple[str, ...] = (),
    lists: Lists = (),
    as_new: HTTPRouteHandler | None = None,
) -> Callable[[PageHandler], HTTPRouteHandler]:
    def decorate(handler: PageHandler) -> HTTPRouteHandler:
        async def endpoint(request: Request[Any, Any, State]) -> Response[Any]:
            registry = app_of(request).registry
            budget = queries + sum(slot.queries for name in slots for slot in registry.slots(name))
            if method in SAFE:
                return await _show(request, handler, rule, budget=budget)
            return await answer_form(request, handler, _page_of(request, retry), rule, budget=budget, as_new=as_new)

        return HTTPRouteHandler(
            path,
            http_method=method,  # type: ignore[arg-type]
            status_code=200,
            include_in_schema=False,
            name=f"{method} {path}",
            opt={"queries": queries, "rule": rule, "shows": handler, "page": _path_of_page(retry), "lists": lists},
            request_max_body_size=rule.body_most,
        )(endpoint)

    return decorate


def _path_of_page(retry: Retry) -> str:
    if isinstance(retry, HTTPRouteHandler):
        return min(retry.paths)
    return retry or ""


async def _show(request: AnyRequest, handler: Handler, rule: Rule, *, budget: int) -> Response[Any]:
    try:
        admission = await admit(request, rule)
    except (NotSignedIn, SecondFactorNeeded, ReauthenticationRequired) as problem:
        return _not_admitted(request, problem)
    await read_badges(request)
    kept = FIELD in request.query_params and admission.actor is not None
    return await handle(request, rule, admission, _with_kept_form(handler) if kept else handler, _respond, budget=budget + kept)


async def _respond(handled: Handled) -> Response[Any]:
    return show(handled.result, handled.call)


def _not_admitted(request: AnyRequest, problem: PhoenixError) -> Response[Any]:
    """Where someone is sent who is not admitted yet. Raises the problem if that does not help."""
    pages = app_of(request).registry.sign_in
    if isinstance(problem, NotSignedIn) and not request.headers.get("hx-request"):
        return go_to(f"{pages.sign_in}?next={quote(_target(request), safe='')}", request)
    if isinstance(problem, SecondFactorNeeded) and app_of(request).listener != "admin":
        return go_to(f"{pages.second_factor}?next={quote(_target(request), safe='')}", request)
    if isinstance(problem, ReauthenticationRequired):
        return go_to(f"{pages.reauthenticate}?next={quote(_target(request), safe='')}", request)
    raise problem


def _with_kept_form(handler: Handler) -> Handler:
    """The page with what was typed on it before its reader had to sign in or confirm: one query more."""

    async def show_kept(call: Call) -> Result:
        result = await handler(call)
        if not isinstance(result, View):
            return result
        kept = await find_form(call.runtime, call.db, csrf.binding_of(call.actor), str(call.request.scope["path"]), call.query(FIELD))
        if kept is None:
            return result
        filled = {**result.context.get("form", {}), **kept.fields}
        return replace(result, context={**result.context, "form": filled}, banners=(_notice(typed=bool(kept.fields)),))

    return show_kept


def _notice(*, typed: bool) -> Banner:
    if typed:
        return Banner("warn", _("Not sent yet"), _("What you typed is still here. Check it, then send it again."), "", "")
    return Banner("warn", _("Not done yet"), _("You've confirmed it's you. Choose it again."), "", "")


def _page_of(request: AnyRequest, retry: Retry) -> HTTPRouteHandler | None:
    if not isinstance(retry, str):
        return retry
    found = request.app.get_handler_index_by_name(f"GET {retry}")
    return None if found is None else found["handler"]  # type: ignore[return-value]


def _target(request: AnyRequest) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.scope['path']}?{query}" if query else str(request.scope["path"])
