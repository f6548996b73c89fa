"""Whose request it is: from the token in the cookie or the Authorization header to the actor. The one place for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import datetime

import msgspec

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.cache import Codec, Watch
from phoenix.kernel.errors import NotLoggedIn, PhoenixError
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.kernel.web.asgi import Raw
from phoenix.settings import Settings

ACTOR = Codec(encode=msgspec.msgpack.encode, decode=msgspec.msgpack.Decoder(Actor).decode)
COOKIE = "phoenix_session"
SHORTEST_TOKEN, LONGEST_TOKEN = 20, 1000
# A session's last use is written down at most this often, and at most this late.
SEEN_EVERY_SECONDS = 60.0
FLUSH_SECONDS = 10.0


def cookie_name(name: str, *, secure: bool) -> str:
    """Over HTTPS cookies get the __Host- prefix: no other host or path can set them (RFC 6265bis)."""
    return f"__Host-{name}" if secure else name


def cookie_of(settings: Settings, name: str) -> str:
    """What a cookie of ours is called on this listener.

    Cookies do not tell ports apart. Where both listeners are on one host, staff would else lose their own session to the
    one they look through.
    """
    return cookie_name(f"{name}_staff" if settings.for_staff else name, secure=settings.public_url.startswith("https://"))


def bearer(headers: Iterable[Raw]) -> str | None:
    """The token in the Authorization header (RFC 6750)."""
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            return token.strip() if scheme.lower() == "bearer" else None
    return None


def cookie(headers: Iterable[Raw], name: bytes) -> str | None:
    """One cookie of a request."""
    for header, value in headers:
        if header == b"cookie":
            for part in value.split(b";"):
                key, _, text = part.strip().partition(b"=")
                if key == name:
                    return text.decode("latin-1") or None
    return None


def actor_key(token: str) -> str:
    return f"actor:{hash_token(token).hex()}"


class LogIns:
    """Turns tokens into actors, and remembers which sessions were used."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._seen: dict[str, float] = {}
        self._written: dict[str, float] = {}

    async def find(self, token: str) -> Actor | None:
        """The actor of a token, or None where its session has ended or never was."""
        if not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN:
            return None
        try:
            actor = await self._runtime.cache.read(actor_key(token), lambda watch: self._load(token, watch), codec=ACTOR)
            if not self.is_live(actor, self._runtime.clock.now()):
                await self.flush()
                # What is cached may not know of the last use yet; what is written down does.
                actor = await self._load(token, Watch(self._runtime.cache.generations))
                if not self.is_live(actor, self._runtime.clock.now()):
                    return None
        except NotLoggedIn:
            return None
        self.saw(actor, self._runtime.clock.now())
        return actor

    @staticmethod
    def is_live(actor: Actor, now: datetime) -> bool:
        """Whether the session's limits, idle and absolute, are still ahead."""
        record = actor.record
        return now < record.idle_until and now < record.until

    def saw(self, actor: Actor, now: datetime) -> None:
        """Note that a session was used just now."""
        at = now.timestamp()
        if at - self._written.get(actor.session, 0.0) >= SEEN_EVERY_SECONDS:
            self._written[actor.session] = self._seen[actor.session] = at

    async def flush(self) -> None:
        """Write down the last use of the sessions seen since the last time."""
        identity = self._runtime.registry.identity
        if identity is None or not self._seen:
            return
        seen, self._seen = self._seen, {}
        async with self._runtime.database.transaction() as tx:
            await identity.seen(tx, sorted(seen.items()))

    async def keep_flushing(self) -> None:
        """Flush for ever; a lost connection costs one round."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            with contextlib.suppress(PhoenixError):
                await self.flush()
            horizon = self._runtime.clock.now().timestamp() - 2 * SEEN_EVERY_SECONDS
            self._written = {session: at for session, at in self._written.items() if at > horizon}

    async def _load(self, token: str, watch: Watch) -> Actor:
        registry = self._runtime.registry
        identity = registry.identity
        if identity is None:
            raise NotLoggedIn
        async with self._runtime.database.reader() as db:
            record = await identity.find(self._runtime, db, token)
            if record is None:
                raise NotLoggedIn
            # Only now is the account known, so what depends on it is read again after its generation.
            await watch.on(f"account:{record.account}", *identity.keys)
            record = await identity.find(self._runtime, db, token)
            if record is None:
                raise NotLoggedIn
            seats = await registry.find_seats(db, record.account)
            if record.scopes is not None:
                # Here once, so that what is cached by what a seat may do is never more than the scopes of a key allow.
                seats = [msgspec.structs.replace(seat, permissions=seat.permissions & record.scopes) for seat in seats]
            return Actor(record, tuple(seats))
