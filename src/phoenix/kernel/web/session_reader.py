"""The actor of a request, from the token in the cookie or the Authorization header. Decided only here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

import msgspec

from phoenix.kernel.actor import Actor, ListenerName, SessionRecord, Use
from phoenix.kernel.background import Alive
from phoenix.kernel.cache.cache import CachedValue, Codec, Watch
from phoenix.kernel.cache.keys import ACCOUNT, MEMBERS
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.lease import ANSWER_SECONDS
from phoenix.kernel.data.query import command
from phoenix.kernel.errors import NotSignedIn
from phoenix.kernel.module import Identity
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.kernel.web.asgi import Raw
from phoenix.settings import Settings

Find = Callable[[Runtime, Reader, str], Awaitable[SessionRecord | None]]

# Advisory locks are named by two numbers; idempotency uses a different first number.
TAKE_TURNS = command("SELECT pg_advisory_xact_lock(2, 1)")
ACTOR = Codec(encode=msgspec.msgpack.encode, decode=msgspec.msgpack.Decoder(Actor).decode)
COOKIE = "phoenix_session"
# Sent with what a page fetches by itself: nobody asked for it, so it is no use of the session.
UNATTENDED = b"x-unattended"
# Sent along by a page: whose it is. What it puts into itself is never what someone else sees who has signed in since, in another tab.
READER = b"x-reader"
SHORTEST_TOKEN, LONGEST_TOKEN = 20, 1000
# A session's last use is saved at most this often, and at most this late.
SEEN_EVERY_SECONDS = 60.0
FLUSH_SECONDS = 10.0


def cookie_name(name: str, *, secure: bool) -> str:
    """Over HTTPS cookies get the __Host- prefix: no other host or path can set them (RFC 6265bis)."""
    return f"__Host-{name}" if secure else name


def cookie_of(settings: Settings, name: str) -> str:
    """The name of one of our cookies on this listener.

    Cookies are shared between ports. If both listeners are on one host, staff would otherwise lose their own session when
    they impersonate someone.
    """
    return cookie_name(f"{name}_staff" if settings.for_staff else name, secure=settings.public_url.startswith("https://"))


def audience_of(settings: Settings) -> ListenerName:
    """The audience of the sessions that this listener starts, and the only one it accepts."""
    return "admin" if settings.for_staff else "public"


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


def token_of(headers: Iterable[Raw], name: bytes) -> tuple[str | None, bool]:
    """The token of a request, and whether it came in the cookie of that name. A bearer token counts before a cookie, an empty one too."""
    given = list(headers)
    token = bearer(given)
    return (cookie(given, name), True) if token is None else (token, False)


def is_unattended(headers: Iterable[Raw]) -> bool:
    """Whether a page sent the request by itself, for which nobody did anything."""
    return any(name == UNATTENDED for name, _ in headers)


def is_for_another(headers: Iterable[Raw], account: str) -> bool:
    """Whether a page asked that belongs to someone else."""
    return any(name == READER and value.decode("latin-1") != account for name, value in headers)


def actor_key(token: str) -> str:
    return f"actor:{hash_token(token).hex()}"


def followed_key(token: str) -> str:
    return f"followed:{hash_token(token).hex()}"


def can_be_unattended(actor: Actor) -> bool:
    """Whether a page can ask with this token while nobody looks at it: not with keys, nor with tokens that were refreshed.

    A thief could otherwise hide that they use one of those.
    """
    return actor.record.refresh_count <= 0 and actor.record.scopes is None


class SessionReader:
    """Resolves tokens to actors, and remembers which sessions were used."""

    def __init__(self, runtime: Runtime, registry: Registry) -> None:
        self._runtime = runtime
        self._registry = registry
        self._audience = audience_of(runtime.settings)
        self._seen: dict[str, Use] = {}
        self._written: dict[str, Use] = {}
        self._flushing = asyncio.Lock()

    async def find(self, token: str, *, unattended: bool = False) -> Actor | None:
        """The actor of a token, or None if its session has ended or never existed. This is a use of the session.

        What a page sends `unattended` is none; see `can_be_unattended`.
        """
        actor = await self.look(token)
        if actor is not None and not (unattended and can_be_unattended(actor)):
            self.saw(actor, self._runtime.clock.now())
        return actor

    async def look(self, token: str) -> Actor | None:
        """Like `find`, without using the session: its idle limit goes on."""
        identity = self._identity(token)
        return None if identity is None else await self._live(actor_key(token), token, identity, identity.find)

    async def follow(self, token: str) -> Actor | None:
        """The actor of the session that a token belongs to, even if the token has expired since it was found. Not a use.

        For connections that were authenticated while it was valid, and nothing else.
        """
        identity = self._identity(token)
        return None if identity is None else await self._live(followed_key(token), token, identity, identity.follow)

    def held(self, token: str, actor: Actor) -> CachedValue | None:
        """What says whether an actor that `follow` found is still what they were: as long as its generations count, nothing has changed."""
        entry = self._runtime.cache.entry(followed_key(token))
        return entry if entry is not None and entry.value is actor else None

    def _identity(self, token: str) -> Identity | None:
        return self._registry.identity_of_token(token) if SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN else None

    async def _live(self, key: str, token: str, identity: Identity, find: Find) -> Actor | None:
        # One moment for all of it: a use that is noted while this reads is not in what it reads.
        now = self._runtime.clock.now()
        try:
            actor = await self._runtime.cache.read(key, lambda watch: self._load(token, identity, find, watch), codec=ACTOR)
            if not self.is_live(actor, now):
                await self.flush()
                # The cached session may not include the last use yet; the saved one does.
                actor = await self._load(token, identity, find, Watch(self._runtime.cache.generations))
        except NotSignedIn:
            return None
        return actor if self.is_live(actor, now) else None

    def is_live(self, actor: Actor, now: datetime) -> bool:
        """Whether the session is for this listener, and within its idle and absolute limits."""
        record = actor.record
        return record.audience == self._audience and now < record.idle_until and now < record.until

    def saw(self, actor: Actor, now: datetime) -> None:
        """Note that a session was used just now."""
        at, count = now.timestamp(), actor.record.refresh_count
        written = self._written.get(actor.session)
        # The first use of new tokens is always noted: it ends the refresh token before them.
        if written is None or at - written.at >= SEEN_EVERY_SECONDS or count > written.refresh_count:
            count = count if written is None else max(count, written.refresh_count)
            self._written[actor.session] = self._seen[actor.session] = Use(actor.session, at, count)

    async def flush(self) -> None:
        """Save the last use of the sessions used since the last flush. When this returns, every use noted before is saved.

        So it waits for a flush that is under way: whoever reads the session next would otherwise miss what that one is saving,
        and take a session for ended that was used a minute ago.
        """
        async with self._flushing:
            if not self._seen:
                return
            seen, self._seen = self._seen, {}
            try:
                async with self._runtime.database.transaction() as tx:
                    for identity in self._registry.identities:
                        used = [use for session, use in sorted(seen.items()) if session.startswith(identity.records)]
                        if used:
                            await identity.seen(tx, used)
            except BaseException:
                self._seen = {**seen, **self._seen}
                raise

    async def keep_flushing(self, alive: Alive) -> None:
        """Flush until cancelled. What could not be saved is saved by the next flush."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()
            alive()
            horizon = self._runtime.clock.now().timestamp() - 2 * SEEN_EVERY_SECONDS
            self._written = {session: use for session, use in self._written.items() if use.at > horizon}

    async def find_in(self, tx: Transaction, token: str, account: str, *, organisation: str | None, platform: bool) -> Actor | None:
        """The actor as this transaction sees it, past every cache; None where the session has ended.

        The account and the memberships of the organisation are locked until the transaction ends, so that nobody can lock the
        account or remove a membership between this check and the act. Acts on the whole `platform` take turns: two
        administrators acting on each other would otherwise deadlock.
        """
        identity, accounts, source = self._registry.identity_of_token(token), self._registry.accounts, self._registry.membership_source
        if identity is None or accounts is None:
            return None
        if platform:
            await tx.execute(TAKE_TURNS)
        await accounts.hold(tx, account)
        if source is not None and organisation is not None:
            await source.hold(tx, organisation)
        record = await identity.find(self._runtime, tx, token)
        actor = None if record is None else await self._with_memberships(tx, record)
        return actor if actor is not None and self.is_live(actor, tx.now) else None

    async def _load(self, token: str, identity: Identity, find: Find, watch: Watch) -> Actor:
        async with self._runtime.database.reader(within=ANSWER_SECONDS) as db:
            record = await find(self._runtime, db, token)
            if record is None:
                raise NotSignedIn
            # The account is known only now, so its dependent data is read again, after its generation.
            await watch.on(ACCOUNT(record.account), *identity.keys)
            record = await find(self._runtime, db, token)
            if record is None:
                raise NotSignedIn
            actor = await self._with_memberships(db, record)
            if closing := [m.organisation for m in actor.memberships if m.closes_at is not None]:
                # Who asked for the deletion is shown by name, and people can change theirs.
                await watch.on(*map(MEMBERS, closing))
                actor = await self._with_memberships(db, record)
            return actor

    async def _with_memberships(self, db: Reader, record: SessionRecord) -> Actor:
        memberships = await self._registry.find_memberships(db, record.account)
        if record.scopes is not None:
            # Narrowed here, once, so that values cached by permissions never exceed what the scopes of a key allow.
            scopes = self._registry.with_implied(record.scopes)
            record = msgspec.structs.replace(record, scopes=scopes)
            memberships = [msgspec.structs.replace(m, permissions=m.permissions & scopes) for m in memberships]
        return Actor(record, tuple(memberships))
