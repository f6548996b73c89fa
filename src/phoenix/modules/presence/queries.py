"""Queries for presence."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.query import Query, command, query


class Version(Struct, frozen=True):
    """What a process last wrote."""

    process: str
    version: int


class Here(Struct, frozen=True):
    """Who of an organisation is here: how many, and the first of them."""

    organisation: str
    accounts: list[str]
    count: int


WRITE = command("""
    INSERT INTO present (process, accounts, version, until) VALUES ($1, $2, 1, $3)
    ON CONFLICT (process) DO UPDATE SET accounts = $2, version = present.version + 1, until = $3
""")
KEEP: Query[str] = query(str, "UPDATE present SET until = $2 WHERE process = $1 RETURNING process")
LEAVE = command("DELETE FROM present WHERE process = $1")
FORGET_OLD = command("DELETE FROM present WHERE until < $1")
VERSIONS: Query[Version] = query(Version, "SELECT process, version FROM present WHERE until > $1 ORDER BY process")
# Of the organisations of these accounts, or of one. Both lists grow with the sockets of a process: neither is looked through for each row of
# the other.
_HERE = """
    {around}
    SELECT m.organisation_id AS organisation, (array_agg(m.account_id ORDER BY m.account_id))[1:50] AS accounts, count(*) AS count
      FROM (SELECT DISTINCT unnest(accounts) AS account FROM present WHERE until > $1) AS p
      JOIN memberships m ON m.account_id = p.account
     WHERE {which}
       AND NOT EXISTS (SELECT FROM presence_hidden h WHERE h.account_id = m.account_id)
       AND NOT EXISTS (SELECT FROM presence_off o WHERE o.organisation_id = m.organisation_id)
     GROUP BY m.organisation_id
"""
HERE_AROUND: Query[Here] = query(
    Here,
    _HERE.format(
        around="""
    WITH around AS MATERIALIZED (
        SELECT DISTINCT x.organisation_id FROM unnest($2::text[]) AS here (account) JOIN memberships x ON x.account_id = here.account
    )
""",
        which="m.organisation_id IN (SELECT organisation_id FROM around)",
    ),
)
HERE: Query[Here] = query(Here, _HERE.format(around="", which="m.organisation_id = $2"))

# What nobody wrote but changes who is seen: every process looks again.
LOOK_AGAIN = command("UPDATE present SET version = version + 1")
IS_HIDDEN: Query[bool] = query(bool, "SELECT EXISTS (SELECT FROM presence_hidden WHERE account_id = $1)")
HIDE = command("INSERT INTO presence_hidden (account_id) VALUES ($1) ON CONFLICT DO NOTHING")
SHOW = command("DELETE FROM presence_hidden WHERE account_id = $1")
IS_OFF: Query[bool] = query(bool, "SELECT EXISTS (SELECT FROM presence_off WHERE organisation_id = $1)")
SWITCH_OFF = command("INSERT INTO presence_off (organisation_id) VALUES ($1) ON CONFLICT DO NOTHING")
SWITCH_ON = command("DELETE FROM presence_off WHERE organisation_id = $1")
DELETE_OF_ORGANISATION = command("DELETE FROM presence_off WHERE organisation_id = $1")
