"""What modules declare about organisations: what they hold of one, how it is copied, how it is deleted, and what stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phoenix.kernel.data.database import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Counted:
    """What is deleted with an organisation, as its owners see before they decide: `label` is a gettext message.

    `sql` selects what is counted, as `SELECT FROM …` with the organisation written `{organisation}`. Nothing is counted beyond 10,000.
    """

    label: str
    sql: str


@dataclass(frozen=True, slots=True)
class OrganisationData:
    """What a module holds of organisations. Every table that belongs to one, by itself or through another, is in `tables` or in `stays`.

    `delete` deletes or empties at most so many rows in the caller's transaction, and returns how many: it is called again, each time in a
    transaction of its own, until that is 0. Nobody is a member by then. `export` returns plain values that become one JSON file of
    the copy; where it returns `Rows`, they are read while the file is written. `stays` says of a table why its rows stay.
    """

    delete: Callable[[Transaction, str, int], Awaitable[int]] | None = None
    export: Callable[[Reader, str], Awaitable[Any]] | None = None
    tables: tuple[str, ...] = ()
    counted: tuple[Counted, ...] = ()
    stays: Mapping[str, str] = field(default_factory=dict)


# Tables of the kernel, which is no module.
STAYS_IN_KERNEL = {"events": "facts with ids, deleted once they are as old as PHOENIX_EVENTS_KEEP says"}
