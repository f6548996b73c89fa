"""N4: notifications by push: to each browser, encrypted for it alone, and nothing that is not wanted, read, or allowed any more."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.notifying import inbox, notify
from tests.modules.push.pushing import PATH, Browser, due, mention_bo, pushing, states, turn_on

from phoenix.kernel.security.crypto import from_base64url, to_base64url
from phoenix.modules.notifications.actions.send import send_due

MENTIONED = "comments.mentioned"
ROLE = "organisations.role_changed"


async def ember(harness: Harness) -> None:
    await harness.organisation("ember", ada="owner", bo="member")


def test_a_mention_is_shown_in_every_browser_that_is_on_and_nowhere_else(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            phone, other = await turn_on(harness, "bo"), await turn_on(harness, "ada")
            await mention_bo(harness)
            (item,) = await inbox(harness, "bo")
            (shown,) = service.shown(phone)
            assert shown["text"] == item["summary"]
            assert (shown["title"], shown["link"], shown["language"]) == ("Ember", item["link"], "en")
            assert service.shown(other) == []
            assert await states(harness) == [("sent", None)]
            await due(harness)
            assert len(service.came) == 1

    asyncio.run(run())


def test_the_request_is_one_that_push_services_take(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            key = (await harness.get(PATH, by="bo")).json()["public_key"]
            await turn_on(harness, "bo")
            await mention_bo(harness, 2)
            first, second = service.came
            assert str(first.url) == "https://198.41.0.4/send/bo"
            assert first.headers["host"] == "push.example"
            assert (first.headers["content-encoding"], first.headers["ttl"], first.headers["urgency"]) == ("aes128gcm", "86400", "normal")
            found = re.fullmatch(r"vapid t=([\w.-]+), k=([\w-]+)", first.headers["authorization"])
            assert found is not None
            assert found[2] == key
            point = from_base64url(key)
            assert point is not None
            public = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": to_base64url(point[1:33]), "y": to_base64url(point[33:])})
            claims = jwt.decode(found[1], public, algorithms=["ES256"]).claims
            now = harness.clock.now()
            assert (claims["aud"], claims["sub"]) == ("https://push.example", "http://phoenix.test")
            assert 0 < claims["exp"] - now.timestamp() <= 86_400
            topics = [request.headers["topic"] for request in (first, second)]
            assert all(re.fullmatch(r"[\w-]{32}", topic) for topic in topics)
            assert topics[0] != topics[1], "they are about different entries"

    asyncio.run(run())


def test_comments_on_the_same_thing_replace_each_other_and_several_are_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            browser = await turn_on(harness, "bo")
            entry = await entry_of(harness, "bo")
            for _ in range(2):
                await comment(harness, "ada", entry)
                await harness.follow()
                await harness.work()
            first, second = service.shown(browser)
            assert first["tag"] == second["tag"]
            assert service.came[0].headers["topic"] == service.came[1].headers["topic"]
            await comment(harness, "ada", entry)
            await notify(harness, "bo", 2)
            await harness.work()
            third = service.shown(browser)[2]
            assert (third["title"], third["link"]) == ("3 notifications", "/notifications")
            assert len(service.came) == 3

    asyncio.run(run())


def test_what_was_read_elsewhere_before_it_is_sent_is_not_pushed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            await turn_on(harness, "bo")
            await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
            await harness.follow()
            await harness.post("/api/v2/notifications/read", by="bo", json={"through": 1})
            await harness.work()
            assert service.came == []
            assert await states(harness) == [("dropped", "read")]

    asyncio.run(run())


@pytest.mark.parametrize("how", ["left", "locked", "signed out", "expired", "muted", "switched off"])
def test_what_may_no_longer_be_seen_when_it_is_sent_is_not_pushed(harness: Harness, how: str) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            await turn_on(harness, "bo")
            bo, org = harness.people["bo"], harness.organisations["ember"]
            entry = await entry_of(harness, "bo")
            await comment(harness, "ada", entry)
            await harness.follow()
            await send_due(harness.runtime)
            assert await states(harness) == [("taken", None)]
            if how == "left":
                await harness.delete(f"/api/v2/organisations/{org}/members/{bo.id}", by="ada")
            elif how == "locked":
                await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = $1", bo.id)
            elif how == "signed out":
                assert (await harness.delete("/api/v2/sessions/current", by="bo")).status_code == 204
            elif how == "expired":
                await harness.sql("UPDATE sessions SET idle_until = $2 WHERE id = $1", bo.session, harness.clock.now())
            elif how == "muted":
                await harness.put(f"/api/v2/mutes?thing={entry}", by="bo")
            else:
                chosen = {"kinds": {"comments.posted": {"channels": {"push": False}}}}
                assert (await harness.put("/api/v2/notification_preferences", by="bo", json=chosen)).status_code == 200
            await harness.work()
            assert service.came == []
            ((state, reason),) = await states(harness)
            assert (state, reason) in {("dropped", "not_wanted"), ("refused", "gone")}

    asyncio.run(run())


def test_without_a_browser_nothing_is_queued_and_push_follows_the_inbox_until_someone_chooses(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            await mention_bo(harness)
            assert await states(harness) == []
            await turn_on(harness, "bo")
            for channels in ({"inbox": False, "email": False}, {"inbox": True, "channels": {"push": False}}):
                answer = await harness.put("/api/v2/notification_preferences", by="bo", json={"kinds": {MENTIONED: channels}})
                (kind,) = [one for one in answer.json()["kinds"] if one["kind"] == MENTIONED]
                assert kind["channels"]["push"] is False
                await mention_bo(harness)
                assert service.came == []
            await harness.put(
                "/api/v2/notification_preferences", by="bo", json={"kinds": {MENTIONED: {"inbox": False, "channels": {"push": True}}}}
            )
            await mention_bo(harness)
            assert len(service.came) == 1
            wrong = {"kinds": {MENTIONED: {"channels": {"pigeon": True}}}}
            answer = await harness.put("/api/v2/notification_preferences", by="bo", json=wrong)
            assert (answer.status_code, "pigeon" in answer.text) == (422, True)

    asyncio.run(run())


def test_in_quiet_hours_only_what_is_urgent_is_pushed(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            await turn_on(harness, "bo")
            now = harness.clock.now()
            quiet = {"quiet_from": f"{now:%H:%M}", "quiet_until": f"{now + timedelta(hours=2):%H:%M}"}
            assert (await harness.put("/api/v2/notification_preferences", by="bo", json=quiet)).status_code == 200
            await mention_bo(harness)
            assert service.came == []
            assert await states(harness) == [("dropped", "quiet")]
            assert len(await inbox(harness, "bo")) == 1
            urgent = next(kind for kind in harness.registry.notifications.values() if kind.name == MENTIONED)
            monkeypatch.setitem(harness.registry.notifications, MENTIONED, replace(urgent, urgent=True))
            await mention_bo(harness)
            (request,) = service.came
            assert request.headers["urgency"] == "high"
            harness.clock.advance(hours=3)
            await due(harness)
            assert len(service.came) == 1, "what came in quiet hours is in the inbox, and not pushed afterwards"

    asyncio.run(run())


def test_it_is_in_the_language_of_its_reader(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            browser = await turn_on(harness, "bo")
            await harness.sql("UPDATE accounts SET locale = 'de' WHERE id = $1", harness.people["bo"].id)
            await mention_bo(harness)
            (item,) = await inbox(harness, "bo")
            (shown,) = service.shown(browser)
            assert (shown["language"], shown["text"]) == ("de", item["summary"])
            assert "erwähnt" in shown["text"]

    asyncio.run(run())


def test_someone_else_in_the_same_browser_takes_it_over(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await ember(harness)
            shared = await turn_on(harness, "bo", Browser("shared"))
            await turn_on(harness, "ada", shared)
            await mention_bo(harness)
            assert service.came == []
            stolen = {**Browser("shared").subscription}
            answer = await harness.post(PATH, by="bo", json=stolen)
            assert (answer.status_code, answer.json()["code"]) == (409, "endpoint_taken")

    asyncio.run(run())
