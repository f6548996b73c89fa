"""Cookies that our pages set and read."""

from __future__ import annotations

from litestar.datastructures import Cookie

from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.application import AnyRequest, app_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.csrf import BROWSER_COOKIE
from phoenix.kernel.web.session_reader import cookie_of

LONGEST = 4000
LONGEST_BROWSER = 64


def cookie_value(call: Call, name: str) -> str:
    """The value of one of our cookies, limited in length; "" without it."""
    return call.request.cookies.get(cookie_of(call.runtime.settings, name), "")[:LONGEST]


def our_cookie(runtime: Runtime, name: str, value: str, *, seconds: int | None = None) -> Cookie:
    """A cookie that only our own pages receive: HttpOnly, SameSite=Lax, and over HTTPS Secure with the __Host- prefix."""
    secure = runtime.settings.public_url.startswith("https://")
    name = cookie_of(runtime.settings, name)
    return Cookie(name, value=value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def browser_of(request: AnyRequest) -> str:
    """A value that only this browser has, since before anybody signed in; "" without one."""
    value = request.cookies.get(cookie_of(app_of(request).runtime.settings, BROWSER_COOKIE), "")
    return value if len(value) <= LONGEST_BROWSER else ""
