"""People: the list and its search."""

from __future__ import annotations

from phoenix.kernel.i18n.avatars import avatar_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import listing
from phoenix.kernel.web.pages import View, page
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries.people import PEOPLE, PersonRow

READ = "platform.people_read"


@page("/staff/people", may=READ, queries=1, listeners=STAFF, lists=(PEOPLE,))
async def show_people(call: Call) -> View:
    kind = "service" if call.query("kind") == "service" else "person"
    found = await listing(call, PEOPLE, call.db.now, kind, also={"kind": kind if kind == "service" else ""})
    return View("admin/people.html", {"people": [shown(person) for person in found.items], "kind": kind, "listing": found})


def shown(person: PersonRow) -> dict[str, object]:
    """A row of the list, for its template."""
    seen = avatar_of(person.id, person.name)
    fields = (
        "id",
        "email",
        "name",
        "kind",
        "locked",
        "paused",
        "erase_at",
        "erased",
        "has_password",
        "totp",
        "passkeys",
        "seen_at",
        "created_at",
    )
    return {**{name: getattr(person, name) for name in fields}, "initials": seen.initials, "tone": seen.tone}


ROUTES = (show_people,)
