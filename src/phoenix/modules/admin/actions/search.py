"""What staff typed into a search box, as a query that an index answers."""

from __future__ import annotations

import unicodedata

from phoenix.kernel.data.cursors import Page
from phoenix.kernel.data.database import Reader
from phoenix.kernel.runtime import Runtime
from phoenix.modules.admin.queries import people
from phoenix.modules.admin.queries.people import PersonRow

# Sorts behind every address and id that begins with what stands before it.
END = "\U0010ffff"
ACCOUNT = "acc_"
LONGEST = 200


async def find_people(runtime: Runtime, db: Reader, words: str, *, kind: str = "person", cursor: str | None, limit: int) -> Page[PersonRow]:
    """People, or service accounts, by account id, address or words of their name, the newest first. Beginnings are enough for each."""
    typed = " ".join(unicodedata.normalize("NFC", words[:LONGEST]).replace("\0", "").split())
    start = typed.lower()
    query = people.PEOPLE_BY_WORDS
    asked: tuple[str, ...] = (start, start + END, text_query(typed))
    if not typed:
        query, asked = people.PEOPLE, ()
    elif start.startswith(ACCOUNT):
        query, asked = people.PEOPLE_BY_ID, (start, start + END)
    elif "@" in start:
        query, asked = people.PEOPLE_BY_ADDRESS, (start, start + END)
    return await query.page(db, runtime.keys, db.now, kind, *asked, cursor=cursor, limit=limit)


def text_query(words: str) -> str:
    """PostgreSQL's text query for things whose names have words that begin with all of these. Quoted, so that nothing is an operator."""
    quoted = ("'" + word.replace("\\", "\\\\").replace("'", "''") + "':*" for word in words.replace("\0", "").split()[:10])
    return " & ".join(quoted)
