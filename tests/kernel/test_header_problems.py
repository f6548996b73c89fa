"""Wrong headers of a request, and the responses to them."""

from __future__ import annotations

import pytest
from msgspec import Struct
from tests.harness import Harness
from tests.scenario import Scenario, call, changes_nothing, fires_nothing, organisation, person, play, problem, table

from phoenix.kernel.data.query import RowMismatchError, query


@table(
    *(
        Scenario(
            f"an If-Match of {header} names no version",
            given=[person("ada")],
            when=call("PATCH", "/api/v2/me", by="ada", json={"name": "Ada L."}, headers={"If-Match": header}),
            then=[problem(422, "invalid_input"), fires_nothing(), changes_nothing()],
        )
        for header in ('"1", "2"', '"one"', '"1234567890"')
    ),
    *(
        Scenario(
            f"an Idempotency-Key of {len(key)} characters cannot be one",
            given=[organisation("ember", ada="owner")],
            when=call("POST", "/api/v2/organisations", by="ada", json={"name": "Ash"}, headers={"Idempotency-Key": key}),
            then=[problem(422, "invalid_input", "Idempotency-Key"), fires_nothing(), changes_nothing()],
        )
        for key in ("", "k" * 201)
    ),
)
def test_a_header_that_cannot_be_read(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


@pytest.mark.parametrize(
    ("row", "columns", "words"),
    [(int, ("id", "name"), "2 columns for a single value: id, name"), (int, (), "0 columns for a single value")],
)
def test_a_row_that_is_one_value_has_one_column(row: type[int], columns: tuple[str, ...], words: str) -> None:
    with pytest.raises(RowMismatchError, match=words):
        query(row, "SELECT 1").matched(columns)


class Pair(Struct):
    id: str
    name: str = ""


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [(("id", "title"), "title"), (("name", "name"), "id"), (("id", "id"), ""), (("id", "name", "size"), "size")],
)
def test_columns_are_matched_to_fields_by_name(columns: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(RowMismatchError, match=f"are not the fields id, name; look at: {wrong}"):
        query(Pair, "SELECT 1").matched(columns)


def test_columns_in_another_order_still_go_to_their_fields() -> None:
    assert query(Pair, "SELECT 1").matched(("name", "id"))(("Ada", "acc_1")) == Pair("acc_1", "Ada")
