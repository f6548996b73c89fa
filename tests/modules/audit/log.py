"""A filled audit log, and how someone could tamper with it."""

from __future__ import annotations

from tests.harness import Harness
from tests.modules.admin.panel import Panel

WROTE = "Zora Nowak wrote that her laptop was stolen."


async def filled(harness: Harness, entries: int = 6) -> None:
    """Record some events in the audit log."""
    await harness.organisation("ember", ada="owner")
    for number in range(entries):
        body = {"organisation": harness.organisations["ember"], "title": f"Entry {number} with 1.0, é and “quotes”"}
        assert (await harness.post("/api/v2/entries", by="ada", json=body)).status_code == 201
    await harness.follow()


async def tamper(harness: Harness, *statements: str) -> None:
    """Change the log as the owner of the database could."""
    await harness.sql("ALTER TABLE audit_log DISABLE TRIGGER ALL")
    for statement in statements:
        await harness.sql(statement)
    await harness.sql("ALTER TABLE audit_log ENABLE TRIGGER ALL")


async def locked(harness: Harness) -> None:
    """Staff lock Zora, and say why."""
    async with Panel(harness) as panel:
        await harness.person("staff", permissions=("platform.admin",))
        await harness.person("zora")
        assert (await panel.post(f"/staff/people/{harness.people['zora'].id}/lock", by="staff", reason=WROTE)).status_code == 303
    await harness.follow()


async def mentions(harness: Harness, what: str) -> dict[str, int]:
    found = {}
    for table in ("events", "audit_log", "audit_texts"):
        rows = await harness.sql(f"SELECT 1 FROM {table} t WHERE t::text LIKE '%{what}%'")  # noqa: S608 - our own names
        if rows:
            found[table] = len(rows)
    return found
