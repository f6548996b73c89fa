"""A7, A11: sign-up and its confirmation by link or code, without revealing whether an address is known."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from tests.harness import PASSWORD, Harness
from tests.scenario import Scenario, call, changes_nothing, fires, fires_nothing, person, play, problem, sends, status, table

ADA: dict[str, Any] = {
    "email": "ada@example.com",
    "password": PASSWORD,
    "name": "Ada Lovelace",
    "accept_terms": True,
    "time_zone": "Europe/London",
}


@table(
    Scenario(
        "a new address gets an email and no account yet",
        when=call("POST", "/api/v2/accounts", json=ADA),
        then=[status(202), fires_nothing(), sends(1)],
    ),
    Scenario(
        "a known address gets the same answer and its owner an email",
        given=[person("ada")],
        when=call("POST", "/api/v2/accounts", json=ADA),
        then=[status(202), fires_nothing(), sends(1)],
    ),
    Scenario(
        "every invalid field is named",
        when=call(
            "POST", "/api/v2/accounts", json={"email": "ada", "password": "short", "name": " ", "accept_terms": False, "time_zone": "X"}
        ),
        then=[
            problem(422, "invalid_input", "email", "password", "name", "time_zone", "accept_terms"),
            fires_nothing(),
            sends(0),
            changes_nothing(),
        ],
    ),
    Scenario(
        "the most common passwords are refused",
        when=call("POST", "/api/v2/accounts", json={**ADA, "password": "password1234"}),
        then=[problem(422, "invalid_input", "password"), changes_nothing()],
    ),
    Scenario(
        "a body that is not JSON is refused clearly",
        when=call("POST", "/api/v2/accounts", content=b"{"),
        then=[problem(400, "bad_request"), changes_nothing()],
    ),
    Scenario(
        "an unknown link is refused and uses nothing up",
        when=call("POST", "/api/v2/accounts/verify", json={"token": "x" * 43}),
        then=[problem(422, "wrong_code"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a resend for an unknown address says the same and sends nothing",
        when=call("POST", "/api/v2/accounts/verify/resend", json={"email": "nobody@example.com"}),
        then=[status(202), fires(), sends(0), changes_nothing()],
    ),
)
def test_sign_up_scenarios(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_the_code_confirms_the_address_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.post("/api/v2/accounts", json=ADA)
            assert await harness.work() == ["sign_in.send_verification"]
            given = {"email": "ADA@example.com", "code": harness.code("ada@example.com"), "password": PASSWORD}
            credentials = {"email": ADA["email"], "password": PASSWORD}
            assert (await harness.post("/api/v2/sessions", json=credentials)).json()["code"] == "email_not_verified"
            assert (await harness.post("/api/v2/accounts/verify", json=given)).status_code == 204
            assert await harness.events() == ["accounts.created"]
            assert (await harness.post("/api/v2/accounts/verify", json=given)).status_code == 422
            assert (await harness.post("/api/v2/sessions", json=credentials)).status_code == 201
            assert await harness.events() == ["sessions.started"]

    asyncio.run(run())


def test_sending_the_code_twice_at_once_creates_one_account(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.post("/api/v2/accounts", json=ADA)
            await harness.work()
            given = {"email": ADA["email"], "code": harness.code(ADA["email"]), "password": PASSWORD}
            answers = await asyncio.gather(*(harness.post("/api/v2/accounts/verify", json=given) for _ in range(6)))
            assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422, 422, 422]
            assert await harness.events() == ["accounts.created"]

    asyncio.run(run())


def test_parallel_wrong_codes_never_get_more_than_five_attempts(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.post("/api/v2/accounts", json=ADA)
            await harness.work()
            code = harness.code(ADA["email"])
            wrong = [f"{(int(code) + n) % 10**8:08d}" for n in range(1, 41)]
            answers = await asyncio.gather(
                *(harness.post("/api/v2/accounts/verify", json={"email": ADA["email"], "code": guess}) for guess in wrong)
            )
            assert {answer.status_code for answer in answers} == {422}
            assert [len(row["tried_by"]) for row in await harness.sql("SELECT tried_by FROM proofs")] == [5]
            # Even the correct code no longer works; the link in the email still does.
            assert (await harness.post("/api/v2/accounts/verify", json={"email": ADA["email"], "code": code})).status_code == 422

    asyncio.run(run())


def test_a_code_expires_after_ten_minutes_and_the_link_is_still_valid(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.post("/api/v2/accounts", json=ADA)
            await harness.work()
            code = {"email": ADA["email"], "code": harness.code(ADA["email"])}
            token = harness.link(ADA["email"]).partition("token=")[2]
            harness.clock.advance(minutes=10)
            assert (await harness.post("/api/v2/accounts/verify", json=code)).status_code == 422
            harness.clock.advance(minutes=49, seconds=59)
            assert (await harness.post("/api/v2/accounts/verify", json={"token": token, "password": PASSWORD})).status_code == 204

    asyncio.run(run())


def test_a_link_expires_after_an_hour(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.post("/api/v2/accounts", json=ADA)
            await harness.work()
            token = harness.link(ADA["email"]).partition("token=")[2]
            harness.clock.advance(minutes=60)
            refused = await harness.post("/api/v2/accounts/verify", json={"token": token})
            assert refused.status_code == 422
            assert "expired" in refused.json()["detail"]

    asyncio.run(run())


def test_opening_the_link_does_not_use_it_up(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.post("/api/v2/accounts", json=ADA)
            await harness.work()
            link = harness.link(ADA["email"])
            for _scanner in range(3):
                assert (await harness.get(link)).status_code == 200
            assert await harness.events() == []
            assert (
                await harness.post("/api/v2/accounts/verify", json={"token": link.partition("token=")[2], "password": PASSWORD})
            ).status_code == 204

    asyncio.run(run())


def test_nobody_can_set_a_password_for_someone_elses_address(harness: Harness) -> None:
    """Another sign-up of the same address cannot be activated by the code that its owner requested."""

    async def run() -> None:
        async with harness:
            await harness.post("/api/v2/accounts", json=ADA)
            await harness.work()
            mine = harness.link(ADA["email"]).partition("token=")[2]
            await harness.post("/api/v2/accounts", json={**ADA, "password": "the attacker waits here", "name": "Eve"})
            await harness.work()
            assert (await harness.post("/api/v2/accounts/verify", json={"token": mine, "password": PASSWORD})).status_code == 204
            planted = await harness.post("/api/v2/sessions", json={"email": ADA["email"], "password": "the attacker waits here"})
            assert planted.status_code == 401
            assert (await harness.post("/api/v2/sessions", json={"email": ADA["email"], "password": PASSWORD})).status_code == 201

    asyncio.run(run())


def test_emails_to_an_address_are_limited(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for _attempt in range(8):
                answer = await harness.post("/api/v2/accounts", json=ADA)
                assert answer.status_code == 202
            await harness.work()
            assert len(harness.mails(ADA["email"])) == 5

    asyncio.run(run())


def test_known_and_unknown_addresses_get_the_same_response(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            known = await harness.post("/api/v2/accounts", json=ADA)
            unknown = await harness.post("/api/v2/accounts", json={**ADA, "email": "bo@example.com"})
            assert _visible(known) == _visible(unknown)
            wrong = [
                await harness.post("/api/v2/sessions", json={"email": email, "password": "wrong and long enough"})
                for email in ("ada@example.com", "nobody@example.com")
            ]
            assert _visible(wrong[0]) == _visible(wrong[1])

    asyncio.run(run())


def _visible(answer: httpx.Response) -> tuple[int, object]:
    body = answer.json()
    body.pop("request_id", None)
    return answer.status_code, body
