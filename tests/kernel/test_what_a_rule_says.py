"""What a route requires that declares no more than who may call it, what it may not declare together, and the limits of costly work."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.web.rules import FOUND, PUBLIC, SIGNED_IN, Rule

TRIES = Limit("tries", 5, seconds=900)
MANY = Limit("many", 100, seconds=3600)


def test_a_route_that_says_only_who_may_call_it_is_closed_in_every_other_way() -> None:
    plain = Rule(SIGNED_IN)
    opens = ("before_second_factor", "impersonator_may", "key_may", "cross_site", "frees", "commits_first", "while_closing", "begins_late")
    assert {name: getattr(plain, name) for name in opens} == dict.fromkeys(opens, False)
    assert plain.listeners == ("public",)


def test_an_act_asks_for_a_recent_authentication_unless_it_says_otherwise() -> None:
    assert Rule(SIGNED_IN, act="credential").needs_recent
    assert not Rule(SIGNED_IN, act="credential", step_up=False).needs_recent
    assert Rule(SIGNED_IN, sensitive=True, step_up=False).needs_recent
    assert not Rule(SIGNED_IN).needs_recent


@pytest.mark.parametrize(
    ("may", "declared", "words"),
    [
        (PUBLIC, {"act": "authority"}, "requires SIGNED_IN or a permission"),
        ("entries.write", {"within": FOUND, "act": "authority"}, "name it in `within`"),
        ("entries.write", {"within": FOUND, "sensitive": True}, "name it in `within`"),
        (SIGNED_IN, {"costs": "argon2"}, "say `limits`"),
    ],
)
def test_what_cannot_be_kept_cannot_be_declared(may: str, declared: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Rule(may, **declared)


def test_the_organisation_can_be_found_by_a_route_that_decides_once() -> None:
    assert Rule("entries.read", within=FOUND).within == FOUND


def test_what_commits_first_or_costs_much_begins_late() -> None:
    assert Rule(PUBLIC, commits_first=True).begins_late
    assert Rule(PUBLIC, limits=(TRIES,), costs="argon2").begins_late


def test_costly_work_is_counted_twenty_times_by_session_and_three_times_that_by_person() -> None:
    """As docs/protection.md says. A limit that is lower stays what it is for a session."""
    rule = Rule(SIGNED_IN, limits=(TRIES, MANY), costs="argon2")
    assert [(limit.name, limit.amount, limit.seconds) for limit in rule.limits_of_a_session] == [
        ("tries_of_a_session", 5, 900),
        ("many_of_a_session", 20, 3600),
    ]
    assert [(limit.name, limit.amount, limit.seconds) for limit in rule.limits_of_a_person] == [
        ("tries_of_a_person", 15, 900),
        ("many_of_a_person", 60, 3600),
    ]


def test_other_work_is_counted_by_network_alone() -> None:
    rule = Rule(SIGNED_IN, limits=(TRIES,))
    assert (rule.limits_of_a_session, rule.limits_of_a_person) == ((), ())
