"""The lists for staff, with typical arguments."""

from __future__ import annotations

from datetime import UTC, datetime

from phoenix.kernel.module import ListQuery
from phoenix.modules.admin.queries import events, organisations, people

NOW = datetime(2026, 1, 1, tzinfo=UTC)

LISTS = (
    ListQuery(events.NEWEST, (2**62, 51)),
    ListQuery(events.FOUND, (2**62, 51, "entries.posted", "", events.LOOKED_THROUGH)),
    ListQuery(organisations.ORGANISATIONS, ("~", 51)),
    ListQuery(organisations.FOUND, ("~", 51, "nobody", "nobody:*")),
    ListQuery(people.PEOPLE, (NOW, "~", 51)),
    ListQuery(people.PEOPLE_BY_ID, (NOW, "~", 51, "acc_1", "acc_2")),
    ListQuery(people.PEOPLE_BY_ADDRESS, (NOW, "~", 51, "1@", "1@~")),
    ListQuery(people.PEOPLE_BY_WORDS, (NOW, "~", 51, "1@", "1@~", "ada:*")),
)
