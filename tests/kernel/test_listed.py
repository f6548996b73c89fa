"""Lists that are declared: what an address can ask for, and the query, the name and the arguments of each."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.listed import LONGEST_SEARCH, Asked, Filter, Search, Sort, listed
from phoenix.kernel.data.paged import Order


class Fruit(Struct, frozen=True):
    id: str
    name: str
    weight: int


def read(words: str) -> tuple[str, tuple[object, ...]]:
    return ("id", (words,)) if words.startswith("fru_") else ("name", (f"%{words}%", words))


FRUIT = listed(
    "fruit",
    Fruit,
    "SELECT id, name, weight FROM fruit WHERE basket = $1 AND {where} {order}",
    sorts=(Sort("weight", "Weight", Order("weight DESC", "id DESC")), Sort("name", "Name", Order("name", "id"))),
    filters=(
        Filter("kind", "Kind", "All kinds", (("core", "Core"), ("stone", "Stone")), "kind = {value}"),
        Filter("ripe", "Ripe", "All", (("yes", "Yes"), ("no", "No")), {"yes": "ripe_at <= now()", "no": "ripe_at > now()"}),
    ),
    search=Search("Name", read, {"id": "id = {0}", "name": "name LIKE {0} OR other = {1}"}, ("fru_1", "pear")),
    sample=("bas_1",),
)


def asks(**given: str) -> Asked:
    return FRUIT.read(lambda name: given.get(name, ""))


def test_readers_who_choose_nothing_get_the_first_order() -> None:
    assert asks() == Asked("weight", True, {}, "")
    assert FRUIT.plain._cursors._name == "fruit"
    assert asks(sort="weight") == Asked("weight", False, {}, "")
    assert asks(sort="-name", kind="core", q="  red \0 pear ") == Asked("name", True, {"kind": "core"}, "red pear")


def test_a_search_is_cut_where_no_name_is_as_long() -> None:
    assert asks(q="x" * 201).words == "x" * LONGEST_SEARCH
    assert LONGEST_SEARCH == 200


def test_every_query_has_a_plan_with_a_name_of_its_own() -> None:
    plans = {plan.name: plan for plan in FRUIT.plans()}
    # Two orders, both ways; no words, an id or a name; each filter not at all or by each of its conditions.
    assert len(plans) == 2 * 2 * 3 * 2 * 3
    assert {"weight", "-weight", "name", "-name", "-weight core", "-weight yes", "name id core no", "-name name core yes"} <= set(plans)
    plan = plans["-name name core no"]
    assert plan.query._cursors._name == "fruit by name falling"
    assert plan.arguments == ("bas_1", "%pear%", "pear", "core", *plan.query.start, 51)
    assert plans["name id yes"].arguments == ("bas_1", "fru_1", *plans["name id yes"].query.start, 51)
    assert "(ripe_at > now())" in plan.query.sql
    assert "(name LIKE $2 OR other = $3) AND (kind = $4)" in plan.query.sql
    assert plans["name id yes"].query._cursors._name == "fruit by name"
    assert [plans[name].query._cursors._name for name in ("-weight", "weight")] == ["fruit", "fruit by weight"]


def test_a_search_without_a_kind_is_named_by_what_it_is() -> None:
    plain = listed(
        "fruit",
        Fruit,
        "SELECT id, name, weight FROM fruit WHERE name = {0} AND {where} {order}",
        sorts=(Sort("name", "Name", Order("name", "id")),),
        search=Search("Name", lambda words: ("", (words,)), {}, ("pear",)),
    )
    assert [plan.name for plan in plain.plans()] == ["name", "name found", "-name", "-name found"]
