"""Where the rows in the database begin: after the last one that was moved to a file."""

from __future__ import annotations

from phoenix.kernel.data.database import Reader
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions.state import BEFORE_THE_FIRST
from phoenix.modules.audit.errors import AuditLogBroken

PURPOSE = "audit archive"


def sign_archive(runtime: Runtime, first: int, previous: bytes, last: int, hash_: bytes) -> str:
    return runtime.keys.sign(PURPOSE, _text(first, previous, last, hash_))


def is_signed(runtime: Runtime, signed: str, first: int, previous: bytes, last: int, hash_: bytes) -> bool:
    return runtime.keys.verify(PURPOSE, signed, now=runtime.clock.now()) == _text(first, previous, last, hash_)


async def read_base(runtime: Runtime, db: Reader) -> tuple[int, bytes]:
    """The number and hash before the first row in the database. Raises AuditLogBroken if they are not signed."""
    newest = await db.maybe(queries.NEWEST_ARCHIVE)
    if newest is None:
        return 0, BEFORE_THE_FIRST
    if not is_signed(runtime, newest.signed, newest.first, newest.previous_hash, newest.last, newest.hash):
        raise AuditLogBroken(_("The record of the archived rows is not signed by this installation."))
    return newest.last, newest.hash


def _text(first: int, previous: bytes, last: int, hash_: bytes) -> str:
    return f"{first} {previous.hex()} {last} {hash_.hex()}"
