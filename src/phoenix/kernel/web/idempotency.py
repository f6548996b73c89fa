"""Idempotency-Key: the same key and body get the same answer for 24 hours, even when both arrive at once.

Answers contain tokens, keys and codes, and requests contain passwords. So answers are stored sealed, and of a request only
a keyed hash is stored.
"""

from __future__ import annotations

import re
import zlib
from datetime import timedelta
from typing import Any

from litestar.response import Response
from msgspec import Struct

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.purge import forget, purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys, same

KEEP = timedelta(hours=24)
SEALED_AS = "kept answer"


class StoredAnswer(Struct, frozen=True):
    request: bytes
    status: int
    headers: dict[str, str]
    body: bytes


LOCK: Query[bool] = query(bool, "SELECT pg_try_advisory_xact_lock($1, $2)")
FIND: Query[StoredAnswer] = query(
    StoredAnswer, "SELECT request, status, headers, body FROM idempotency_keys WHERE caller = $1 AND key = $2 AND created_at > $3"
)
KEEP_ANSWER = command("""
    INSERT INTO idempotency_keys (caller, key, request, status, headers, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (caller, key) DO UPDATE
       SET request = EXCLUDED.request, status = EXCLUDED.status, headers = EXCLUDED.headers, body = EXCLUDED.body, created_at = EXCLUDED.created_at
""")
FORGET = purge("idempotency_keys", "created_at < $1")

LOCK_SPACE = 0x1DE
_ORGANISATION = re.compile(rb'"(org_[0-9a-z]+)"')


class InFlight(Conflict):
    code, title = "idempotency_in_flight", "Request in progress"


class Reused(InvalidInput):
    code, title = "idempotency_key_reused", "Idempotency-Key reused"


class Once:
    """One request with a key. `replay` returns its earlier answer; `keep` stores the current one."""

    def __init__(
        self, keys: Keys, caller: str, key: str, method_and_path: str, body: bytes, organisations: frozenset[str] | None = None
    ) -> None:
        """`organisations` are those that the caller is a member of now; None if nobody is signed in."""
        self._keys = keys
        self._organisations = organisations
        self._caller = caller
        self._key = key
        self._request = keys.mac("request", method_and_path, body)

    async def replay(self, tx: Transaction) -> Response[Any] | None:
        """Raises InFlight while another request holds the key, Reused if the key was used for a different request."""
        if not await tx.one(LOCK, LOCK_SPACE, _signed(zlib.crc32(self._bound_to.encode()))):
            raise InFlight("A request with this Idempotency-Key is in progress. Wait for its response, then try again.")
        return await self.stored(tx)

    async def stored(self, db: Reader) -> Response[Any] | None:
        """The earlier answer, if there is one.

        Raises Reused if the key was used for a different request, NotFound if it is about an organisation that the caller has left.
        """
        found = await db.maybe(FIND, self._caller, self._key, db.now - KEEP)
        if found is None:
            return None
        if not same(found.request, self._request):
            raise Reused("This Idempotency-Key was used with a different body. Use a new key for a new request.")
        body = self._keys.unseal(SEALED_AS, found.body, bound_to=self._bound_to)
        if body is None:
            # Another caller's, or from before the master secret changed: treated as if it had never been stored.
            return None
        if self._organisations is not None and {found.decode() for found in _ORGANISATION.findall(body)} - self._organisations:
            raise NotFound(_("You're no longer a member of the organisation that this response was about."))
        return self.answer(found, body)

    def answer(self, found: StoredAnswer, body: bytes) -> Response[Any] | None:
        """The response once more, with its body unsealed; None if it is no longer to be given."""
        return Response(
            body, status_code=found.status, media_type="application/json", headers={**found.headers, "Idempotency-Replayed": "true"}
        )

    async def keep(self, tx: Transaction, status: int, headers: dict[str, str], body: bytes) -> None:
        sealed = self._keys.seal(SEALED_AS, body, bound_to=self._bound_to)
        await tx.execute(KEEP_ANSWER, self._caller, self._key, self._request, status, headers, sealed, tx.now)

    @property
    def _bound_to(self) -> str:
        """What an answer is bound to: its caller and its key."""
        return f"{self._caller}\0{self._key}"


def check_key(key: str) -> str:
    """Raises InvalidInput if the header cannot be a key."""
    if not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise InvalidInput(errors=(FieldError("Idempotency-Key", "invalid", "Use 1 to 200 printable ASCII characters."),))
    return key


async def forget_old_keys(runtime: Runtime) -> None:
    """Delete answers older than 24 hours; runs on a schedule."""
    await forget(runtime.database, FORGET, runtime.clock.now() - KEEP)


def _signed(number: int) -> int:
    return number - (1 << 32) if number >= 1 << 31 else number
