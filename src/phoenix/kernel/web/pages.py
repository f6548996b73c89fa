"""Route decorators for pages. A handler takes a `Visit` and returns a `View`, a `Redirect`, or a fragment.

A form that is refused is shown again by `retry`, with what was entered, the sentences beside their fields, and 422.
"""

from __future__ import annotations

import string
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from litestar import Request
from litestar.datastructures import Cookie, State
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from phoenix.kernel.actor import Actor, Seat
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import InvalidInput, NotFound, NotLoggedIn, PhoenixError, ProveAgain, SecondFactorOwed, TooManyRequests
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web import csrf
from phoenix.kernel.web.call import AnyRequest, Download
from phoenix.kernel.web.endpoint import check_budget, transaction
from phoenix.kernel.web.page_context import frame
from phoenix.kernel.web.plain_page import plain_page
from phoenix.kernel.web.problems import request_id
from phoenix.kernel.web.rules import Rule, client_address, decide
from phoenix.kernel.web.session_reader import cookie_of

log = structlog.get_logger(__name__)

HTML = "text/html; charset=utf-8"
SECRET_FIELDS = frozenset({"password", "csrf", "code", "token"})
TOAST_COOKIE = "phoenix_toast"
# Where people set up what protects their account.
SECURITY = "/settings/security"
MOST_FORM_FIELDS = 200


@dataclass(frozen=True, slots=True)
class View:
    """A template and its context."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Redirect:
    """On to another of our pages, with a sentence to show there."""

    to: str
    toast: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """A page as it is, without our frame. `policy` is the Content-Security-Policy that stands in for ours."""

    html: str
    policy: str


@dataclass(frozen=True, slots=True)
class WayOn:
    """The best next step after a refusal."""

    href: str
    label: str


@dataclass(slots=True)
class Visit:
    """One request for a page. `form` holds the fields sent; `tx` is there for POST alone."""

    request: AnyRequest
    runtime: Runtime
    visitor: Actor | None
    address: str
    db: Reader
    path: Mapping[str, Any]
    form: Mapping[str, str]
    cookies: list[Cookie] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        if self.visitor is None:
            raise NotLoggedIn
        return self.visitor

    @property
    def tx(self) -> Transaction:
        if not isinstance(self.db, Transaction):
            raise TypeError("A GET page has no transaction.")
        return self.db

    @property
    def agent(self) -> str:
        return self.request.headers.get("user-agent", "")[:300]

    @property
    def seat(self) -> Seat:
        """The reader's seat in the organisation of the address. Raises NotFound where there is none."""
        seat = self.actor.seat(str(self.path["slug"]))
        if seat is None:
            raise NotFound("There is no such organisation, or you are not a member of it.")
        return seat

    def query(self, name: str, default: str = "") -> str:
        return str(self.request.query_params.get(name, default))


PageHandler = Callable[[Visit], Awaitable[View | Redirect | Raw | Download]]


def page(path: str, *, queries: int, **asks: Any) -> Callable[[PageHandler], HTTPRouteHandler]:
    """Declare a page that is read. What it `asks` of its reader are the fields of a Rule."""
    return _route("GET", path, Rule(**asks), queries=queries, retry=None)


def form(path: str, *, queries: int, retry: HTTPRouteHandler | None = None, **asks: Any) -> Callable[[PageHandler], HTTPRouteHandler]:
    """Declare what happens when a form is sent. `retry` shows the page it was on."""
    return _route("POST", path, Rule(**asks), queries=queries, retry=retry)


