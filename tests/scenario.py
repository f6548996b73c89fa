"""Scenarios: each row is a sentence with the expected response, the exact events recorded, and the emails sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.harness import Harness

Step = Callable[[Harness], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a scenario."""

    harness: Harness
    response: httpx.Response
    events: list[str]
    mails: int
    rows_before: dict[str, int]
    rows_after: dict[str, int]


Expectation = Callable[[Outcome], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`given` is set up, `when` is done, and `then` is checked."""

    sentence: str
    when: Callable[[Harness], Awaitable[httpx.Response]]
    then: list[Expectation]
    given: list[Step] = field(default_factory=list)


def table(*scenarios: Scenario) -> pytest.MarkDecorator:
    """Parametrize a test by scenarios, named by their sentences."""
    return pytest.mark.parametrize("scenario", [pytest.param(s, id=s.sentence.replace(" ", "-")) for s in scenarios])


def play(harness: Harness, scenario: Scenario) -> None:
    """Run a scenario: set it up, do it, and check the outcome."""

    async def run() -> None:
        async with harness:
            for step in scenario.given:
                await step(harness)
            await harness.work()
            await harness.events()
            mails, before = len(harness.mails()), await _rows(harness)
            response = await scenario.when(harness)
            events = await harness.events()
            await harness.work()
            outcome = Outcome(harness, response, events, len(harness.mails()) - mails, before, await _rows(harness))
            for expectation in scenario.then:
                waiting = expectation(outcome)
                if waiting is not None:
                    await waiting

    asyncio.run(run())


def organisation(slug: str, **roles: str) -> Step:
    async def step(harness: Harness) -> None:
        await harness.organisation(slug, **roles)

    return step


def person(name: str, **options: Any) -> Step:
    async def step(harness: Harness) -> None:
        await harness.person(name, **options)

    return step


def call(method: str, path: str, *, by: str | None = None, **options: Any) -> Callable[[Harness], Awaitable[httpx.Response]]:
    """A request. `{ember}` in path or JSON becomes the id of the organisation ember, `{@ada}` the id of ada."""

    async def when(harness: Harness) -> httpx.Response:
        filled = {name: _fill(value, harness) for name, value in options.items()}
        return await harness.request(method, _fill(path, harness), by=by, **filled)

    return when


def status(expected: int) -> Expectation:
    def check(outcome: Outcome) -> None:
        assert outcome.response.status_code == expected, outcome.response.text

    return check


def problem(expected: int, code: str, *fields: str) -> Expectation:
    """The response is an error in problem details that names exactly these fields."""

    def check(outcome: Outcome) -> None:
        response = outcome.response
        assert response.status_code == expected, response.text
        assert response.headers["content-type"] == "application/problem+json"
        body = response.json()
        assert body["code"] == code
        assert {error["field"] for error in body["errors"]} == set(fields)
        assert body["detail"].endswith((".", "!"))

    return check


def fires(*kinds: str) -> Expectation:
    """Exactly these events are recorded, in this order."""

    def check(outcome: Outcome) -> None:
        assert outcome.events == list(kinds)

    return check


def fires_nothing() -> Expectation:
    return fires()


def sends(count: int) -> Expectation:
    """That many emails are sent once the jobs have run."""

    def check(outcome: Outcome) -> None:
        assert outcome.mails == count

    return check


def queries(*, at_most: int) -> Expectation:
    def check(outcome: Outcome) -> None:
        assert int(outcome.response.headers["x-phoenix-queries"]) <= at_most

    return check


def changes_nothing() -> Expectation:
    """No table has more or fewer rows."""

    def check(outcome: Outcome) -> None:
        assert outcome.rows_after == outcome.rows_before

    return check


def answers(**expected: Any) -> Expectation:
    """The body has these fields."""

    def check(outcome: Outcome) -> None:
        body = outcome.response.json()
        assert {name: body.get(name) for name in expected} == expected

    return check


def sees(name: str, path: str, text: str) -> Expectation:
    """The page at that address contains the text for this person."""

    async def check(outcome: Outcome) -> None:
        response = await outcome.harness.get(_fill(path, outcome.harness), by=name)
        assert text in response.text

    return check


def _fill(value: Any, harness: Harness) -> Any:
    if isinstance(value, str):
        for slug, id_ in harness.organisations.items():
            value = value.replace(f"{{{slug}}}", id_)
        for name, person in harness.people.items():
            value = value.replace(f"{{@{name}}}", person.id)
        return value
    if isinstance(value, dict):
        return {key: _fill(inner, harness) for key, inner in value.items()}
    return value


async def _rows(harness: Harness) -> dict[str, int]:
    tables = ("accounts", "sign_ups", "proofs", "organisations", "memberships", "invitations", "entries", "events")
    parts = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS count FROM {name}" for name in tables)  # noqa: S608 - names of our own tables
    return {row["name"]: row["count"] for row in await harness.sql(parts)}
