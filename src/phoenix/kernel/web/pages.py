"""Route decorators for pages. A handler takes a `Call` and returns a `View`, a `Redirect`, or a fragment.

An invalid form is shown again by `retry`, with what was entered, the messages beside their fields, and the status of the error.
"""

from __future__ import annotations

import string
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

from litestar import MediaType, Request
from litestar.datastructures import Cookie, State
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response
from markupsafe import Markup

from phoenix.kernel.data.lease import ANSWER_SECONDS
from phoenix.kernel.errors import (
    InvalidInput,
    NotSignedIn,
    PhoenixError,
    ReauthenticationRequired,
    SecondFactorNeeded,
    TooManyRequests,
)
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import Admission, AnyRequest, app_of
from phoenix.kernel.web.authorisation import admit, authenticate
from phoenix.kernel.web.call import Call, Download
from phoenix.kernel.web.form_body import browser_cookie, read_form
from phoenix.kernel.web.handling import Handled, handle
from phoenix.kernel.web.page_context import page_context
from phoenix.kernel.web.rules import SAFE, Rule
from phoenix.kernel.web.session_reader import cookie_of

HTML = MediaType.HTML
SECRET_FIELDS = frozenset({"password", "csrf", "code", "token"})
TOAST_COOKIE = "phoenix_toast"
# A path to continue to is carried in addresses and cookies, which browsers and proxies bound.
LONGEST_NEXT = 1500


