"""The open sessions of an account, described for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.data.cursors import Page
from phoenix.kernel.data.database import Reader
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.queries import Session

__all__ = ["Session"]

ON_A_PAGE = 100

METHODS = {
    "password": _("a password"),
    "passkey": _("a passkey"),
    "email_code": _("a code by email"),
    "totp": _("the authenticator app"),
    "backup_code": _("a backup code"),
    "first_administrator": _("the first administrator's link"),
}


async def open_sessions(runtime: Runtime, db: Reader, account: str, *, cursor: str | None = None, limit: int = ON_A_PAGE) -> Page[Session]:
    """A page of the open sessions, most recently used first."""
    return await queries.SESSIONS.page(db, runtime.keys, account, db.now, cursor=cursor, limit=limit)


def method_in_words(method: str) -> str:
    """“a password and the authenticator app”, from "password+totp"."""
    parts = [METHODS.get(part, part.partition(":")[2].title() or part) for part in method.split("+")]
    return _(" and ").join(map(str, parts))


def signed_in_with(data: Mapping[str, Any]) -> str:
    """How someone signed in, from the data of the event."""
    return _("with {method}").format(method=method_in_words(str(data.get("method", ""))))
