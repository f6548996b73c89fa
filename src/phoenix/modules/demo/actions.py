"""Fill a database: with demo data, through the same actions that people use, or with many rows at once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from phoenix.kernel.actor import Actor, SessionRecord
from phoenix.kernel.cache.keys import EVENTS
from phoenix.kernel.clock import SetClock
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.errors import Conflict, Forbidden, NotFound
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import any_account, create_account, find_by_email, read_account
from phoenix.modules.demo.people import ENTRIES, ORGANISATION, PEOPLE, DemoEntry, DemoPerson
from phoenix.modules.entries.actions import Draft, excerpt, post_entry
from phoenix.modules.organisations.actions.create import create_organisation
from phoenix.modules.organisations.actions.members import add_member

BATCH = 10_000
ENTRY_COLUMNS = ("id", "organisation_id", "author_id", "title", "body", "occurred_at", "time_zone", "created_at", "updated_at")
EVENT_COLUMNS = ("id", "kind", "organisation_id", "actor_id", "subject", "data", "occurred_at")
WORDS = [
    "valve",
    "line",
    "pressure",
    "sensor",
    "filter",
    "pump",
    "hall",
    "meter",
    "gauge",
    "flow",
    "seal",
    "check",
    "spare",
    "night",
    "shift",
    "report",
    "supplier",
    "order",
    "delivery",
    "test",
    "protocol",
    "calm",
    "steady",
    "limit",
    "drift",
    "zero",
    "span",
    "cable",
    "display",
    "label",
    "audit",
    "remark",
    "gasket",
    "bearing",
    "grease",
    "load",
    "noise",
    "record",
    "plan",
]

ANY_ORGANISATION: Query[tuple[str, str, str]] = query(
    lambda slug, organisation, account: (slug, organisation, account),
    """
    SELECT o.slug, o.id AS organisation, m.account_id AS account FROM organisations o JOIN memberships m ON m.organisation_id = o.id
     WHERE m.role = 'owner' AND ($1::text IS NULL OR o.slug = $1) ORDER BY o.created_at, m.joined_at LIMIT 1
""",
)
SPREAD = timedelta(days=700)


def demo_password(runtime: Runtime, email: str) -> str:
    """The password of the demo accounts: different on each installation, the same at each of its starts, and stored nowhere."""
    return f"demo-{runtime.keys.mac('demo password', email).hex()[:12]}"


async def seed_demo(runtime: Runtime) -> str:
    """Create the demo if there is no account yet; returns its people as JSON, or nothing if other accounts exist."""
    if runtime.settings.strict:
        raise Forbidden("Demo accounts can't be created in production.")
    async with runtime.database.reader() as db:
        is_empty = not await any_account(db)
    if is_empty:
        await _make(runtime)
    async with runtime.database.reader() as db:
        present = [p for p in PEOPLE if await find_by_email(db, parse_address(p.email).key)]
    accounts = [{"email": p.email, "password": demo_password(runtime, p.email), "name": p.name} for p in present]
    return msgspec.json.encode({"accounts": accounts}).decode()


async def _make(runtime: Runtime) -> None:
    now = runtime.clock.now()
    clock = SetClock(now - timedelta(days=14))
    hashes = [await runtime.passwords.hash(demo_password(runtime, person.email)) for person in PEOPLE]
    runtime.database.clock = clock
    async with runtime.database.transaction() as tx:
        people = [await _person(tx, person, password_hash) for person, password_hash in zip(PEOPLE, hashes, strict=True)]
        owner = await _actor(runtime, tx, people[0])
        tx.actor = people[0]
        made = await create_organisation(tx, owner, name=ORGANISATION)
    for account, person in zip(people[1:], PEOPLE[1:], strict=True):
        clock.advance(minutes=7)
        # Events have the actor and the time of their transaction.
        async with runtime.database.transaction(actor=account) as tx:
            await add_member(tx, made.id, account, role=person.role, invited_by=people[0])
    written = sorted(((min(_moment(entry, now), now), entry) for entry in ENTRIES), key=lambda pair: pair[0])
    for at, entry in written:
        clock.set(min(at + timedelta(minutes=9), now))
        async with runtime.database.transaction(actor=people[entry.author]) as tx:
            actor = await _actor(runtime, tx, people[entry.author])
            await post_entry(
                tx, actor.require("entries.write", made.id), Draft(entry.title, entry.body, at, PEOPLE[entry.author].time_zone)
            )
    runtime.database.clock = runtime.clock


def _moment(entry: DemoEntry, now: datetime) -> datetime:
    """The instant of an entry: at its hour in its author's time zone."""
    local = (now - timedelta(days=entry.days_ago)).astimezone(ZoneInfo(PEOPLE[entry.author].time_zone))
    return local.replace(hour=entry.hour, minute=(entry.days_ago * 13) % 60, second=0, microsecond=0).astimezone(UTC)


