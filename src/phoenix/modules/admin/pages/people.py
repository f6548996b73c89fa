"""People: the list and its search."""

from __future__ import annotations

from phoenix.kernel.i18n.avatars import avatar_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import View, page
from phoenix.modules.admin.actions.search import find_people
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries.people import PersonRow

READ = "platform.people_read"
PAGE_SIZE = 50


@page("/staff/people", may=READ, queries=1, listeners=STAFF)
async def show_people(call: Call) -> View:
    words = call.query("q").strip()[:200]
    cursor = call.query("cursor") or None
    kind = "service" if call.query("kind") == "service" else "person"
    found = await find_people(call.runtime, call.db, words, kind=kind, cursor=cursor, limit=PAGE_SIZE)
    people = [shown(person) for person in found.items]
    context = {"people": people, "kind": kind, "words": words, "cursor": found.next_cursor, "first": cursor is None}
    return View("admin/people.html", context)


def shown(person: PersonRow) -> dict[str, object]:
    """A row of the list, for its template."""
    seen = avatar_of(person.id, person.name)
    fields = ("id", "email", "name", "kind", "locked", "paused", "erase_at", "erased", "has_password", "totp", "passkeys", "seen_at")
    return {**{name: getattr(person, name) for name in fields}, "initials": seen.initials, "tone": seen.tone}


ROUTES = (show_people,)
