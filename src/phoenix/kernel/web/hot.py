"""Hot reads: session check and cached bytes, answered around the framework.

Answers only if everything is in this process's memory and still valid; in every other case the framework answers, and
fills the cache.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.cache import Cache
from phoenix.kernel.cache.generations import MachineGenerations
from phoenix.kernel.module import HotRead
from phoenix.kernel.web.answer import Answer, matches
from phoenix.kernel.web.application import App
from phoenix.kernel.web.asgi import AsgiApp, Receive, Scope, Send
from phoenix.kernel.web.headers import new_request_id, security_headers
from phoenix.kernel.web.session_reader import COOKIE, actor_key, can_be_unattended, cookie_name, is_for_another, is_unattended, token_of


class HotReads:
    """The layer around the framework. With several machines, generations are not in memory, and it does nothing."""

    def __init__(self, app: AsgiApp, shared: App, reads: Iterable[HotRead]) -> None:
        runtime = shared.runtime
        self._app = app
        self._cache: Cache = runtime.cache
        self._clock = runtime.clock
        self._session_reader = shared.sessions
        generations = runtime.cache.generations
        self._generations = generations if isinstance(generations, MachineGenerations) else None
        self._reads = {read.path: read for read in reads} if self._generations else {}
        secure = runtime.settings.public_url.startswith("https://")
        self._cookie = cookie_name(COOKIE, secure=secure).encode()
        self._second_factor_for = runtime.settings.second_factor_for
        self._headers = [
            *security_headers(runtime.settings, shared.registry.sources),
            (b"content-type", b"application/json"),
            (b"cache-control", b"private, no-cache"),
            (b"vary", b"Authorization, Cookie"),
        ]
        self._plain = not runtime.settings.web.cors_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._plain and scope["method"] == "GET":
            read = self._reads.get(scope["path"])
            if read is not None:
                found = self._find(read, scope)
                if found is not None:
                    await self._send(found, scope, send)
                    return
        await self._app(scope, receive, send)

    def reader(self, scope: Scope, now: datetime) -> Actor | None:
        """The reader, if they are in memory and still valid: the session check of a hot read."""
        headers = scope["headers"]
        token, by_cookie = token_of(headers, self._cookie)
        if token is None:
            return None
        actor = self._believed(actor_key(token))
        if not isinstance(actor, Actor) or not self._session_reader.is_live(actor, now):
            return None
        return None if by_cookie and is_for_another(headers, actor.account) else actor

    def _find(self, read: HotRead, scope: Scope) -> Answer | None:
        now = self._clock.now()
        actor = self.reader(scope, now)
        if actor is None or actor.needs_second_factor(self._second_factor_for):
            return None
        key = read.key(actor, scope["query_string"])
        if key is None:
            return None
        found = self._believed(key)
        if not isinstance(found, Answer):
            return None
        if not is_unattended(scope["headers"]) or not can_be_unattended(actor):
            self._session_reader.saw(actor, now)
        self._cache.hits += 1
        return found

    def _believed(self, key: str) -> object:
        entry = self._cache.entry(key)
        if entry is None or entry.until < time.monotonic() or self._generations is None:
            return None
        if entry.slots is None:
            entry.slots = tuple(map(self._generations.slot, entry.keys))
        return entry.value if self._generations.current(entry.slots) == entry.generations else None

    async def _send(self, found: Answer, scope: Scope, send: Send) -> None:
        body, status = found.body, 200
        headers = [*self._headers, (b"etag", found.etag.encode()), (b"x-request-id", new_request_id().encode())]
        for name, value in scope["headers"]:
            if name == b"if-none-match" and matches(value.decode("latin-1"), found.etag):
                body, status = b"", 304
                break
        else:
            headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})
