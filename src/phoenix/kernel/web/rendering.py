"""What a page's handler returns, and the response it becomes: a page in our layout, a redirect, a file or a text."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote

from litestar import MediaType
from litestar.datastructures import Cookie
from litestar.response import Response

from phoenix.kernel.module import Banner
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import AnyRequest, app_of
from phoenix.kernel.web.call import Call, Download
from phoenix.kernel.web.cookies import browser_of, our_cookie
from phoenix.kernel.web.headers import policy
from phoenix.kernel.web.last_reader import note_reader
from phoenix.kernel.web.page_context import page_context
from phoenix.kernel.web.session_reader import cookie_of
from phoenix.kernel.web.shown_once import cookies_to_show

HTML = MediaType.HTML
FRAMED = "frame-ancestors 'self'"
TOAST_COOKIE = "phoenix_toast"
# A path to continue to is carried in addresses and cookies, which browsers and proxies bound.
LONGEST_NEXT = 1500


@dataclass(frozen=True, slots=True)
class View:
    """A template and its context; `banners` are shown above those of the modules.

    Only one that `frames` can show another of our pages in a frame: a `Raw` whose policy allows it.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    banners: tuple[Banner, ...] = ()
    frames: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect to another of our pages, with a message to show there.

    `shows` is only for that page and for 10 minutes, such as a key that is shown only once: its handler reads it with `shown_once`.
    """

    to: str
    toast: str = ""
    shows: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """A page without our layout. `policy` is the Content-Security-Policy that replaces ours."""

    html: str
    policy: str

    def respond(self) -> Response[Any]:
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": self.policy}
        if FRAMED in self.policy:
            # The header that is older says the same.
            headers["X-Frame-Options"] = "SAMEORIGIN"
        return Response(self.html, media_type=HTML, headers=headers)


@dataclass(frozen=True, slots=True)
class Plain:
    """Text for machines."""

    text: str
    media_type: str


Result: TypeAlias = View | Redirect | Raw | Plain | Download


def safe_next(target: str) -> str:
    """A path of ours to continue to, or "/": never another site, nor what no address could carry."""
    if len(target) > LONGEST_NEXT or not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return "/"
    # A header is ASCII; other characters are encoded as browsers do it.
    encoded = quote(target, safe=string.punctuation)
    return encoded if len(encoded) <= LONGEST_NEXT else "/"


def show(result: Result, call: Call, headers: Mapping[str, str] | None = None) -> Response[Any]:
    """A view as a page in our layout, or a redirect after a form (303)."""
    if isinstance(result, Redirect):
        shown = cookies_to_show(call.request, call.user, result.to, result.shows) if result.shows else []
        return go_to(result.to, call.request, toast=result.toast, cookies=[*call.cookies, *shown])
    if isinstance(result, Download):
        return result.respond({"Cache-Control": "no-store"})
    if isinstance(result, Plain):
        return Response(result.text, media_type=result.media_type, headers={"Cache-Control": "no-store"})
    if isinstance(result, Raw):
        return result.respond()
    runtime, cookies = call.runtime, list(call.cookies)
    binding = csrf.binding_of(call.user) if call.user else browser_of(call.request)
    if not binding:
        binding = csrf.new_browser()
        cookies.append(our_cookie(runtime, csrf.BROWSER_COOKIE, binding))
    if call.user:
        cookies += note_reader(call.request, runtime, call.user.account)
    toast = call.request.cookies.get(cookie_of(runtime.settings, TOAST_COOKIE), "")
    if toast:
        cookies.append(our_cookie(runtime, TOAST_COOKIE, "", seconds=0))
    context = page_context(call.request, call.user, csrf.token_for(runtime, binding), _toast(runtime, toast))
    context["banners"] = [*result.banners, *context["banners"]]
    html = call.app.templates.render(
        result.template, **{"form": {}, "errors": {}, "problem": "", "conflict": None, **context, **result.context}
    )
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if result.frames:
        sent["Content-Security-Policy"] = policy(runtime.settings, call.registry.sources, frames="'self'")
    return Response(html, status_code=result.status, media_type=HTML, cookies=cookies, headers=sent)


def go_to(path: str, request: AnyRequest, *, toast: str = "", cookies: Sequence[Cookie] = ()) -> Response[Any]:
    """See Other (303). htmx and our scripts need a separate header, since they cannot see a redirect."""
    runtime = app_of(request).runtime
    made = list(cookies)
    if toast:
        made.append(our_cookie(runtime, TOAST_COOKIE, runtime.keys.sign("toast", toast), seconds=30))
    return redirect_to(path, request, made)


def redirect_to(path: str, request: AnyRequest, cookies: Sequence[Cookie]) -> Response[Any]:
    """The response alone, without a message."""
    if request.headers.get("hx-request"):
        return Response(b"", status_code=200, headers={"HX-Redirect": path, "Cache-Control": "no-store"}, cookies=list(cookies))
    return Response(b"", status_code=303, headers={"Location": path, "Cache-Control": "no-store"}, cookies=list(cookies))


def _toast(runtime: Runtime, signed: str) -> str:
    return runtime.keys.verify("toast", signed, now=runtime.clock.now()) or ""
