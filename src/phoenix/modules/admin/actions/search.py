"""What staff typed into a search box, as a query that an index answers."""

from __future__ import annotations

from phoenix.kernel.data.cursors import Page
from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.words import END, text_query, typed
from phoenix.kernel.runtime import Runtime
from phoenix.modules.admin.queries import people
from phoenix.modules.admin.queries.people import PersonRow

ACCOUNT = "acc_"


async def find_people(runtime: Runtime, db: Reader, words: str, *, kind: str = "person", cursor: str | None, limit: int) -> Page[PersonRow]:
    """People, or service accounts, by account id, address or words of their name, the newest first. Beginnings are enough for each."""
    asked_for = typed(words)
    start = asked_for.lower()
    query = people.PEOPLE_BY_WORDS
    asked: tuple[str, ...] = (start, start + END, text_query(asked_for))
    if not asked_for:
        query, asked = people.PEOPLE, ()
    elif start.startswith(ACCOUNT):
        query, asked = people.PEOPLE_BY_ID, (start, start + END)
    elif "@" in start:
        query, asked = people.PEOPLE_BY_ADDRESS, (start, start + END)
    return await query.page(db, runtime.keys, db.now, kind, *asked, cursor=cursor, limit=limit)
