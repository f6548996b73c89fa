"""A cursor of a list that was narrowed is valid only for what it was narrowed to."""

from __future__ import annotations

import pytest

from phoenix.kernel.data.cursors import CursorKind
from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.security.crypto import Keys

KEYS = Keys("a master secret of the test, 32+ characters", "test")
ENTRIES = CursorKind("entries", str)


@pytest.mark.parametrize("of", ["", "org_1"])
def test_a_cursor_is_valid_for_what_it_was_written_for(of: str) -> None:
    assert ENTRIES.read(KEYS, ENTRIES.write(KEYS, "ent_1", of=of), of) == ("ent_1",)


@pytest.mark.parametrize(("written", "read"), [("org_1", "org_2"), ("org_1", ""), ("", "org_1")])
def test_a_cursor_of_one_part_is_refused_for_another(written: str, read: str) -> None:
    with pytest.raises(InvalidInput):
        ENTRIES.read(KEYS, ENTRIES.write(KEYS, "ent_1", of=written), read)


def test_the_next_page_of_a_part_is_of_that_part() -> None:
    page = ENTRIES.page(KEYS, ["ent_1", "ent_2"], 1, key=lambda row: (row,), of="org_1")
    assert ENTRIES.read(KEYS, page.next_cursor, "org_1") == ("ent_1",)
    with pytest.raises(InvalidInput):
        ENTRIES.read(KEYS, page.next_cursor, "org_2")
