"""A form that is sent twice does one thing, and the second answer is the first: pressed twice, with and without scripts, in any process.

The token of the page tells one sending from another (see `csrf`), so no form has to do anything for it. What the answer sets
is kept sealed: it can start a session or show a new key.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar.datastructures import Cookie, UploadFile
from litestar.response import Response
from msgspec import Struct

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.lease import ANSWER_SECONDS
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import AnyRequest, app_of
from phoenix.kernel.web.form_body import token_in
from phoenix.kernel.web.idempotency import KEEP, InFlight, Once, StoredAnswer
from phoenix.kernel.web.opening import Replayed
from phoenix.kernel.web.rendering import redirect_to
from phoenix.kernel.web.session_reader import COOKIE, cookie_of

# What begins or renews a session is not given again by the same page an hour later, when that session may have ended.
KEEP_OF_A_SESSION = timedelta(minutes=1)
SEE_OTHER = 303
# As long as the answer is kept that a second sending gets.
CLAIM = Limit("forms_sent_once", 1, int(KEEP.total_seconds()))
# Seconds to wait for the first of two at once, without a connection.
WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


class Kept(Struct, frozen=True):
    """A redirect, with its cookies by name: the value and how long it is valid, in seconds. It is given again before `until`."""

    to: str
    cookies: dict[str, tuple[str, int | None]]
    until: datetime


class FormOnce(Once):
    """One sending of a form."""

    def __init__(self, request: AnyRequest, caller: str, body: bytes) -> None:
        keys, target = app_of(request).runtime.keys, f"POST {request.scope['path']}"
        # Something else sent from the same page is another thing.
        key = keys.mac("form", token_in(request) or "", target, body).hex()
        super().__init__(keys, caller, key, target, body)
        self._request_now = request

    def answer(self, found: StoredAnswer, body: bytes) -> Response[Any] | None:
        del found
        kept = msgspec.msgpack.decode(body, type=Kept)
        if app_of(self._request_now).runtime.clock.now() >= kept.until:
            return None
        cookies = [
            Cookie(name, value=value, max_age=seconds, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="lax")
            for name, (value, seconds) in kept.cookies.items()
        ]
        return redirect_to(kept.to, self._request_now, cookies)

    async def claim(self, runtime: Runtime) -> None:
        """For a form that acts before its transaction begins, where nothing else tells two sendings apart. Raises InFlight for the second."""
        if not (await runtime.limiter.hit(CLAIM, self._bound_to)).allowed:
            raise InFlight(_("What you sent is still being saved. Wait a moment, then send it again."))

    async def keep_redirect(self, tx: Transaction, response: Response[Any]) -> None:
        """Keep where this sending led to."""
        to = response.headers.get("Location") or response.headers["HX-Redirect"]
        cookies = {cookie.key: (cookie.value or "", cookie.max_age) for cookie in response.cookies}
        begins = cookie_of(app_of(self._request_now).runtime.settings, COOKIE) in cookies
        until = tx.now + (KEEP_OF_A_SESSION if begins else KEEP)
        await self.keep(tx, SEE_OTHER, {}, msgspec.msgpack.encode(Kept(to, cookies, until)))


async def once_of(request: AnyRequest) -> FormOnce | None:
    """The sending of a form by the person, or in the browser, its page was made for; None if it cannot be told from another.

    Whoever signs in and sends the same page again is someone by then, but the page is still nobody's.
    """
    token = csrf.read_token(app_of(request).runtime, token_in(request))
    if token is None:
        return None
    return FormOnce(request, csrf.account_of(token.binding) or token.binding, await what_is_sent(request))


async def what_is_sent(request: AnyRequest) -> bytes:
    """What the fields say, however a browser writes them: with a new boundary each time, or with other line ends than a script."""
    said: list[tuple[str, ...]] = []
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            digest = hashlib.sha256(await value.read())
            await value.seek(0)
            said.append((name, value.filename, digest.hexdigest()))
        else:
            said.append((name, str(value).replace("\r\n", "\n")))
    return msgspec.msgpack.encode(said)


async def sent_once(request: AnyRequest, once: FormOnce, send: Callable[[], Awaitable[Response[Any]]]) -> Response[Any]:
    """The answer of `send`, or of an earlier sending of the same form. Raises InFlight if that takes more than a few seconds."""
    for wait in WAITS:
        try:
            return await send()
        except Replayed as replayed:
            return replayed.response
        except InFlight:
            await asyncio.sleep(wait)
        found = await answered_before(request, once)
        if found is not None:
            return found
    raise InFlight(_("What you sent is still being saved. Wait a moment, then send it again."))


async def answered_before(request: AnyRequest, once: FormOnce) -> Response[Any] | None:
    """The answer to an earlier sending of the same form, if there was one."""
    async with app_of(request).runtime.database.reader(within=ANSWER_SECONDS) as reader:
        return await once.stored(reader)
