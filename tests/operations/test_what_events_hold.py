"""Events contain ids and facts, never text that people wrote: every field of every declared event is checked."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Literal

import pytest

from phoenix.composition import REGISTRY
from phoenix.kernel.data.events import Event
from phoenix.kernel.module import EventKind
from phoenix.operations.check_module.facts import fields_without_reason


class Colour(Enum):
    RED = "red"


class Everything(Event, frozen=True, kw_only=True, kind="test.everything"):
    author_id: str
    reader_ids: list[str]
    flag: bool
    amount: int | None
    at: datetime
    way: Literal["mail", "staff"]
    ways: list[Literal["mail", "staff"]]
    colour: Colour
    session: str
    text: str
    tags: list[str]
    either: int | str
    more: dict[str, int]


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        (EventKind(Everything, act=None), ["session", "text", "tags", "either", "more"]),
        (EventKind(Everything, act=None, ids=("session",), holds={"tags": "they come from a list"}), ["text", "either", "more"]),
        (EventKind(Everything, act=None, holds={"text": "", "tags": " "}), ["session", "text", "tags", "either", "more"]),
    ],
)
def test_a_field_that_could_hold_user_text_needs_a_reason(kind: EventKind, left: list[str]) -> None:
    assert fields_without_reason(kind) == left


@pytest.mark.parametrize("kind", REGISTRY.events.values(), ids=REGISTRY.events)
def test_every_field_of_an_event_is_an_id_a_fact_or_has_its_reason(kind: EventKind) -> None:
    assert fields_without_reason(kind) == []
