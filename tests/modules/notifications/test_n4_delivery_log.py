"""N4: what became of each delivery, in plain words: for its person with what it was about, for staff without."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.notifications.emailing import mention_bo
from tests.modules.notifications.notifying import inbox
from tests.modules.push.pushing import answered, pushing, turn_on

from phoenix.composition import REGISTRY
from phoenix.kernel.errors import PermanentFailure
from phoenix.kernel.module import Module
from phoenix.modules.notifications import deliveries
from phoenix.modules.notifications.deliveries import REASONS, channel_label, kind_label
from phoenix.modules.notifications.jobs import KEPT_DELIVERIES, forget_old

LOG = "/settings/notifications/deliveries"


async def log(harness: Harness, who: str = "bo") -> list[dict[str, Any]]:
    answer = await harness.get("/api/v2/notification_deliveries", by=who)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_the_log_says_by_which_channel_something_was_sent_and_when_it_was_read(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness) as service:
            await harness.organisation("ember", ada="owner", bo="member")
            await turn_on(harness, "bo")
            assert "Nothing was sent." in (await harness.get(LOG, by="bo")).text
            await mention_bo(harness)
            assert {(one["channel"], one["state"]) for one in await log(harness)} == {("email", "queued"), ("push", "queued")}
            assert "To be sent after" in (await harness.get(LOG, by="bo")).text
            service.answers = [answered(503), answered(503)]
            await harness.work()
            await harness.post("/api/v2/notifications/read", by="bo", json={"through": 1})
            found = {one["channel"]: one for one in await log(harness)}
            assert {name: (one["state"], one["attempts"]) for name, one in found.items()} == {"email": ("sent", 1), "push": ("sent", 3)}
            assert all(one["read_at"] and one["sent_at"] for one in found.values())
            (item,) = await inbox(harness, "bo")
            page = (await harness.get(LOG, by="bo")).text
            for said in (item["summary"], "Push", "Email", "Tried 3 times", "Sent", "Read"):
                assert said in page, said
            assert await log(harness, "ada") == []

    asyncio.run(run())


def test_the_log_is_in_order_of_time_and_says_nothing_is_to_come_of_what_was_read(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            harness.clock.advance(seconds=5)
            await harness.post("/api/v2/notifications/read", by="bo", json={"through": 1})
            assert await said(harness) == ["Queued", "Read"]
            harness.clock.advance(minutes=3)
            await harness.work()
            assert await said(harness) == ["Queued", "Read", "Not sent, because it was already read"]

    asyncio.run(run())


async def said(harness: Harness) -> list[str]:
    """The steps of the only delivery by email in Bo's log, without their times."""
    page = (await harness.get(LOG, by="bo")).text
    (steps,) = re.findall(r'<p class="muted small">(Queued.*?)</p>', page, re.DOTALL)
    return [re.sub(r"<time.*?</time>", "", step).strip() for step in steps.split("→")]


@pytest.mark.parametrize("how", ["read", "refused", "left"])
def test_the_log_says_why_something_was_not_sent(harness: Harness, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(to: str, mail: object) -> None:
        raise PermanentFailure("The mail server permanently refused the email (code 550).")

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            (item,) = await inbox(harness, "bo")
            if how == "read":
                await harness.post("/api/v2/notifications/read", by="bo", json={"through": 1})
                await harness.work()
            elif how == "left":
                await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")
                await harness.work()
            else:
                monkeypatch.setattr(harness.runtime.mailer, "send", refuse)
                with pytest.raises(PermanentFailure):
                    await harness.work()
            (one,) = [one for one in await log(harness) if one["number"] == item["number"]]
            reason = {"left": "not_wanted"}.get(how, how)
            assert (one["state"], one["reason"], one["sent_at"]) == ("refused" if how == "refused" else "dropped", reason, None)
            page = (await harness.get(LOG, by="bo")).text
            assert deliveries.REASONS[reason] in page
            # What they may no longer see is named by its kind.
            assert (item["summary"] in page) == (how != "left")
            assert harness.registry.notifications[item["kind"]].label in page or how != "left"

    asyncio.run(run())


def test_staff_see_what_became_of_it_but_not_what_it_said(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.person("eve", permissions=("platform.people_read",))
            path = f"/staff/people/{harness.people['bo'].id}"
            assert "Latest notifications sent" not in (await panel.get(path, by="eve")).text
            await mention_bo(harness)
            await harness.work()
            page = (await panel.get(path, by="eve")).text
            shown = page[page.index("Latest notifications sent") :].partition("</section>")[0]
            assert harness.registry.notifications["comments.mentioned"].label in shown
            assert "Queued" in shown
            assert "Sent" in shown
            for secret in ("Ada", "Pump"):
                assert secret not in shown

    asyncio.run(run())


def test_it_is_forgotten_after_30_days_and_is_in_the_export(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness)
            await harness.work()
            module = next(module for module in harness.registry.modules if module.name == "notifications")
            assert [one.state for one in await exported(harness, module)] == ["sent"]
            harness.clock.advance(seconds=KEPT_DELIVERIES.total_seconds() - 60)
            await forget_old(harness.runtime)
            assert len(await log(harness)) == 1
            harness.clock.advance(seconds=120)
            await forget_old(harness.runtime)
            assert await harness.sql("SELECT FROM notification_deliveries") == []
            assert len(await harness.sql("SELECT FROM notifications WHERE account_id = $1", harness.people["bo"].id)) == 1

    asyncio.run(run())


async def exported(harness: Harness, module: Module) -> list[deliveries.Delivery]:
    assert module.personal is not None
    assert module.personal.export is not None
    bo = harness.people["bo"].id
    async with harness.runtime.database.reader() as db:
        rows = (await module.personal.export(db, bo))["notification_deliveries"]
        return list(await db.all(rows.query, *rows.arguments))


def test_what_no_module_brings_any_more_is_named_as_it_was() -> None:
    assert (channel_label(REGISTRY, "pigeon"), kind_label(REGISTRY, "birds.landed")) == ("pigeon", "birds.landed")
    assert all(sentence.startswith("Not sent, because") for sentence in REASONS.values())
