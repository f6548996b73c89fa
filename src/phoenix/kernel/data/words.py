"""What someone typed into a search box, as a query that an index answers: by the beginnings of words, or of an address."""

from __future__ import annotations

import unicodedata

# Sorts behind every address and id that begins with what stands before it.
END = "\U0010ffff"
LONGEST = 200
MOST_WORDS = 10


def typed(words: str) -> str:
    """The words in one form, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", words[:LONGEST]).replace("\0", "").split())


def text_query(words: str) -> str:
    """PostgreSQL's text query for things whose names have words that begin with all of these. Quoted, so that nothing is an operator."""
    quoted = ("'" + word.replace("\\", "\\\\").replace("'", "''") + "':*" for word in words.replace("\0", "").split()[:MOST_WORDS])
    return " & ".join(quoted)
