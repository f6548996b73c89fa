"""A form that could not be answered because its person has to sign in or confirm first: what they typed waits for them.

It is sealed, bound to their account, and forgotten after a day. Passwords and codes are not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec
from msgspec import Struct

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.purge import forget, purge
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.kernel.web.csrf import account_of

KEEP = timedelta(days=1)
MOST_OF_A_PERSON = 20
SEALED_AS = "kept form"
SECRET_FIELDS = frozenset({"password", "current_password", "csrf", "code", "token", "challenge", "credential"})
# Of someone who is not signed in a body is read only this often: it has to be, to see whose page it is from. Whoever comes back to a
# browser that showed their pages has a share of their own; all others in a network have one together.
KEPT_FORMS = Limit("kept_forms", 120, 3600)
KEPT_FORMS_OF_A_PERSON = Limit("kept_forms_of_a_person", 60, 3600)
FIELD = "kept"

FIND: Query[bytes] = query(bytes, "SELECT sealed FROM kept_forms WHERE token_hash = $1 AND account_id = $2 AND created_at > $3")
# The newest of a person are kept, so that nobody fills the table.
ADD = command("""
    WITH too_many AS (
        DELETE FROM kept_forms
         WHERE token_hash IN (SELECT token_hash FROM kept_forms WHERE account_id = $2 ORDER BY created_at DESC OFFSET $5)
    )
    INSERT INTO kept_forms (token_hash, account_id, sealed, created_at) VALUES ($1, $2, $3, $4)
""")
FORGET = purge("kept_forms", "created_at < $1")


class KeptForm(Struct, frozen=True):
    """The path of the page that the form is on, and what was typed, by field; nothing if there was only a button."""

    page: str
    fields: dict[str, str]


async def keep_form(runtime: Runtime, binding: str, page: str, fields: Mapping[str, str]) -> str:
    """Keep a form for whom its page was made for (see `csrf.binding_of`). Returns the token that its page finds it by."""
    async with runtime.database.transaction() as tx:
        return await keep_form_in(tx, runtime, binding, page, fields)


async def keep_form_in(tx: Transaction, runtime: Runtime, binding: str, page: str, fields: Mapping[str, str]) -> str:
    """The same within a transaction: one statement."""
    token, kept = new_token(16), KeptForm(page, without_secrets(fields))
    sealed = runtime.keys.seal(SEALED_AS, msgspec.msgpack.encode(kept), bound_to=binding)
    await tx.execute(ADD, hash_token(token), account_of(binding), sealed, tx.now, MOST_OF_A_PERSON - 1)
    return token


async def find_form(runtime: Runtime, db: Reader, binding: str, page: str, token: str) -> KeptForm | None:
    """The form of that token, if it is this person's and on this page."""
    sealed = await db.maybe(FIND, hash_token(token), account_of(binding), db.now - KEEP)
    opened = runtime.keys.unseal(SEALED_AS, sealed, bound_to=binding) if sealed is not None else None
    if opened is None:
        return None
    kept = msgspec.msgpack.decode(opened, type=KeptForm)
    return kept if kept.page == page else None


async def forget_kept_forms(runtime: Runtime) -> None:
    """Delete forms older than a day; runs by schedule."""
    await forget(runtime.database, FORGET, runtime.clock.now() - KEEP)


def without_secrets(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in SECRET_FIELDS}
