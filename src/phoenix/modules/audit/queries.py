"""The audit log: its rows, its end, and the result of the last verification."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.listed import Listed, Search, Sort, listed
from phoenix.kernel.data.paged import Order
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.language import _


class AuditRow(Struct, frozen=True):
    """A row as it is stored. `previous_hash` and `hash` are SHA-256."""

    number: int
    at: datetime
    actor: str | None
    impersonator: str | None
    action: str
    subject: str | None
    organisation: str | None
    data: dict[str, Any]
    event: str
    previous_hash: bytes
    hash: bytes


class Head(Struct, frozen=True):
    """The end of the log. `signed` is the same with a signature."""

    number: int
    hash: bytes
    signed: str


class Archive(Struct, frozen=True):
    """Rows that were moved to a file. The log begins after the last of them."""

    first: int
    last: int
    previous_hash: bytes
    hash: bytes
    file: str
    archived_at: datetime
    signed: str


class State(Struct, frozen=True):
    """`done` is the last row whose texts are replaced, `hash` its hash, and `bridge` the hash that the next row still follows."""

    generation: int
    done: int
    hash: bytes
    bridge: bytes | None
    signed: str


class Text(Struct, frozen=True):
    """What someone wrote, in a field of a row; the actor and the subject are those of the row."""

    number: int
    field: str
    salt: bytes
    text: str
    event: str
    actor: str | None
    subject: str | None


class Check(Struct, frozen=True):
    """The result of the last verification of the whole log; `fault` is empty if it passed."""

    at: datetime
    rows: int
    fault: str


_ROW = """
    SELECT number, at, actor_id AS actor, impersonator_id AS impersonator, action, subject, organisation_id AS organisation, data,
           event_id AS event, previous_hash, hash FROM audit_log
"""
ROWS: Query[AuditRow] = query(AuditRow, f"{_ROW} WHERE number > $1 ORDER BY number LIMIT $2")
# Of a person by three short index scans, rather than one long scan of everything.
_OF_PERSON = f"""
    ({_ROW} WHERE actor_id = {{0}} AND {{where}} {{order}})
    UNION ({_ROW} WHERE impersonator_id = {{0}} AND {{where}} {{order}})
    UNION ({_ROW} WHERE subject = {{0}} AND {{where}} {{order}})
    {{order}}
"""
LISTED: Listed[AuditRow] = listed(
    "staff audit",
    AuditRow,
    {"": _ROW + " WHERE {where} {order}", "person": _OF_PERSON},
    sorts=(Sort("when", _("When"), Order("number DESC")),),
    search=Search(_("Account ID"), lambda words: ("person", (words,)), {}, samples=("acc_1",), name="person"),
)
LAST: Query[AuditRow] = query(AuditRow, f"{_ROW} ORDER BY number DESC LIMIT 1")
KNOWN: Query[str] = query(str, "SELECT event_id FROM audit_log WHERE event_id = ANY($1::text[])")
APPEND = command("""
    INSERT INTO audit_log (number, at, actor_id, impersonator_id, action, subject, organisation_id, data, event_id, previous_hash, hash)
    SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[],
                         $9::text[], $10::bytea[], $11::bytea[])
""")

HEAD: Query[Head] = query(Head, "SELECT number, hash, signed FROM audit_head")
TAKE_HEAD: Query[Head] = query(Head, "SELECT number, hash, signed FROM audit_head FOR UPDATE")
SET_HEAD = command("""
    INSERT INTO audit_head (number, hash, signed) VALUES ($1, $2, $3)
    ON CONFLICT (is_one) DO UPDATE SET number = $1, hash = $2, signed = $3
""")
NEWEST_ARCHIVE: Query[Archive] = query(
    Archive,
    "SELECT first, last, previous_hash, hash, file, archived_at, signed FROM audit_archives ORDER BY last DESC LIMIT 1",
)
ADD_ARCHIVE = command(
    "INSERT INTO audit_archives (first, last, previous_hash, hash, file, archived_at, signed) VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
TRIM: Query[int] = query(int, "SELECT trim_audit_log($1)")
HASH: Query[bytes] = query(bytes, "SELECT hash FROM audit_log WHERE number = $1")
STATE: Query[State] = query(State, "SELECT generation, done, hash, bridge, signed FROM audit_state")
SET_STATE = command("""
    INSERT INTO audit_state (generation, done, hash, bridge, signed) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (is_one) DO UPDATE SET generation = $1, done = $2, hash = $3, bridge = $4, signed = $5
""")
TEXTS: Query[Text] = query(
    Text,
    """
    SELECT number, field, salt, text, event_id AS event, actor_id AS actor, subject FROM audit_texts
     WHERE number BETWEEN $1 AND $2 ORDER BY number, field LIMIT $3
""",
)
ADD_TEXTS = command("""
    INSERT INTO audit_texts (number, field, salt, text, event_id, actor_id, subject)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[])
""")
REPLACE_TEXTS: Query[int] = query(int, "SELECT replace_texts_of_audit_log($1, $2, $3, $4)")
ERASE_TEXTS: Query[int] = query(int, "SELECT erase_texts_of_account($1, $2)")
ERASE_TEXTS_OF_ORGANISATION: Query[int] = query(int, "SELECT erase_texts_of_organisation($1, $2)")
ERASED: Query[str] = query(str, "SELECT id FROM accounts WHERE id = ANY($1::text[]) AND erased_at IS NOT NULL")
IS_ERASED: Query[bool] = query(bool, "SELECT erased_at IS NOT NULL FROM accounts WHERE id = $1")
OF_ACTOR: Query[tuple[int, str]] = query(
    lambda number, kind: (number, kind),
    "SELECT number, kind FROM events WHERE actor_id = $1 AND number > $2 AND kind = ANY($3::text[]) ORDER BY number LIMIT $4",
)
# The last event that the follower handled: its row must exist.
FOLLOWED: Query[str] = query(str, "SELECT e.id FROM events e JOIN event_followers f ON f.number = e.number WHERE f.name = $1")

CHECKED: Query[Check] = query(Check, "SELECT at, rows, fault FROM audit_checks")
SET_CHECKED = command("""
    INSERT INTO audit_checks (at, rows, fault) VALUES ($1, $2, $3) ON CONFLICT (is_one) DO UPDATE SET at = $1, rows = $2, fault = $3
""")
GO_BACK = command("""
    UPDATE event_followers f SET transaction = coalesce(e.transaction, '0'), number = coalesce(e.number, 0)
      FROM (SELECT 1) one LEFT JOIN events e ON e.id = $2 WHERE f.name = $1
""")