@dataclass(frozen=True, slots=True)
class View:
    """A template and its context."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect to another of our pages, with a message to show there."""

    to: str
    toast: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """A page without our layout. `policy` is the Content-Security-Policy that replaces ours."""

    html: str
    policy: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Text for machines."""

    text: str
    media_type: str


PageHandler = Callable[[Call], Awaitable[View | Redirect | Raw | Plain | Download]]


Retry: TypeAlias = HTTPRouteHandler | str | None


def page(path: str, *, queries: int, slots: tuple[str, ...] = (), **asks: Any) -> Callable[[PageHandler], HTTPRouteHandler]:
    """Declare a page. What it `asks` of its reader are the fields of a Rule; `slots` are places that other modules fill."""
    return _route("GET", path, Rule(**asks), queries=queries, retry=None, slots=slots)


def form(path: str, *, queries: int, retry: Retry = None, **asks: Any) -> Callable[[PageHandler], HTTPRouteHandler]:
    """Declare the handler of a form. `retry` is the page it was on, or its path if that page is in another module."""
    return _route("POST", path, Rule(**asks), queries=queries, retry=retry)


def safe_next(target: str) -> str:
    """A path of ours to continue to, or "/": never another site, nor what no address could carry."""
    if len(target) > LONGEST_NEXT or not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return "/"
    # A header is ASCII; other characters are encoded as browsers do it.
    encoded = quote(target, safe=string.punctuation)
    return encoded if len(encoded) <= LONGEST_NEXT else "/"


def _route(
    method: str, path: str, rule: Rule, *, queries: int, retry: Retry, slots: tuple[str, ...] = ()
) -> Callable[[PageHandler], HTTPRouteHandler]:
    def decorate(handler: PageHandler) -> HTTPRouteHandler:
        async def endpoint(request: Request[Any, Any, State]) -> Response[Any]:
            registry = app_of(request).registry
            budget = queries + sum(slot.queries for name in slots for slot in registry.slots(name))
            return await _show(request, handler, _page_of(request, retry), rule, budget=budget)

        return HTTPRouteHandler(
            path,
            http_method=method,  # type: ignore[arg-type]
            status_code=200,
            include_in_schema=False,
            name=f"{method} {path}",
            opt={"queries": queries, "rule": rule, "shows": handler, "page": _path_of_page(retry)},
            request_max_body_size=rule.body_most,
        )(endpoint)

    return decorate


def _path_of_page(retry: Retry) -> str:
    if isinstance(retry, HTTPRouteHandler):
        return min(retry.paths)
    return retry or ""


async def _show(request: AnyRequest, handler: PageHandler, retry: HTTPRouteHandler | None, rule: Rule, *, budget: int) -> Response[Any]:
    try:
        admission = await admit(request, rule)
    except (NotSignedIn, SecondFactorNeeded, ReauthenticationRequired, TooManyRequests) as problem:
        return await _not_admitted(request, retry, rule, problem)
    form = None if request.method in SAFE else await read_form(request, admission, checked=not rule.cross_site)
    try:
        return await handle(request, rule, admission, handler, _respond, budget=budget, form=form)
    except PhoenixError as problem:
        if form is None or retry is None or not problem.shows_form:
            raise
        return await _again(request, admission, retry, form, problem)


async def _respond(handled: Handled) -> Response[Any]:
    return show(handled.result, handled.call)


async def _not_admitted(request: AnyRequest, retry: HTTPRouteHandler | None, rule: Rule, problem: PhoenixError) -> Response[Any]:
    """Where someone is sent who is not admitted yet, or the page their form was on. Raises the problem if neither helps."""
    pages, shown = app_of(request).registry.sign_in, request.method == "GET"
    if isinstance(problem, NotSignedIn) and shown and not request.headers.get("hx-request"):
        return go_to(f"{pages.sign_in}?next={quote(_target(request), safe='')}", request)
    if isinstance(problem, SecondFactorNeeded) and app_of(request).listener != "admin":
        return go_to(f"{pages.second_factor}?next={quote(_target(request), safe='')}" if shown else pages.second_factor, request)
    if isinstance(problem, ReauthenticationRequired):
        target = _target(request) if shown else _path_of(request.headers.get("referer", ""))
        confirm = f"{pages.reauthenticate}?next={quote(target, safe='')}"
        # A page that shows something sensitive asks before it is shown, and its form is valid for longer.
        if shown or retry is None or retry.opt["rule"].sensitive:
            return go_to(confirm, request)
        admission = await admit(request, replace(rule, act=None, sensitive=False), count=False)
        return await _again(request, admission, retry, await read_form(request, admission), problem, confirm=confirm)
    # Limits count by network address: of nobody in particular no byte is read, or a flood would have its bodies read.
    if isinstance(problem, TooManyRequests) and retry is not None and await _is_signed_in(request):
        admission = await admit(request, rule, count=False)
        return await _again(request, admission, retry, await read_form(request, admission), problem)
    raise problem


async def _is_signed_in(request: AnyRequest) -> bool:
    try:
        return (await authenticate(request))[0] is not None
    except NotSignedIn:
        return False


def _page_of(request: AnyRequest, retry: Retry) -> HTTPRouteHandler | None:
    if not isinstance(retry, str):
        return retry
    found = request.app.get_handler_index_by_name(f"GET {retry}")
    return None if found is None else found["handler"]  # type: ignore[return-value]


async def _again(
    request: AnyRequest,
    admission: Admission,
    retry: HTTPRouteHandler,
    form: Mapping[str, str],
    problem: PhoenixError,
    *,
    confirm: str = "",
) -> Response[Any]:
    """The page a form was on, with what was entered and what was wrong with it. `confirm` is the page to visit before it is sent again."""
    rule: Rule = retry.opt["rule"]
    async with app_of(request).runtime.database.reader(within=ANSWER_SECONDS) as reader:
        if admission.member is not None and admission.actor is not None and rule.within:
            # The page may require a different permission than the form.
            admission = replace(admission, member=admission.actor.require(rule.may, admission.member.organisation))
        call = Call(request, rule, admission, reader, form)
        result = await retry.opt["shows"](call)
    if not isinstance(result, View):
        return show(result, call)
    errors = {error.field: error.detail for error in problem.errors}
    kept = {name: value for name, value in form.items() if name not in SECRET_FIELDS}
    context = {**result.context, "form": {**result.context.get("form", {}), **kept}, "errors": errors}
    context["problem"] = "" if errors else problem.detail
    if confirm:
        link = Markup('<a href="{}" target="_blank">{}</a>').format(confirm, _("Confirm it's you in a new tab"))
        context["problem"] = Markup("{}").format(_("This is a sensitive change. {confirm}, then send the form again.")).format(confirm=link)
    # A page is for people: a refused sign-in must not cause the browser's own challenge (401).
    status = InvalidInput.status if problem.status == NotSignedIn.status else problem.status
    answer = show(View(result.template, context, status), call, problem.headers)
    unseen = [error.detail for error in problem.errors if f'id="{error.field}-error"' not in answer.content]
    if unseen:
        # A field that is not on the page: nobody would know what was wrong.
        answer = show(View(result.template, {**context, "problem": " ".join(unseen)}, status), call, problem.headers)
    return answer


def show(result: View | Redirect | Raw | Plain | Download, call: Call, headers: Mapping[str, str] | None = None) -> Response[Any]:
    """A view as a page in our layout, or a redirect after a form (303)."""
    if isinstance(result, Redirect):
        return go_to(result.to, call.request, toast=result.toast, cookies=call.cookies)
    if isinstance(result, Download):
        return result.respond({"Cache-Control": "no-store"})
    if isinstance(result, Plain):
        return Response(result.text, media_type=result.media_type, headers={"Cache-Control": "no-store"})
    if isinstance(result, Raw):
        return Response(result.html, media_type=HTML, headers={"Cache-Control": "no-store", "Content-Security-Policy": result.policy})
    cookies = list(call.cookies)
    binding = call.user.session if call.user else call.request.cookies.get(browser_cookie(call.runtime))
    if binding is None:
        binding = csrf.new_browser()
        cookies.append(our_cookie(call.runtime, csrf.BROWSER_COOKIE, binding))
    toast = call.request.cookies.get(cookie_of(call.runtime.settings, TOAST_COOKIE), "")
    if toast:
        cookies.append(our_cookie(call.runtime, TOAST_COOKIE, "", seconds=0))
    context = page_context(call.request, call.user, csrf.token_for(call.runtime.keys, binding), _toast(call.runtime, toast))
    html = call.app.templates.render(result.template, **{"form": {}, "errors": {}, "problem": "", **context, **result.context})
    return Response(
        html, status_code=result.status, media_type=HTML, cookies=cookies, headers={"Cache-Control": "no-store", **(headers or {})}
    )


def go_to(path: str, request: AnyRequest, *, toast: str = "", cookies: Sequence[Cookie] = ()) -> Response[Any]:
    """See Other (303). htmx needs a header of its own, since it cannot see a redirect."""
    runtime = app_of(request).runtime
    made = list(cookies)
    if toast:
        made.append(our_cookie(runtime, TOAST_COOKIE, runtime.keys.sign("toast", toast), seconds=30))
    if request.headers.get("hx-request"):
        return Response(b"", status_code=200, headers={"HX-Redirect": path, "Cache-Control": "no-store"}, cookies=made)
    return Response(b"", status_code=303, headers={"Location": path, "Cache-Control": "no-store"}, cookies=made)


def our_cookie(runtime: Runtime, name: str, value: str, *, seconds: int | None = None) -> Cookie:
    """A cookie that only our own pages receive: HttpOnly, SameSite=Lax, and over HTTPS Secure with the __Host- prefix."""
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


def _toast(runtime: Runtime, signed: str) -> str:
    return runtime.keys.verify("toast", signed, now=runtime.clock.now()) or ""