def safe_next(target: str) -> str:
    """A path of ours to go on to, or "/": never another site."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return "/"
    # A header holds ASCII; what people typed beyond it is written as browsers write it.
    return quote(target, safe=string.punctuation)


def _route(
    method: str, path: str, rule: Rule, *, queries: int, retry: HTTPRouteHandler | None
) -> Callable[[PageHandler], HTTPRouteHandler]:
    def decorate(handler: PageHandler) -> HTTPRouteHandler:
        async def endpoint(request: Request[Any, Any, State]) -> Response[Any]:
            return await _show(request, handler, retry, rule, budget=queries)

        return HTTPRouteHandler(
            path,
            http_method=method,  # type: ignore[arg-type]
            status_code=200,
            include_in_schema=False,
            name=f"{method} {path}",
            opt={"permission": rule.permission, "queries": queries, "rule": rule, "shows": handler},
        )(endpoint)

    return decorate


async def _show(request: AnyRequest, handler: PageHandler, retry: HTTPRouteHandler | None, rule: Rule, *, budget: int) -> Response[Any]:
    runtime: Runtime = request.app.state.runtime
    try:
        actor, _decisions = await decide(request, rule)
    except NotLoggedIn:
        if request.method != "GET" or request.headers.get("hx-request"):
            raise
        return go_to(f"/sign-in?next={quote(_target(request), safe='')}", request)
    except SecondFactorOwed:
        if runtime.settings.for_staff:
            raise
        return go_to(SECURITY, request)
    except ProveAgain:
        # What was typed into a form is lost then, so the page that shows it asks first, and a form has longer.
        target = _target(request) if request.method == "GET" else _path_of(request.headers.get("referer", ""))
        return go_to(f"/confirm?next={quote(target, safe='')}", request)
    except TooManyRequests as refusal:
        if retry is None:
            raise
        actor, _decisions = await decide(request, replace(rule, limits=()))
        form = await _read_form(request, runtime, actor)
        return await _again(request, runtime, actor, retry, form, refusal)
    address = client_address(request)
    if request.method == "GET":
        async with runtime.database.reader() as reader:
            visit = Visit(request, runtime, actor, address, reader, request.path_params, {})
            result = await handler(visit)
            check_budget(reader, budget, runtime)
        return show(result, visit)
    form = await _read_form(request, runtime, None if rule.cross_site else actor, checked=not rule.cross_site)
    try:
        async with transaction(request, actor) as tx:
            visit = Visit(request, runtime, actor, address, tx, request.path_params, form)
            result = await handler(visit)
            check_budget(tx, budget, runtime)
    except PhoenixError as refusal:
        if retry is None or not refusal.shows_form:
            raise
        return await _again(request, runtime, actor, retry, form, refusal)
    return show(result, visit)


async def _again(
    request: AnyRequest, runtime: Runtime, actor: Actor | None, retry: HTTPRouteHandler, form: Mapping[str, str], refusal: PhoenixError
) -> Response[Any]:
    """The page a form was on, with what was entered and why it was refused."""
    async with runtime.database.reader() as reader:
        visit = Visit(request, runtime, actor, client_address(request), reader, request.path_params, form)
        result = await retry.opt["shows"](visit)
    if not isinstance(result, View):
        return show(result, visit)
    errors = {error.field: error.detail for error in refusal.errors}
    kept = {name: value for name, value in form.items() if name not in SECRET_FIELDS}
    context = {**result.context, "form": {**result.context.get("form", {}), **kept}, "errors": errors}
    context["refusal"] = "" if errors else refusal.detail
    # A page is for people: that a log-in was refused needs no challenge of the browser's own (401).
    status = InvalidInput.status if refusal.status == NotLoggedIn.status else refusal.status
    return show(View(result.template, context, status), visit, refusal.headers)


def show(result: View | Redirect | Raw | Download, visit: Visit, headers: Mapping[str, str] | None = None) -> Response[Any]:
    """A view as a page in its frame, or a redirect after a form (303)."""
    if isinstance(result, Redirect):
        return go_to(result.to, visit.request, toast=result.toast, cookies=visit.cookies)
    if isinstance(result, Download):
        return Response(
            result.body, media_type=result.media_type, headers={"Cache-Control": "no-store", "Content-Disposition": result.disposition}
        )
    if isinstance(result, Raw):
        return Response(result.html, media_type=HTML, headers={"Cache-Control": "no-store", "Content-Security-Policy": result.policy})
    cookies = list(visit.cookies)
    binding = visit.visitor.session if visit.visitor else visit.request.cookies.get(_visitor_cookie(visit.runtime))
    if binding is None:
        binding = csrf.new_visitor()
        cookies.append(our_cookie(visit.runtime, csrf.VISITOR_COOKIE, binding))
    toast = visit.request.cookies.get(TOAST_COOKIE, "")
    if toast:
        cookies.append(Cookie(TOAST_COOKIE, value="", max_age=0, path="/"))
    context = frame(visit.runtime, visit.request, visit.visitor, csrf.token_for(visit.runtime.keys, binding), _toast(visit.runtime, toast))
    html = visit.runtime.templates.render(result.template, **{"form": {}, "errors": {}, "refusal": "", **context, **result.context})
    return Response(
        html, status_code=result.status, media_type=HTML, cookies=cookies, headers={"Cache-Control": "no-store", **(headers or {})}
    )


def go_to(path: str, request: AnyRequest, *, toast: str = "", cookies: Sequence[Cookie] = ()) -> Response[Any]:
    """See other (303); htmx is told by its own header, since it cannot see a redirect."""
    runtime: Runtime = request.app.state.runtime
    made = list(cookies)
    if toast:
        made.append(Cookie(TOAST_COOKIE, value=runtime.keys.sign("toast", toast), max_age=30, path="/", httponly=True, samesite="lax"))
    if request.headers.get("hx-request"):
        return Response(b"", status_code=200, headers={"HX-Redirect": path, "Cache-Control": "no-store"}, cookies=made)
    return Response(b"", status_code=303, headers={"Location": path, "Cache-Control": "no-store"}, cookies=made)


def our_cookie(runtime: Runtime, name: str, value: str, *, seconds: int | None = None) -> Cookie:
    """A cookie only our own pages get: HttpOnly, SameSite=Lax, and over HTTPS Secure with the __Host- prefix."""
    secure = runtime.settings.public_url.startswith("https://")
    name = cookie_of(runtime.settings, name)
    return Cookie(name, value=value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def _target(request: AnyRequest) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.scope['path']}?{query}" if query else str(request.scope["path"])


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return "/"


async def _read_form(request: AnyRequest, runtime: Runtime, actor: Actor | None, *, checked: bool = True) -> dict[str, str]:
    data = await request.form()
    form = {name: value for name, value in list(data.items())[:MOST_FORM_FIELDS] if isinstance(value, str)}
    if not checked:
        return form
    binding = actor.session if actor else request.cookies.get(_visitor_cookie(runtime))
    csrf.check(runtime.keys, binding, form.pop("csrf", None) or request.headers.get("x-csrf-token"))
    return form


def _visitor_cookie(runtime: Runtime) -> str:
    return cookie_of(runtime.settings, csrf.VISITOR_COOKIE)


def _toast(runtime: Runtime, signed: str) -> str:
    return runtime.keys.verify("toast", signed, now=runtime.clock.now()) or ""


def refusal_page(refusal: PhoenixError, request: AnyRequest) -> Response[Any]:
    """A refusal as a page for people, with a next step. It never raises: what cannot be shown in its frame is shown plainly."""
    try:
        html = _refusal_in_frame(refusal, request)
    except Exception:
        log.exception("error_page_failed")
        html = plain_page(refusal, request_id(request))
    headers = {**refusal.headers, "Cache-Control": "no-store"}
    return Response(html, status_code=refusal.status, media_type=HTML, headers=headers)


def _refusal_in_frame(refusal: PhoenixError, request: AnyRequest) -> str:
    runtime: Runtime = request.app.state.runtime
    actor, _by_cookie = request.scope.get("state", {}).get("actor_found") or (None, False)
    way_on = WayOn("/sign-in", _("Sign in")) if refusal.status == 401 else None
    if isinstance(refusal, SecondFactorOwed):
        # The panel has no settings of one's own; they are where people are.
        way_on = WayOn(f"{getattr(request.app.state, 'people_url', '')}{SECURITY}", _("Set up a second step"))
    context = {
        **frame(runtime, request, actor, csrf.token_for(runtime.keys, actor.session) if actor else "", ""),
        "status": refusal.status,
        "title": refusal.title,
        "detail": refusal.detail,
        "request_id": request_id(request),
        "way_on": way_on,
    }
    return runtime.templates.render("error.html", **{"form": {}, "errors": {}, "refusal": "", **context})
