"""Which of our pages an address belongs to: the page of a form that was opened like a page, and the page a request came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from phoenix.kernel.web.application import AnyRequest, App, app_of

_PARAMETER = re.compile(r"{(\w+):\w+}")


def page_of_form(request: AnyRequest) -> str:
    """The page of the form that posts to this address, or the nearest page above it; "" if no form posts here."""
    app, path = app_of(request), str(request.scope["path"])
    routes = [
        (route, min(route.paths))
        for module in app.registry.modules
        for route in module.routes
        if "shows" in route.opt and app.listener in route.opt["rule"].listeners
    ]
    found = next(((route, match) for route, at in routes if "POST" in route.http_methods and (match := _match(at, path))), None)
    if found is None:
        return ""
    route, match = found
    declared = route.opt["page"]
    if declared:
        return filled(declared, match.groupdict())
    pages = [at for route, at in routes if "GET" in route.http_methods]
    above = path.rpartition("/")[0]
    while above and not any(_match(at, above) for at in pages):
        above = above.rpartition("/")[0]
    return quote(above) or "/"


def shows_lists(app: App, path: str) -> bool:
    """Whether a page of this listener at this path shows lists."""
    return any(
        _match(min(route.paths), path)
        for module in app.registry.modules
        for route in module.routes
        if route.opt.get("lists") and app.listener in route.opt["rule"].listeners
    )


def filled(path: str, values: Mapping[str, object]) -> str:
    """The path of a route with its parameters filled in."""
    return _PARAMETER.sub(lambda name: quote(str(values[name[1]]), safe=""), path)


def page_before(request: AnyRequest) -> str:
    """The page that was asked for, or that the form of this request was on; "" if it was on none of ours."""
    if request.method == "GET":
        return _with_query(str(request.scope["path"]), request.scope["query_string"].decode("latin-1"))
    try:
        referer = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    return _with_query(referer.path, referer.query) if referer.netloc == request.headers.get("host") else ""


def _match(at: str, path: str) -> re.Match[str] | None:
    return re.fullmatch(_PARAMETER.sub(r"(?P<\1>[^/]+)", at), path)


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
