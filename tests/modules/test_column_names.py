"""Columns are matched to fields by name. A column read under another name must be listed here, so that swapped ones are detected."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.source import QUERIES

from phoenix.composition import REGISTRY
from phoenix.modules.sessions.queries import record_queries

# The names that columns have in rows, besides `x_id AS x`.
OTHER_NAMES = {
    ".actor_id AS by",
    ".confirmed_at AS since",
    ".created_at AS at",
    ".entrypoint AS name",
    ".key_check AS check",
    ".occurred_at AS at",
    ".reported_at AS at",
    ".requested_at AS since",
    ".updated_at AS at",
    ".updated_at AS saved_at",
    ".refresh_count AS count",
    "a.credential_generation AS generation",
    "a.id AS account",
    "people.count AS members",
    "people.count AS service_accounts",
    "a.name AS inviter_name",
    "i.id AS staff",
    "i.name AS staff_name",
    "a.name AS person",
    "a.name AS sender",
    "b.name AS offerer",
    "c.id AS comment",
    "e.author_id AS account",
    "w.id AS webhook",
    "c.name AS asker",
    "k.id AS key",
    "k.id AS session",
    "k.until AS idle_until",
    "n.event AS id",
    "n.event_kind AS kind",
    "n.kind AS notification",
    "n.id AS item",
    "n.id AS target",
    "maker.id AS made_by",
    "a.name AS owner",
    ".id AS export",
    ".id AS entry",
    ".id AS row",
    "maker.name AS maker",
    "o.id AS organisation",
    "o.name AS organisation_name",
    "o.slug AS organisation_slug",
    "p.id AS target",
    "q.created AS created_at",
    "q.entrypoint AS name",
    "q.updated AS updated_at",
    "s.id AS session",
    "s.id AS sign_up",
    "s.impersonation_reason AS reason",
    "s.impersonation_writes AS writes",
    "s.password_hash AS sign_up_hash",
    "s.proved_at AS authenticated_at",
}
CONSTANTS = {"true", "false"}
# A plain column under another name. `count(*) AS n`, casts and expressions cannot be confused.
RENAMED = re.compile(r"(?<![\w.:'\])])(?:(?P<table>[a-z_]+)\.)?(?P<column>[a-z_]+) AS (?P<name>[a-z_]+)(?!\s*\(|[\w.])")


def texts() -> Iterator[tuple[str, str]]:
    yield from ((name, query.sql) for name, query in QUERIES.items())
    records = record_queries(REGISTRY.credentials)
    yield from (("session by token", records.by_token.sql), ("session by id", records.by_id.sql))


def renamed(sql: str) -> set[str]:
    """The columns that this SQL renames."""
    return {
        f"{match['table'] or ''}.{match['column']} AS {match['name']}"
        for match in RENAMED.finditer(sql)
        if match["column"] not in {match["name"], f"{match['name']}_id"} | CONSTANTS
    }


def test_no_column_is_read_under_an_undeclared_name() -> None:
    found = {name: renamed(sql) - OTHER_NAMES for name, sql in texts()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}, "swapped, or a name to list here"


def test_every_declared_name_is_used() -> None:
    assert {other for _, sql in texts() for other in renamed(sql)} == OTHER_NAMES


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "SELECT id, organisation_id AS author, author_id AS organisation FROM t",
            {".organisation_id AS author", ".author_id AS organisation"},
        ),
        ("SELECT created_at AS updated_at, updated_at AS created_at", {".created_at AS updated_at", ".updated_at AS created_at"}),
        ("SELECT a.name AS email, a.email AS name", {"a.name AS email", "a.email AS name"}),
        ("SELECT author_id AS author, title AS title, true AS open", set()),
        ("WITH known AS (SELECT 1) SELECT count(*) AS n, locked_at IS NULL AS open, NULL::text[] AS scopes", set()),
    ],
)
def test_swapped_columns_are_detected(sql: str, found: set[str]) -> None:
    assert renamed(sql) - OTHER_NAMES == found
