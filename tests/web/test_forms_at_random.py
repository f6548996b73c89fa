"""Twenty forms, chosen at random from every form of every page: none loses what was typed, and none does anything twice.

They are sent as without scripts. What scripts add is in `tests/e2e/test_forms_at_random.py`.
"""

from __future__ import annotations

import asyncio
import html
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.web.room import COOKIES, Form, Place, Room, values_of

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.query import command
from phoenix.modules.sessions.actions.create import Client, create_session

CHOSEN = 20
# One act records them for each thing it ends or makes.
SEVERAL = frozenset({"sessions.ended"})
# Nobody misses what they chose from a list or a calendar.
# Besides the fields that nobody types in.
CHOICES = frozenset({"occurred_at", "time_zone"})
# The version that someone else saves first.
THEIRS = {"name": "Theirs", "title": "Theirs", "role": "administrator"}

Sent = dict[str, str]


@pytest.fixture(scope="module")
def places() -> list[Place]:
    """Found by the first test; the pages of the others are the same."""
    return []


async def opened(room: Room, place: Place) -> tuple[httpx.AsyncClient, Form, Sent]:
    """A browser with the form's page, and what it sends."""
    browser = await room.browser(place.listener, signed_in=place.signed_in)
    form = await room.form(place, browser)
    return browser, form, {**form.fields, **form.typed}


async def send(browser: httpx.AsyncClient, form: Form, sent: Mapping[str, str]) -> httpx.Response:
    return await browser.post(form.action, data=sent, headers={"Referer": str(browser.base_url.join(form.page))})


def still_there(answer: httpx.Response, form: Form, *, without: frozenset[str] = frozenset()) -> None:
    """What was typed is in the fields of this page, or at least on it."""
    held = values_of(answer.text, form.page, form.path)
    text = html.unescape(answer.text)
    lost = {name: value for name, value in form.told.items() if name not in without and held.get(name) != value and value not in text}
    assert not lost, (form, answer.status_code, lost)


async def new_session(room: Room, browser: httpx.AsyncClient, listener: str) -> None:
    """Ada signs in again in the same browser."""
    async with room.harness.runtime.database.transaction() as tx:
        client = Client("tests", "", audience="admin" if listener == "admin" else "public")
        account = room.harness.people["ada"].id
        made = await create_session(room.harness.runtime, tx, account=account, method="test", client=client, strong=True)
        tx.events.clear()
    browser.cookies.clear()
    browser.cookies.set(COOKIES[listener], made.token)


async def change(room: Room, sql: str, *values: Any) -> None:
    """Something about Ada changes, as if another process had changed it."""
    async with room.harness.runtime.database.transaction() as tx:
        await tx.execute(command(sql), *values)
        tx.invalidate(ACCOUNT(room.harness.people["ada"].id))


async def when_the_session_ended(room: Room, place: Place) -> None:
    browser, form, sent = await opened(room, place)
    await new_session(room, browser, place.listener)
    await change(
        room, "UPDATE sessions SET ended_at = now(), end_reason = 'signed_out' WHERE account_id = $1", room.harness.people["ada"].id
    )
    answer = await send(browser, form, sent)
    assert answer.status_code == 303, (form, answer.status_code)
    assert answer.headers["location"].startswith("/sign-in?next="), (form, answer.headers["location"])
    await new_session(room, browser, place.listener)
    back = httpx.URL(answer.headers["location"]).params["next"]
    page = await browser.get(back)
    assert page.status_code == 200, (form, back, page.status_code)
    still_there(page, form)


async def when_the_permission_is_lost(room: Room, place: Place) -> None:
    browser, form, sent = await opened(room, place)
    ada = room.harness.people["ada"].id
    if place.listener == "admin":
        await change(room, "DELETE FROM user_permissions WHERE account_id = $1", ada)
    else:
        await change(room, "DELETE FROM memberships WHERE account_id = $1", ada)
    answer = await send(browser, form, sent)
    assert answer.status_code in {403, 404}, (form, answer.status_code)
    # It can't be sent any more. The texts are there to be copied.
    still_there(answer, form, without=CHOICES | room.harness.app.templates.chosen)


async def when_someone_else_saved_it(room: Room, place: Place) -> None:
    browser, form, sent = await opened(room, place)
    theirs = {**sent, **{name: value for name, value in THEIRS.items() if name in sent}}
    assert (await send(browser, form, theirs)).status_code == 303, form
    answer = await send(browser, form, sent)
    assert answer.status_code == 412, (form, answer.status_code)
    still_there(answer, form)


async def when_it_is_sent_twice_in_a_new_session(room: Room, place: Place) -> None:
    """The page is from a session before: pressed twice, then found again by Back and pressed once more, as after Stop."""
    browser, form, sent = await opened(room, place)
    if place.signed_in:
        await new_session(room, browser, place.listener)
    await room.harness.events()
    answers = [*await asyncio.gather(send(browser, form, sent), send(browser, form, sent))]
    done = await room.harness.events()
    again = await send(browser, form, sent)
    if answers[0].status_code == 303:
        assert {answer.headers.get("location") for answer in (*answers, again)} == {answers[0].headers["location"]}, form
        assert [kind for kind, times in Counter(done).items() if times > 1 and kind not in SEVERAL] == [], form
        assert await room.harness.events() == [], form
        # Loading what it led to, or the page of the form, again does nothing.
        for page in (answers[0].headers["location"], form.page):
            assert (await browser.get(page)).status_code < 500
        assert await room.harness.events() == [], form
    else:
        for answer in answers:
            assert 400 <= answer.status_code < 500, (form, answer.status_code)
            still_there(answer, form)


def situations(place: Place, form: Form) -> list[Callable[[Room, Place], Awaitable[None]]]:
    """What can happen to this form."""
    possible = {
        when_the_session_ended: place.signed_in,
        when_the_permission_is_lost: form.path.startswith(("/o/", "/staff/")),
        when_someone_else_saved_it: "version" in form.fields and form.told,
        when_it_is_sent_twice_in_a_new_session: True,
    }
    return [situation for situation, happens in possible.items() if happens]


@pytest.mark.parametrize("number", range(CHOSEN))
def test_a_form_at_random_loses_nothing(harness: Harness, places: list[Place], number: int) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            room = Room(harness, panel)
            await room.furnish()
            if not places:
                places.extend(await room.places())
                assert len(places) >= 40, places
            # Each test begins with the same seed, so all of them shuffle alike.
            place = random.sample(places, CHOSEN)[number]
            _browser, form, _sent = await opened(room, place)
            for situation in situations(place, form):
                await situation(room, place)
                await room.admit_again()

    asyncio.run(run())
