"""JSON routes of sessions: refresh, the list, ending them, and the keys that verify access tokens."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from phoenix.kernel.actor import ListenerName
from phoenix.kernel.data.cursors import Page, parse_limit
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.accounts.actions.limits import REFRESHES
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.actions import end, refresh, signing_keys
from phoenix.modules.sessions.actions.list import ON_A_PAGE, Session, open_sessions


class RefreshData(Struct, forbid_unknown_fields=True):
    refresh_token: Text


class TokenAnswer(Struct):
    access_token: str
    refresh_token: str
    expires_in: int
    session: str


class SessionAnswer(Struct):
    id: str
    created_at: Instant
    seen_at: Instant
    expires_at: Instant
    remembered: bool
    device: str
    place: str
    method: str
    current: bool
    audience: ListenerName


class KeySet(Struct):
    """A JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]


@post("/api/v2/sessions/refresh", frees=True, may=PUBLIC, queries=6, limits=(REFRESHES,), problems=(401,), commits_first=True)
async def refresh_session(call: Call, data: RefreshData) -> TokenAnswer:
    """Exchange a refresh token for new tokens. If the response is lost, send the old token again: it works until one of the new tokens is used. Reuse after that ends the session."""
    # What was used a moment ago decides whether an old token is reused.
    await call.app.sessions.flush()
    made = await refresh.refresh_session(call.runtime, call.tx, data.refresh_token)
    return TokenAnswer(made.token, made.refresh_token, made.seconds, made.id)


@get("/api/v2/sessions", may=SIGNED_IN, queries=1)
async def list_sessions(call: Call, limit: int | None = None, cursor: str | None = None) -> Page[SessionAnswer]:
    """List your open sessions, most recently used first. `limit` is 100 by default."""
    size = ON_A_PAGE if limit is None else parse_limit(limit)
    found = await open_sessions(call.runtime, call.db, call.actor.account, cursor=cursor, limit=size)
    return Page([_answer(session, call.actor.session) for session in found.items], found.next_cursor)


@get("/api/v2/sessions/{session_id:str}", may=SIGNED_IN, queries=1)
async def read_session(call: Call, session_id: str) -> SessionAnswer:
    """Get one of your open sessions."""
    return _answer(await call.db.one(queries.SESSION, call.actor.account, call.db.now, session_id), call.actor.session)


def _answer(s: Session, current: str) -> SessionAnswer:
    return SessionAnswer(
        s.id,
        instant(s.created_at),
        instant(s.seen_at),
        instant(s.until),
        s.remembered,
        s.device,
        s.place,
        s.method,
        s.id == current,
        s.audience,
    )


@delete("/api/v2/sessions/current", may=SIGNED_IN, before_second_factor=True, queries=2)
async def end_current_session(call: Call) -> None:
    """Sign out."""
    await end.sign_out(call.tx, call.actor)


@delete("/api/v2/sessions/{session_id:str}", may=SIGNED_IN, queries=2, sensitive=True)
async def end_session(call: Call, session_id: str) -> None:
    """End one of your sessions."""
    await end.end_session(call.tx, call.actor, session_id)


@delete("/api/v2/sessions", may=SIGNED_IN, queries=2, sensitive=True)
async def end_other_sessions(call: Call) -> None:
    """End all your sessions except this one."""
    await end.end_other_sessions(call.tx, call.actor.account, keep=call.actor.session)


@get("/.well-known/jwks.json", may=PUBLIC, queries=1, tag="sessions")
async def read_key_set(call: Call) -> KeySet:
    """Get the public keys that verify access tokens, including the next one."""
    call.headers["Cache-Control"] = "public, max-age=300"
    return KeySet((await signing_keys.published_keys(call.runtime, call.db))["keys"])


ROUTES = (refresh_session, list_sessions, read_session, end_current_session, end_session, end_other_sessions, read_key_set)
