"""In the hour that comes twice: a form that nobody touched means now, and both times can be entered and are shown apart."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.harness import Harness

# The zone, an instant when its clocks show something for the second time, how long before they showed it first, and the two offsets.
DOUBLED = [
    ("Europe/Berlin", "2026-10-25T01:30", 60, "+02:00", "+01:00"),
    ("America/New_York", "2026-11-01T06:30", 60, "-04:00", "-05:00"),
    ("Australia/Sydney", "2026-04-04T16:30", 60, "+11:00", "+10:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:15", 30, "+11:00", "+10:30"),
]
NEW = "/o/ember/entries/new"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def entered(page: httpx.Response) -> dict[str, str]:
    """What a browser sends if nobody touches the form."""
    form = page.text.partition('<form class="card"')[2].partition("</form>")[0]
    inputs = re.findall(r"<input\b([^>]*)>", form)
    sent = {name[1]: html.unescape(value[1]) for tag in inputs if (name := re.search(r'name="(\w+)"', tag)) and (value := re.search(r'value="([^"]*)"', tag))}  # fmt: skip
    for name, options in re.findall(r'<select id="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        sent[name] = next((value for value, selected in values if selected), values[0][0])
    return sent


async def page_of(harness: Harness, path: str) -> httpx.Response:
    page = await harness.get(path, by="ada")
    assert page.status_code == 200, page.text
    return page


async def send(harness: Harness, path: str, form: dict[str, Any]) -> httpx.Response:
    return await harness.client.post(path, data=form, headers={"Cookie": f"phoenix_session={harness.people['ada'].token}"})


async def when(harness: Harness, sent: httpx.Response) -> datetime:
    assert sent.status_code == 303, sent.text
    rows = await harness.sql("SELECT occurred_at FROM entries WHERE id = $1", sent.headers["location"].rpartition("/")[2])
    return rows[0]["occurred_at"]  # type: ignore[no-any-return]


async def ready(harness: Harness, zone: str, at: datetime) -> None:
    harness.clock.set(at)
    await harness.person("ada", time_zone=zone)
    await harness.organisation("ember", ada="owner")


@pytest.mark.parametrize(("zone", "second", "before", "one", "other"), DOUBLED)
@pytest.mark.parametrize("which", [0, 1], ids=["first", "second"])
def test_an_untouched_form_means_now(harness: Harness, zone: str, second: str, before: int, one: str, other: str, which: int) -> None:
    now = utc(second) - timedelta(minutes=0 if which else before)

    async def run() -> None:
        async with harness:
            await ready(harness, zone, now)
            form = entered(await page_of(harness, NEW))
            assert form["occurred_at_offset"] == (one, other)[which]
            assert await when(harness, await send(harness, NEW, {**form, "title": "at once"})) == now
            # Without what only our page sends, the current minute is now as well.
            bare = {name: value for name, value in form.items() if not name.startswith("occurred_at_")}
            assert await when(harness, await send(harness, NEW, {**bare, "title": "bare"})) == now
            harness.clock.advance(seconds=50, minutes=40)
            late = await send(harness, NEW, {**form, "title": "later"})
            assert await when(harness, late) == now + timedelta(seconds=50, minutes=40)

    asyncio.run(run())


@pytest.mark.parametrize(("zone", "second", "before", "one", "other"), DOUBLED)
def test_both_times_can_be_entered_and_are_shown_apart(harness: Harness, zone: str, second: str, before: int, one: str, other: str) -> None:
    async def run() -> None:
        async with harness:
            later = utc(second)
            await ready(harness, zone, later + timedelta(days=2))
            form = {**entered(await page_of(harness, NEW)), "title": "which"}
            written = (later + timedelta(hours=int(other[:3]), minutes=int(f"{other[0]}{other[4:]}"))).strftime("%Y-%m-%dT%H:%M")
            # The page did not offer a choice, since now is not doubled; it does when it is needed.
            asked = await send(harness, NEW, {**form, "occurred_at": written, "occurred_at_offset": ""})
            assert (asked.status_code, "occurs twice in" in asked.text) == (422, True)
            again = entered(asked)
            assert again["occurred_at_offset"] == ""
            places = []
            for offset, expected in ((one, later - timedelta(minutes=before)), (other, later)):
                sent = await send(harness, NEW, {**again, "occurred_at_offset": offset})
                assert await when(harness, sent) == expected
                places.append(sent.headers["location"])
            clock = written[-5:]
            for place, offset in zip(places, (one, other), strict=True):
                shown = await page_of(harness, place)
                assert f"{clock} (UTC{offset})" in shown.text
            listed = await page_of(harness, "/o/ember/entries")
            assert all(f"{clock} (UTC{offset})" in listed.text for offset in (one, other))

    asyncio.run(run())


@pytest.mark.parametrize(("zone", "second", "before", "one", "other"), DOUBLED)
def test_an_untouched_edit_keeps_the_time_and_a_choice_moves_it(
    harness: Harness, zone: str, second: str, before: int, one: str, other: str
) -> None:
    async def run() -> None:
        async with harness:
            later = utc(second) + timedelta(seconds=7)
            await ready(harness, zone, later)
            place = (await send(harness, NEW, {**entered(await page_of(harness, NEW)), "title": "a"})).headers["location"]
            harness.clock.advance(days=1)
            form = entered(await page_of(harness, f"{place}/edit"))
            assert form["occurred_at_offset"] == other
            assert await when(harness, await send(harness, f"{place}/edit", {**form, "title": "b"})) == later
            form = entered(await page_of(harness, f"{place}/edit"))
            moved = await when(harness, await send(harness, f"{place}/edit", {**form, "occurred_at_offset": one}))
            assert moved == later.replace(second=0) - timedelta(minutes=before)

    asyncio.run(run())
