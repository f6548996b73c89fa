"""Where a list was read when something was done to one of its rows: the act leads back there, to the same order, filter, page and row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from litestar.handlers import HTTPRouteHandler

from phoenix.kernel.web.application import AnyRequest, app_of
from phoenix.kernel.web.own_pages import filled, shows_lists
from phoenix.kernel.web.rendering import Redirect, safe_next

FIELD = "place"
_ROW = re.compile(r"[A-Za-z0-9_-]{1,120}")
_MOST = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A page with lists, its query, and the row, which may be gone by now."""

    path: str
    query: Mapping[str, str]
    row: str

    @property
    def address(self) -> str:
        asked = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.path}{asked}{f'#{self.row}' if self.row else ''}"


def place_of(request: AnyRequest, form: Mapping[str, str]) -> Place | None:
    """The place that a form names; None unless it is a page of this listener that shows lists. Anything else is no address of ours."""
    named = form.get(FIELD, "")
    if not named or safe_next(named) != named:
        return None
    try:
        at = urlsplit(named)
        asked = dict(parse_qsl(at.query, max_num_fields=_MOST))
    except ValueError:
        return None
    path = unquote(at.path)
    if at.netloc or not shows_lists(app_of(request), path):
        return None
    return Place(quote(path), asked, at.fragment if _ROW.fullmatch(at.fragment) else "")


def back_to_place(request: AnyRequest, form: Mapping[str, str], page: HTTPRouteHandler | None, result: Redirect) -> Redirect:
    """The redirect of an act on a row of a list: to where the list was. One that leads elsewhere than to its own page stays."""
    place = place_of(request, form)
    if place is None or result.shows:
        return result
    # The page of a row, such as that of a person, can be left for the list; another list cannot.
    own = {place.path} if page is None or page.opt.get("lists") else {place.path, quote(path_of(request, page))}
    return replace(result, to=place.address) if urlsplit(result.to).path in own else result


def path_of(request: AnyRequest, page: HTTPRouteHandler) -> str:
    """The path of the page a form was on, or that of the form where the page has parts that the form has not."""
    try:
        return unquote(filled(min(page.paths), request.path_params))
    except KeyError:
        return str(request.scope["path"])
