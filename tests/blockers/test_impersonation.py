"""A9: staff can impersonate a person with a reason, for a few minutes, read-only unless granted more, and never in secret."""

from __future__ import annotations

import asyncio

import pytest
from tests.blockers.impersonating import WHY, browse, csrf_of, link_to, staff
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.actor import ADMINISTRATOR, IMPERSONATE_AND_WRITE
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.impersonation.actions import IMPERSONATE


def test_pages_show_the_person_and_a_banner_and_both_names_are_recorded(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", eve="owner")
            ada, eve = await staff(harness, IMPERSONATE_AND_WRITE), harness.people["eve"]
            browser, csrf = await browse(harness, await link_to(harness, panel, "eve", writes="on"))
            assert await harness.events() == ["impersonation.started"]
            for path in (
                "/o/ember/dashboard",
                "/o/ember/feed",
                "/settings/profile",
                "/organisations",
                "/o/ember/members",
                "/o/ember/entries/ent_nothing",
            ):
                page = (await browser.get(path)).text
                assert "Ada is viewing as Eve" in page, path
                assert 'action="/impersonation/end"' in page, path
            made = await browser.post(
                "/api/v2/entries",
                json={"organisation": harness.organisations["ember"], "title": "Written by staff"},
                headers={"X-CSRF-Token": csrf},
            )
            assert made.status_code == 201
            rows = await harness.sql("SELECT kind, actor_id, impersonator_id FROM events ORDER BY number")
            assert [tuple(row) for row in rows] == [
                ("impersonation.started", ada.id, None),
                ("entries.posted", eve.id, ada.id),
            ]
            await harness.follow()
            audit = await harness.sql("SELECT action, actor_id, impersonator_id FROM audit_log ORDER BY number")
            assert [tuple(row) for row in audit] == [tuple(row) for row in rows]
            assert await harness.work() == ["accounts.send_security_notice"]
            notice = harness.mails(eve.email)[0].text
            assert f"Ada is viewing Phoenix as you until 12:30 (UTC). Reason: “{WHY}”." in notice
            assert "If this wasn't you" not in notice
            assert WHY in (await harness.get("/settings/security", by="eve")).text

    asyncio.run(run())


def test_the_link_works_once_within_a_minute_and_opening_it_does_not_use_it_up(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve")
            await staff(harness)
            path = await link_to(harness, panel, "eve")
            for _scanner in range(3):
                assert (await harness.new_client().get(path)).status_code == 200
            browser, _csrf = await browse(harness, path)
            assert "Ada is viewing as Eve" in (await browser.get("/organisations")).text
            again = harness.new_client()
            sent = await again.post(
                "/impersonation", data={"csrf": csrf_of((await again.get(path)).text), "token": path.partition("token=")[2]}
            )
            assert (sent.status_code, "already been used" in sent.text) == (422, True)
            late = await link_to(harness, panel, "eve")
            harness.clock.advance(seconds=59)
            assert (await harness.new_client().get(late)).status_code == 200
            harness.clock.advance(seconds=1)
            assert (await harness.new_client().get(late)).status_code == 422
            assert (await harness.new_client().get("/impersonation?token=forged")).status_code == 422

    asyncio.run(run())


def test_two_people_who_open_the_link_at_once_get_one_session(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve")
            await staff(harness)
            path = await link_to(harness, panel, "eve")

            async def press() -> int:
                browser = harness.new_client()
                page = await browser.get(path)
                sent = {"csrf": csrf_of(page.text), "token": path.partition("token=")[2]}
                return (await browser.post("/impersonation", data=sent)).status_code

            assert sorted(await asyncio.gather(*(press() for _ in range(4)))) == [303, 422, 422, 422]

    asyncio.run(run())


@pytest.mark.parametrize("minutes", [5, 15, 30])
def test_impersonation_ends_to_the_second(harness: Harness, minutes: int) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve")
            await staff(harness)
            browser, _csrf = await browse(harness, await link_to(harness, panel, "eve", minutes=str(minutes)))
            harness.clock.advance(seconds=minutes * 60 - 1)
            assert (await browser.get("/organisations")).status_code == 200
            assert (await browser.get("/api/v2/me")).status_code == 200
            harness.clock.advance(seconds=1)
            assert (await browser.get("/organisations")).status_code == 303
            assert (await browser.get("/api/v2/me")).status_code == 401

    asyncio.run(run())


def test_ending_impersonation_leaves_nobody_signed_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve")
            ada = await staff(harness)
            panel_url = harness.runtime.settings.admin.origin
            for way_out in ("/impersonation/end", "/sign-out"):
                browser, csrf = await browse(harness, await link_to(harness, panel, "eve"))
                await harness.events()
                ended = await browser.post(way_out, data={"csrf": csrf})
                if way_out == "/sign-out":
                    assert (ended.status_code, ended.headers["location"]) == (303, "/sign-in")
                else:
                    assert (ended.status_code, ended.headers["location"]) == (303, "/impersonation/ended")
                    ended = await browser.get("/impersonation/ended")
                    assert f'href="{panel_url}"' in ended.text
                    assert "impersonation__text" not in ended.text
                assert (await browser.get("/organisations")).status_code == 303
                assert await harness.events() == ["sessions.impersonation_ended"]
                row = (await harness.sql("SELECT actor_id, impersonator_id, data FROM events ORDER BY number DESC LIMIT 1"))[0]
                assert (row["actor_id"], row["impersonator_id"]) == (harness.people["eve"].id, ada.id)
                assert row["data"]["staff"] == ada.id
            refused = await harness.client.post(
                "/impersonation/end",
                data={"csrf": token_for(harness.runtime, harness.people["eve"].id)},
                headers={"Authorization": f"Bearer {harness.people['eve'].token}"},
            )
            assert refused.status_code == 409

    asyncio.run(run())


ENDINGS = [
    "locked",
    "permission taken",
    "signed out everywhere",
    "began another",
    "the person ends it",
    "the person is locked",
    "became staff",
]


@pytest.mark.parametrize("how", ENDINGS)
def test_impersonation_ends_when_its_permission_ends(harness: Harness, how: str) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve, _bo = await harness.person("eve"), await harness.person("bo")
            ada, _root = await staff(harness), await harness.person("root", permissions=(ADMINISTRATOR,))
            browser, _csrf = await browse(harness, await link_to(harness, panel, "eve"))
            assert (await browser.get("/organisations")).status_code == 200
            await harness.events()
            me = f"/staff/people/{ada.id}"
            if how == "locked":
                await panel.post(f"{me}/lock", by="root", reason="Left the company today")
            elif how == "permission taken":
                await panel.post(f"{me}/permissions/take", by="root", permission=IMPERSONATE)
            elif how == "signed out everywhere":
                assert (await harness.delete("/api/v2/sessions", by="ada")).status_code == 204
            elif how == "began another":
                await link_to(harness, panel, "bo")
            elif how == "the person ends it":
                sessions = (await harness.get("/api/v2/sessions", by="eve")).json()["items"]
                other = next(session["id"] for session in sessions if session["id"] != eve.session)
                assert (await harness.delete(f"/api/v2/sessions/{other}", by="eve")).status_code == 204
            elif how == "the person is locked":
                await panel.post(f"/staff/people/{eve.id}/lock", by="root", reason="A stolen card, case 88")
            else:
                await panel.post(f"/staff/people/{eve.id}/permissions/grant", by="root", permission="platform.jobs")
            assert (await browser.get("/organisations")).status_code == 303
            assert "sessions.impersonation_ended" in await harness.events()

    asyncio.run(run())


def test_the_operator_can_shorten_impersonation(harness: Harness) -> None:
    async def run() -> None:
        harness.variables["PHOENIX_IMPERSONATION"] = "600"
        async with harness, Panel(harness) as panel:
            await harness.person("eve")
            await staff(harness)
            path = f"/staff/people/{harness.people['eve'].id}/impersonation"
            assert 'value="15"' not in (await panel.get(path, by="ada")).text
            assert (await panel.post(path, by="ada", reason=WHY, minutes="15")).status_code == 422
            assert (await panel.post(path, by="ada", reason=WHY, minutes="5")).status_code == 303

    asyncio.run(run())
