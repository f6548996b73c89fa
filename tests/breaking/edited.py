"""The forms that carry a version, and how a browser fills one in and sends it."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from tests.harness import Harness

from phoenix.kernel.web.csrf import token_for


@dataclass(frozen=True, slots=True)
class Form:
    """A form, what someone types in it, what someone else saved first, and how the two read beside each other."""

    route: str
    typed: dict[str, str]
    change: Callable[[Harness], Awaitable[httpx.Response]]
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    by: str
    is_saved: Callable[[Harness], Awaitable[bool]]
    button: str = "Overwrite"


async def entry_of(harness: Harness) -> Any:
    return (await harness.sql("SELECT id, title, body, occurred_at, version FROM entries"))[0]


async def edit_entry(harness: Harness) -> httpx.Response:
    sent = {"title": "Theirs of the title", "body": "Their text\nof two lines", "occurred_at": "2026-11-20T10:00:00Z"}
    return await harness.patch(f"/api/v2/entries/{(await entry_of(harness))['id']}", by="bo", json=sent, headers={"If-Match": "*"})


async def _change_profile(harness: Harness) -> httpx.Response:
    sent = {"name": "Ada Their", "contact": "+44 theirs"}
    return await harness.patch("/api/v2/me", by="ada", json=sent, headers={"If-Match": "*"})


async def _rename(harness: Harness) -> httpx.Response:
    path = f"/api/v2/organisations/{harness.organisations['ember']}"
    return await harness.patch(path, by="bo", json={"name": "Theirs"}, headers={"If-Match": "*"})


async def _change_role(harness: Harness) -> httpx.Response:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/members/{harness.people['cy'].id}"
    return await harness.patch(path, by="bo", json={"role": "administrator"})


def _saved(statement: str, *expected: Any) -> Callable[[Harness], Awaitable[bool]]:
    async def look(harness: Harness) -> bool:
        rows = await harness.sql(statement)
        return [tuple(row) for row in rows] == ([expected] if expected else [])

    return look


SCENARIOS = [
    Form(
        "/o/{slug:str}/entries/{entry_id:str}/edit",
        {"title": "Mine of the title", "body": "My text\r\nof two lines", "occurred_at": "2026-11-21T11:30", "time_zone": "Europe/Oslo"},
        edit_entry,
        (
            "<mark>Theirs</mark> of the title",
            "<mark>Their</mark> text\nof two lines",
            "2026-11-<mark>20</mark> <mark>10</mark>:<mark>00</mark>",
            ">UTC",
        ),
        (
            "<mark>Mine</mark> of the title",
            "<mark>My</mark> text\nof two lines",
            "2026-11-<mark>21</mark> <mark>11</mark>:<mark>30</mark>",
            "Oslo",
        ),
        "Changed by Bo",
        _saved("SELECT title, body FROM entries", "Mine of the title", "My text\nof two lines"),
    ),
    Form(
        "/o/{slug:str}/entries/{entry_id:str}/delete",
        {},
        edit_entry,
        ("“Theirs of the title” will be deleted",),
        (),
        "Changed by Bo",
        _saved("SELECT id FROM entries"),
        "Delete entry",
    ),
    Form(
        "/settings/profile",
        {"name": "Ada Mine", "contact": "+44 mine", "time_zone": "Europe/Oslo", "locale": "en"},
        _change_profile,
        ("Ada <mark>Their</mark>", "+44 <mark>theirs</mark>", "<mark>UTC</mark>"),
        ("Ada <mark>Mine</mark>", "+44 <mark>mine</mark>", "<mark>Oslo</mark>"),
        "Changed by you",
        _saved("SELECT name, contact, time_zone FROM accounts WHERE email = 'ada@example.com'", "Ada Mine", "+44 mine", "Europe/Oslo"),
    ),
    Form(
        "/o/{slug:str}/settings",
        {"name": "Mine"},
        _rename,
        ("<mark>Theirs</mark>",),
        ("<mark>Mine</mark>",),
        "Changed by Bo",
        _saved("SELECT name FROM organisations", "Mine"),
    ),
    Form(
        "/o/{slug:str}/members/{account_id:str}/role",
        {"role": "viewer"},
        _change_role,
        ("<mark>Administrator</mark>",),
        ("<mark>Viewer</mark>",),
        "Changed by Bo",
        _saved("SELECT m.role FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE a.email = 'cy@example.com'", "viewer"),
    ),
]


async def ready(harness: Harness) -> None:
    ember = await harness.organisation("ember", ada="owner", bo="owner", cy="member")
    made = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "First", "body": "As it was"})
    assert made.status_code == 201


async def address_of(harness: Harness, route: str) -> str:
    found = await harness.sql("SELECT id FROM entries")
    values = {"slug": "ember", "entry_id": found[0]["id"] if found else "", "account_id": harness.people["cy"].id}
    return re.sub(r"{(\w+):\w+}", lambda name: values[name[1]], route)


def form_of(page: str, address: str) -> str:
    """The form of a page that is sent to this address."""
    forms: list[str] = re.findall(r"<form\b.*?</form>", page, re.DOTALL)
    return next((form for form in forms if f'action="{address}"' in form), "")


def fields_of(form: str) -> dict[str, str]:
    """What a browser sends of a form, but for its token, as if nobody touched it."""
    found = {}
    for tag in re.findall(r"<input\b([^>]*)>", form):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and name[1] != "csrf":
            found[name[1]] = html.unescape(value[1])
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(text).replace("\n", "\r\n").replace("\r\r", "\r")
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        found[name] = next((value for value, selected in values if selected), values[0][0])
    return found


async def shown(harness: Harness, address: str) -> dict[str, str]:
    page = await harness.get(address, by="ada")
    assert page.status_code == 200, page.text
    return fields_of(form_of(page.text, address))


async def send(harness: Harness, address: str, fields: dict[str, str]) -> httpx.Response:
    csrf = token_for(harness.runtime, harness.people["ada"].id)
    return await harness.post(address, by="ada", data={"csrf": csrf, **fields})


def conflict_of(page: str) -> str:
    """The part of a page about a conflict, or nothing."""
    return page.partition('<section class="card conflict"')[2].partition("</section>")[0]
