"""The lists for staff, with typical arguments."""

from __future__ import annotations

from datetime import UTC, datetime

from phoenix.kernel.module import ListQuery
from phoenix.modules.admin.queries import access, events, organisations, people

NOW = datetime(2026, 1, 1, tzinfo=UTC)

LISTS = (
    ListQuery(access.STAFF, ("", "", 51)),
    ListQuery(access.KEYS, (NOW, "", 51)),
    ListQuery(access.ROLES, ("", "", 51)),
    ListQuery(events.NEWEST, (2**62, 51)),
    ListQuery(events.FOUND, ("entries.posted", "", events.LOOKED_THROUGH, 2**62, 51)),
    ListQuery(organisations.ORGANISATIONS, ("~", 51)),
    ListQuery(organisations.FOUND, ("nobody", "nobody:*", "~", 51)),
    ListQuery(people.PEOPLE, (NOW, "person", "~", 51)),
    ListQuery(people.PEOPLE_BY_ID, (NOW, "person", "acc_1", "acc_2", "~", 51)),
    ListQuery(people.PEOPLE_BY_ADDRESS, (NOW, "person", "1@", "1@~", "~", 51)),
    ListQuery(people.PEOPLE_BY_WORDS, (NOW, "person", "1@", "1@~", "ada:*", "~", 51)),
)
