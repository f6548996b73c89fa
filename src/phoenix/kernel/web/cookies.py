"""Cookies that our pages set and read."""

from __future__ import annotations

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.session_reader import cookie_of

LONGEST = 4000


def cookie_value(call: Call, name: str) -> str:
    """The value of one of our cookies, limited in length; "" without it."""
    return call.request.cookies.get(cookie_of(call.runtime.settings, name), "")[:LONGEST]
