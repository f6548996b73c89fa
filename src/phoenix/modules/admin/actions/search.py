"""What staff typed into a search box, as a query that an index answers."""

from __future__ import annotations

import unicodedata

from phoenix.kernel.data.database import Reader
from phoenix.modules.admin.queries import people
from phoenix.modules.admin.queries.people import PersonRow

AFTER_THE_LAST = "~"
# Sorts behind every address and id that begins with what stands before it.
END = "\U0010ffff"
ACCOUNT = "acc_"
LONGEST = 200


async def find_people(db: Reader, words: str, *, before: str, limit: int) -> list[PersonRow]:
    """People by account id, address or words of their name, the newest first. Beginnings are enough for each."""
    typed = " ".join(unicodedata.normalize("NFC", words[:LONGEST]).replace("\0", "").split())
    start = typed.lower()
    page = (db.now, before, limit)
    if not typed:
        return await db.all(people.PEOPLE, *page)
    if start.startswith(ACCOUNT):
        return await db.all(people.PEOPLE_BY_ID, *page, start, start + END)
    if "@" in start:
        return await db.all(people.PEOPLE_BY_ADDRESS, *page, start, start + END)
    return await db.all(people.PEOPLE_BY_WORDS, *page, start, start + END, text_query(typed))


def text_query(words: str) -> str:
    """PostgreSQL's text query for things whose names have words that begin with all of these. Quoted, so that nothing is an operator."""
    quoted = ("'" + word.replace("\\", "\\\\").replace("'", "''") + "':*" for word in words.replace("\0", "").split()[:10])
    return " & ".join(quoted)