async def _person(tx: Transaction, person: DemoPerson, password_hash: str) -> str:
    account = await create_account(
        tx, parse_address(person.email), name=person.name, password_hash=password_hash, time_zone=person.time_zone, locale="en"
    )
    if account is None:
        raise Conflict(f"An account with the address {person.email} already exists.")
    return account


async def _actor(runtime: Runtime, tx: Transaction, account: str) -> Actor:
    """The actor that the account would be if it were signed in."""
    found = await read_account(tx, account)
    record = SessionRecord(
        session="",
        account=found.id,
        email=found.email,
        name=found.name,
        time_zone=found.time_zone,
        locale=found.locale,
        email_verified=True,
        created_at=found.created_at,
        platform=frozenset(),
        idle_until=tx.now,
        until=tx.now,
        seen_at=tx.now,
    )
    return Actor(record, tuple(await runtime.part(Registry).find_memberships(tx, account)))


async def seed_scale(runtime: Runtime, scale: int, organisation: str = "") -> str:
    """Add `scale` entries, with their events, to an organisation (by slug) or to the first one. Returns a line that says so.

    Times are spread over about two years. Texts are generated from a fixed list of words with a fixed seed.
    """
    async with runtime.database.reader() as db:
        found = await db.maybe(ANY_ORGANISATION, organisation or None)
    if found is None:
        raise NotFound("No organisation found. Create one first, or run `phoenix seed --demo`.")
    slug, organisation_id, account = found
    chance = random.Random(scale)  # noqa: S311 - test data, the same every time
    now = runtime.clock.now()
    for start in range(0, scale, BATCH):
        rows = [_row(chance, now, start + i, organisation_id, account, scale) for i in range(min(BATCH, scale - start))]
        async with runtime.database.transaction() as tx:
            connection = await tx.connection()
            await connection.copy_records_to_table("entries", records=rows, columns=ENTRY_COLUMNS)
            events = [
                (new_id("evt"), "entries.posted", organisation_id, account, row[0], {"title": row[3], "excerpt": excerpt(row[4])}, row[5])
                for row in rows
            ]
            await connection.copy_records_to_table("events", records=events, columns=EVENT_COLUMNS)
            tx.invalidate(EVENTS(organisation_id))
    async with runtime.database.reader() as db:
        # Now, rather than by autovacuum in the middle of a measurement.
        await (await db.connection()).execute("VACUUM (ANALYZE) entries, events")
    return f"{scale} entries were added to {slug}."


def _row(chance: random.Random, now: datetime, number: int, organisation: str, account: str, scale: int) -> tuple[Any, ...]:
    at = now - SPREAD * (1 - (number + 1) / (scale + 1))
    title = " ".join(chance.choices(WORDS, k=5)).capitalize()
    body = " ".join(chance.choices(WORDS, k=40)).capitalize() + "."
    return (new_id("ent", at), organisation, account, title, body, at, "Europe/Berlin", at, at)
