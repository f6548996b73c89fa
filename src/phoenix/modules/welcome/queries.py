"""The checklist of a reader in one statement, and whether they have hidden it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.module import WelcomeStep

HIDE = command("INSERT INTO hidden_checklists (account_id, hidden_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
SHOW = command("DELETE FROM hidden_checklists WHERE account_id = $1")


class Progress(Struct, frozen=True):
    """Whether the checklist is hidden, and which of the steps are done, in their order."""

    hidden: bool
    done: Sequence[bool]


def statement(steps: Sequence[WelcomeStep]) -> str:
    """One row: the parameters, whether the checklist is hidden, and one value per step. The casts give the parameters their types."""
    columns = "".join(f",\n       ({step.done}) AS step_{number}" for number, step in enumerate(steps))
    hidden = "EXISTS (SELECT 1 FROM hidden_checklists WHERE account_id = $2)"
    return f"SELECT $1::text AS organisation, $2::text AS account, {hidden} AS hidden{columns}"


async def progress(db: Reader, steps: Sequence[WelcomeStep], *, organisation: str, account: str) -> Progress:
    """How far someone is with these steps; one query for any number of them."""
    found: Query[Progress] = query(lambda _organisation, _account, hidden, *done: Progress(hidden, done), statement(steps))
    return await db.one(found, organisation, account)
