"""Whose pages a browser has shown, as it says itself: a sealed cookie that outlives their session, and proves nothing but that.

By it the text of someone whose session has ended is counted by itself: strangers in their network cannot use up their share.
"""

from __future__ import annotations

from litestar.datastructures import Cookie

from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url, to_base64url
from phoenix.kernel.web.application import AnyRequest, app_of
from phoenix.kernel.web.cookies import our_cookie
from phoenix.kernel.web.csrf import VALID
from phoenix.kernel.web.session_reader import cookie_of

READER_COOKIE = "phoenix_reader"
SEALED_AS = "last reader"


def last_reader(request: AnyRequest) -> str:
    """The account whose pages this browser showed last; "" for a browser that showed none lately."""
    runtime = app_of(request).runtime
    sealed = from_base64url(request.cookies.get(cookie_of(runtime.settings, READER_COOKIE), ""))
    opened = runtime.keys.unseal(SEALED_AS, sealed) if sealed else None
    return opened.decode() if opened else ""


def note_reader(request: AnyRequest, runtime: Runtime, account: str) -> list[Cookie]:
    """The cookie for a page of this account's, if the browser has not got it yet. It is kept as long as the token of a page is valid."""
    if last_reader(request) == account:
        return []
    sealed = to_base64url(runtime.keys.seal(SEALED_AS, account.encode()))
    return [our_cookie(runtime, READER_COOKIE, sealed, seconds=int(VALID.total_seconds()))]
