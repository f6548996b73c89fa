"""Blocker: an impersonator can do only what they requested, and only while it is allowed. (S8)"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from tests.blockers.impersonating import WHY, browse, link_to, staff
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.composition import MODULES
from phoenix.kernel.actor import ADMINISTRATOR, IMPERSONATE_AND_WRITE
from phoenix.kernel.web.rules import PUBLIC


def routes() -> list[tuple[str, str, Any]]:
    return [
        (min(route.http_methods - {"OPTIONS"}), min(route.paths), route.opt["rule"])
        for module in MODULES
        for route in module.routes
        if "public" in route.opt["rule"].listeners and route.opt["rule"].may != PUBLIC
    ]


def test_read_only_impersonation_changes_nothing_on_any_route(harness: Harness) -> None:
    """Every route that changes something is refused, except the two that end it; so is reading what only the person may see."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", eve="owner", bo="member")
            await staff(harness)
            browser, csrf = await browse(harness, await link_to(harness, panel, "eve"))
            await harness.events()
            ids = {"slug": "ember", "organisation_id": harness.organisations["ember"], "account_id": harness.people["bo"].id}
            tried = open_to_them = 0
            for method, template, rule in routes():
                path = re.sub(r"\{(\w+):\w+\}", lambda found: ids.get(found[1], "x_1"), template)
                if rule.impersonator_may:
                    open_to_them += 1
                    continue
                if method == "GET" and not rule.sensitive:
                    continue
                tried += 1
                answer = await browser.request(method, path, headers={"X-CSRF-Token": csrf, "If-Match": "*"})
                assert answer.status_code in {400, 403, 422}, f"{method} {path} {answer.status_code}"
                if answer.status_code != 403:
                    # Refused because the body is missing, before the sender is checked; with a body it is refused because of the sender.
                    assert template.startswith("/api/"), path
            assert tried > 40
            assert open_to_them == 2
            assert await harness.events() == []
            for path, body in (
                ("/api/v2/entries", {"organisation": harness.organisations["ember"], "title": "t"}),
                ("/api/v2/organisations", {"name": "n"}),
                ("/api/v2/me/password", {"password": "p"}),
            ):
                refused = await browser.post(path, json=body, headers={"X-CSRF-Token": csrf})
                assert (refused.status_code, refused.json()["code"]) == (403, "not_while_impersonating"), path
            refused = await browser.patch("/api/v2/me", json={"name": "n"}, headers={"X-CSRF-Token": csrf, "If-Match": "*"})
            assert refused.json()["code"] == "not_while_impersonating"

    asyncio.run(run())


def test_sensitive_actions_are_refused_even_if_changes_are_allowed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", eve="owner", bo="member")
            await staff(harness, IMPERSONATE_AND_WRITE)
            browser, csrf = await browse(harness, await link_to(harness, panel, "eve", writes="on"))
            tried = 0
            for method, template, rule in routes():
                if not rule.sensitive or template.startswith("/api/"):
                    continue
                tried += 1
                path = re.sub(r"\{(\w+):\w+\}", "x_1", template)
                answer = await (browser.get(path) if method == "GET" else browser.post(path, data={"csrf": csrf}))
                assert answer.status_code == 403, f"{method} {path} {answer.status_code}"
            assert tried > 5

    asyncio.run(run())


REFUSED = [
    # The person, the form, and the response.
    ("eve", {"reason": ""}, 422),
    ("eve", {"reason": "too short"}, 422),
    ("eve", {"reason": "x" * 501}, 422),
    ("eve", {"minutes": "31"}, 422),
    ("eve", {"minutes": "0"}, 422),
    ("eve", {"minutes": "-5"}, 422),
    ("eve", {"minutes": "60"}, 422),
    ("eve", {"writes": "on"}, 403),
    ("ada", {}, 409),
    ("root", {}, 403),
    ("helper", {}, 403),
    ("robot", {}, 409),
    ("locked", {}, 409),
    ("erased", {}, 409),
]


@pytest.mark.parametrize(("whom", "sent", "expected"), REFUSED)
def test_an_impersonation_that_is_not_allowed_is_refused(harness: Harness, whom: str, sent: dict[str, str], expected: int) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await staff(harness)
            for name in ("eve", "robot", "locked", "erased"):
                await harness.person(name)
            await harness.person("root", permissions=(ADMINISTRATOR,))
            await harness.person("helper", permissions=("platform.jobs",))
            for name, change in (("robot", "kind = 'service'"), ("locked", "locked_at = now()"), ("erased", "erased_at = now()")):
                await harness.sql(f"UPDATE accounts SET {change} WHERE id = $1", harness.people[name].id)  # noqa: S608
            answer = await panel.post(
                f"/staff/people/{harness.people[whom].id}/impersonation", by="ada", **{"reason": WHY, "minutes": "15", **sent}
            )
            assert answer.status_code == expected
            assert await harness.events() == []
            assert await harness.sql("SELECT 1 FROM sessions WHERE impersonator_id IS NOT NULL") == []

    asyncio.run(run())


def test_making_changes_requires_a_permission_that_administrators_do_not_have_by_default(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve")
            await harness.person("root", permissions=(ADMINISTRATOR,))
            path = f"/staff/people/{harness.people['eve'].id}/impersonation"
            assert 'name="writes"' not in (await panel.get(path, by="root")).text
            assert (await panel.post(path, by="root", reason=WHY, minutes="15", writes="on")).status_code == 403
            assert (await panel.post(path, by="root", reason=WHY, minutes="15")).status_code == 303

    asyncio.run(run())
