"""What tests of the deletion of organisations share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from tests.harness import Harness

from phoenix.modules.organisations.jobs import delete_due
from phoenix.modules.sessions.actions.create import Client, create_session

GRACE = timedelta(days=14)


async def post(harness: Harness, slug: str, what: str = "", *, by: str = "ada", **sent: Any) -> httpx.Response:
    """Send the form on the page of the deletion, or one of its acts."""
    page = await harness.get(f"/o/{slug}/deletion", by=by)
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    return await harness.post(f"/o/{slug}/deletion{what}", by=by, data={"csrf": csrf, **sent})


async def close(harness: Harness, organisation: str, name: str = "Ember", *, by: str = "ada") -> httpx.Response:
    """Ask for the deletion by the API."""
    return await harness.post(f"/api/v2/organisations/{organisation}/deletion", by=by, json={"name": name})


async def keep(harness: Harness, organisation: str, *, by: str = "ada") -> httpx.Response:
    return await harness.delete(f"/api/v2/organisations/{organisation}/deletion", by=by)


async def sign_in_again(harness: Harness, *names: str) -> None:
    """Days later: what is sensitive asks for a recent sign-in."""
    for name in names:
        async with harness.runtime.database.transaction() as tx:
            made = await create_session(
                harness.runtime, tx, account=harness.people[name].id, method="test", client=Client("tests", "", remember=True)
            )
            tx.events.clear()
        harness.people[name].token = made.token


async def due(harness: Harness) -> list[str]:
    """Run the schedule and the jobs, as a worker would."""
    await delete_due(harness.runtime)
    return await harness.work()


async def entry(harness: Harness, organisation: str, title: str = "Lanterns", *, by: str = "ada") -> str:
    made = await harness.post("/api/v2/entries", by=by, json={"organisation": organisation, "title": title})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])
