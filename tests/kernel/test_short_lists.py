"""Short lists, sorted, filtered and searched in memory."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from phoenix.kernel.data.listed import Asked
from phoenix.kernel.data.short import Choice, Column, Short
from phoenix.kernel.errors import InvalidInput


class Fruit(NamedTuple):
    name: str
    kind: str
    weight: int


FRUIT = [Fruit("Pear", "core", 3), Fruit("Plum", "stone", 1), Fruit("Apple", "core", 3), Fruit("Cherry", "stone", 0)]
LISTED: Short[Fruit] = Short(
    columns=(Column("weight", "Weight", lambda fruit: fruit.weight, falls=True), Column("name", "Name", lambda fruit: fruit.name)),
    choices=(Choice("kind", "Kind", "All kinds", (("core", "Core"), ("stone", "Stone")), lambda fruit: fruit.kind),),
    words_of=lambda fruit: f"{fruit.name} {fruit.kind}",
    label="Name",
)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["Pear", "Apple", "Plum", "Cherry"]),
        ({"sort": "weight"}, ["Cherry", "Plum", "Pear", "Apple"]),
        ({"sort": "name"}, ["Apple", "Cherry", "Pear", "Plum"]),
        ({"sort": "-name"}, ["Plum", "Pear", "Cherry", "Apple"]),
        ({"kind": "stone"}, ["Plum", "Cherry"]),
        ({"q": "P"}, ["Pear", "Apple", "Plum"]),
        ({"q": "core  ap", "sort": "name"}, ["Apple"]),
        ({"q": "stone", "kind": "core"}, []),
    ],
)
def test_a_short_list_is_what_was_asked_for(asked: dict[str, str], names: list[str]) -> None:
    chosen = LISTED.read(lambda name: asked.get(name, ""))
    assert [fruit.name for fruit in LISTED.select(FRUIT, chosen)] == names


@pytest.mark.parametrize("asked", [{"sort": "colour"}, {"sort": "-"}, {"kind": "core "}, {"kind": "x"}])
def test_what_it_does_not_offer_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        LISTED.read(lambda name: asked.get(name, ""))


def test_without_words_there_is_no_search() -> None:
    plain: Short[Fruit] = Short(columns=(Column("name", "Name", lambda fruit: fruit.name),))
    assert plain.search is None
    assert not plain.read(lambda name: "").falls
    assert len(plain.select(FRUIT, Asked("name", falls=False, words="x"))) == 4
    assert len(plain.select(FRUIT, plain.read(lambda name: {"q": "x"}.get(name, "")))) == 4
