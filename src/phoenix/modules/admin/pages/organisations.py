"""Organisations: the list, its search, and who is in one."""

from __future__ import annotations

from datetime import UTC, datetime

from phoenix.kernel.data.cursors import CursorKind
from phoenix.kernel.web.page_context import face
from phoenix.kernel.web.pages import View, Visit, page
from phoenix.modules.admin.actions.search import AFTER_THE_LAST, text_query
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import organisations
from phoenix.modules.organisations.queries import MEMBERS

READ = "platform.organisations"
PLACES = CursorKind("staff organisations", str)
MEMBER_PLACES = CursorKind("staff members", datetime, str)
START = (datetime(1970, 1, 1, tzinfo=UTC), "")
PAGE_SIZE = 50


@page("/staff/organisations", permission=READ, queries=1, listeners=STAFF)
async def show_organisations(visit: Visit) -> View:
    words = " ".join(visit.query("q")[:200].split())
    (before,) = PLACES.read(visit.runtime.keys, visit.query("cursor") or None) or (AFTER_THE_LAST,)
    if words:
        rows = await visit.db.all(organisations.FOUND, before, PAGE_SIZE + 1, words.lower().replace("\0", ""), text_query(words))
    else:
        rows = await visit.db.all(organisations.ORGANISATIONS, before, PAGE_SIZE + 1)
    found = PLACES.page(visit.runtime.keys, rows, PAGE_SIZE, key=lambda organisation: (organisation.id,))
    return View("admin/organisations.html", {"items": found.items, "words": words, "cursor": found.next_cursor})


@page("/staff/organisations/{organisation_id:str}", permission=READ, queries=2, listeners=STAFF)
async def show_organisation(visit: Visit) -> View:
    one = await visit.db.one(organisations.ONE, str(visit.path["organisation_id"]))
    after = MEMBER_PLACES.read(visit.runtime.keys, visit.query("cursor") or None) or START
    rows = await visit.db.all(MEMBERS, one.id, *after, PAGE_SIZE + 1)
    found = MEMBER_PLACES.page(visit.runtime.keys, rows, PAGE_SIZE, key=lambda member: (member.joined_at, member.account))
    members = [(face(member.account, member.name), member) for member in found.items]
    return View("admin/organisation.html", {"one": one, "members": members, "cursor": found.next_cursor})


ROUTES = (show_organisations, show_organisation)
