"""What a page shows only once, such as a new key, and still shows when it is loaded again within ten minutes.

It travels in a cookie that is sealed, bound to the person or browser and to the page, and stored nowhere else.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from litestar.datastructures import Cookie
from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.security.crypto import from_base64url, to_base64url
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import AnyRequest, app_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.cookies import browser_of, our_cookie
from phoenix.kernel.web.session_reader import cookie_of

SHOWN_FOR = timedelta(minutes=10)
SEALED_AS = "shown once"


class Shown(Struct, frozen=True):
    values: dict[str, Any]
    until: datetime


def shown_once(call: Call) -> Mapping[str, Any]:
    """What the form that led to this page wants shown here; empty if there is nothing, or no longer."""
    path, runtime = str(call.request.scope["path"]), call.runtime
    binding = csrf.binding_of(call.user) if call.user else browser_of(call.request)
    sealed = from_base64url(call.request.cookies.get(cookie_of(runtime.settings, _name(path)), ""))
    found = runtime.keys.unseal(SEALED_AS, sealed, bound_to=f"{binding}\0{path}") if sealed else None
    if found is None:
        return {}
    shown = msgspec.msgpack.decode(found, type=Shown)
    return shown.values if runtime.clock.now().astimezone(UTC) < shown.until else {}


def cookies_to_show(request: AnyRequest, actor: Actor | None, target: str, values: Mapping[str, Any]) -> list[Cookie]:
    """The cookies that bring values to the page at `target`, to be read there by the same person or browser."""
    runtime, path, made = app_of(request).runtime, target.partition("?")[0], []
    binding = csrf.binding_of(actor) if actor else browser_of(request)
    if not binding:
        binding = csrf.new_browser()
        made.append(our_cookie(runtime, csrf.BROWSER_COOKIE, binding))
    shown = msgspec.msgpack.encode(Shown(dict(values), runtime.clock.now() + SHOWN_FOR))
    sealed = runtime.keys.seal(SEALED_AS, shown, bound_to=f"{binding}\0{path}")
    return [*made, our_cookie(runtime, _name(path), to_base64url(sealed), seconds=int(SHOWN_FOR.total_seconds()))]


def _name(path: str) -> str:
    """Cookies of ours are for all paths, so each page has one of its own."""
    return f"phoenix_shown_{zlib.crc32(path.encode()):08x}"
