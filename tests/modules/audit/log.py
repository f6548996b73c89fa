"""A filled audit log, and how someone could tamper with it."""

from __future__ import annotations

from tests.harness import Harness


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
