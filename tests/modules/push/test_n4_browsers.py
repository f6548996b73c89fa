"""N4: turning push on and off: whose browsers these are, how many, and which addresses they can have."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import send
from tests.modules.push.pushing import PATH, Browser, mention_bo, pushing, turn_on, turn_on_elsewhere

from phoenix.kernel.actor import IMPERSONATE_AND_WRITE
from phoenix.modules.push.actions import subscribe
from phoenix.modules.push.jobs import forget_ended

SETTINGS = "/settings/notifications"


def test_push_is_turned_on_and_off_by_the_api_and_on_the_page(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            page = await harness.get(SETTINGS, by="bo")
            key = (await harness.get(PATH, by="bo")).json()["public_key"]
            assert f'data-push="{key}"' in page.text
            assert "Push is off in all your browsers." in page.text
            assert "Push notifications need JavaScript" in page.text
            await harness.events()
            await turn_on(harness, "bo")
            assert await harness.events() == ["push.turned_on"]
            (one,) = (await harness.get(PATH, by="bo")).json()["items"]
            assert (one["current"], one["session"], one["device"]) == (True, harness.people["bo"].session, "tests")
            page = await harness.get(SETTINGS, by="bo")
            assert "data-push-is-on" in page.text
            assert one["id"] in page.text
            assert (await send(harness, "bo", f"{SETTINGS}/push/off", browser=one["id"])).status_code == 303
            assert await harness.events() == ["push.turned_off"]
            assert (await harness.delete(PATH, by="bo")).status_code == 404
            await turn_on(harness, "bo")
            assert (await harness.delete(PATH, by="bo")).status_code == 204
            await turn_on(harness, "bo")
            (one,) = (await harness.get(PATH, by="bo")).json()["items"]
            assert (await harness.delete(f"{PATH}/{one['id']}", by="bo")).status_code == 204
            assert (await harness.get(PATH, by="bo")).json()["items"] == []

    asyncio.run(run())


def test_nobody_turns_off_or_sees_the_browsers_of_others(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            await harness.person("eve")
            await turn_on(harness, "bo")
            (one,) = (await harness.get(PATH, by="bo")).json()["items"]
            assert (await harness.get(PATH, by="eve")).json()["items"] == []
            assert (await harness.delete(f"{PATH}/{one['id']}", by="eve")).status_code == 404
            assert (await harness.get(PATH)).status_code == 401
            assert (await harness.post(PATH, json=Browser("x").subscription)).status_code == 401
            assert len((await harness.get(PATH, by="bo")).json()["items"]) == 1

    asyncio.run(run())


def test_someone_who_impersonates_turns_nothing_on(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            staff = await harness.person("priya", permissions=(IMPERSONATE_AND_WRITE,))
            await harness.sql(
                "UPDATE sessions SET impersonator_id = $2, impersonation_writes = true WHERE id = $1",
                harness.people["bo"].session,
                staff.id,
            )
            answer = await harness.post(PATH, by="bo", json=Browser("bo").subscription)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_while_impersonating")

    asyncio.run(run())


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://push.example/1",
        "ftp://push.example/1",
        "https://10.0.0.1/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://[fd00::1]/1",
        "https://push.example:8443/1",
        "https://push.example:x/1",
        "https://user:secret@push.example/1",
        "https://push.example/1#part",
        "https://push.example/a b",
        "https://push.example/a\nb",
        "https://püsh.example/1",
        "https:///1",
        "https://push.example/" + "x" * 1000,
    ],
)
def test_an_address_that_is_none_of_a_push_service_is_refused(harness: Harness, endpoint: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            answer = await harness.post(PATH, by="bo", json={**Browser("bo").subscription, "endpoint": endpoint})
            assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["endpoint"])

    asyncio.run(run())


@pytest.mark.parametrize(
    ("field", "value"), [("p256dh", ""), ("p256dh", "BCVx"), ("p256dh", "é"), ("auth", ""), ("auth", "AAAA"), ("auth", "A" * 44)]
)
def test_keys_that_are_none_of_a_browser_are_refused(harness: Harness, field: str, value: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            answer = await harness.post(PATH, by="bo", json={**Browser("bo").subscription, field: value})
            assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])

    asyncio.run(run())


def test_a_person_has_a_bounded_number_of_browsers_and_the_oldest_ends(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribe, "MOST_BROWSERS", 3)

    async def run() -> None:
        async with harness, pushing(harness) as service:
            await harness.organisation("ember", ada="owner", bo="member")
            first = await turn_on(harness, "bo")
            for number in range(3):
                harness.clock.advance(seconds=60)
                await turn_on_elsewhere(harness, "bo", f"browser{number}")
            assert len((await harness.get(PATH, by="bo")).json()["items"]) == 3
            await mention_bo(harness)
            assert (len(service.came), service.shown(first)) == (3, [])
            # Once more in the same browser, at another address: it takes the place of the former.
            again = await turn_on_again(harness)
            assert len((await harness.get(PATH, by="bo")).json()["items"]) == 3
            await mention_bo(harness)
            assert len(service.shown(again)) == 1

    asyncio.run(run())


async def turn_on_again(harness: Harness) -> Browser:
    await turn_on(harness, "bo", Browser("former"))
    return await turn_on(harness, "bo", Browser("again"))


def test_what_ended_sessions_leave_is_deleted_and_open_ones_keep_theirs(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            await turn_on_elsewhere(harness, "bo")
            await turn_on(harness, "bo")
            assert (await harness.delete("/api/v2/sessions/current", by="bo")).status_code == 204
            await forget_ended(harness.runtime)
            (left,) = await harness.sql("SELECT endpoint FROM push_subscriptions")
            assert left["endpoint"] == Browser("elsewhere").endpoint

    asyncio.run(run())


def test_the_worker_is_served_at_the_root_as_a_script_that_nobody_stores(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            answer = await harness.get("/push-worker.js")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/javascript")
            assert answer.headers["cache-control"] == "no-store"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            # It takes part in no request of a page, and stores nothing.
            for word in ("fetch", "caches", "indexedDB", "importScripts"):
                assert word not in answer.text, word
            assert "script-src 'self'" in (await harness.get("/sign-in")).headers["content-security-policy"], "pages may start it"

    asyncio.run(run())
