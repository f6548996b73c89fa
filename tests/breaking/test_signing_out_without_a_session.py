"""Whatever ends a session is done where it has ended already: nobody is asked to sign in for it, and nothing is kept for them."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from tests.harness import Harness
from tests.kernel.test_forms_keep_what_was_typed import field, signed_in
from tests.modules.admin.panel import Panel

from phoenix.composition import REGISTRY

FORMS = {
    min(route.paths): (route.opt["rule"], inspect.getsource(route.opt["shows"]))
    for module in REGISTRY.modules
    for route in module.routes
    if "POST" in route.http_methods and "shows" in route.opt
}
ENDING = {path: rule for path, (rule, _source) in FORMS.items() if rule.without_session}


def test_every_form_that_ends_the_session_of_its_sender_says_where_it_leads_without_one() -> None:
    removes_the_cookie = {path for path, (_rule, source) in FORMS.items() if 'our_cookie(call.runtime, COOKIE, "", seconds=0)' in source}
    assert removes_the_cookie == set(ENDING) == {"/sign-out", "/impersonation/end"}


@pytest.mark.parametrize("path", sorted(ENDING))
@pytest.mark.parametrize("ended", ["elsewhere", "long ago"])
def test_it_is_done_in_a_session_that_has_ended(harness: Harness, path: str, ended: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            await signed_in(harness, browser)
            csrf = field((await browser.get("/settings/profile")).text, "csrf")
            assert (await harness.delete("/api/v2/sessions", by="ada")).status_code == 204
            if ended == "long ago":
                harness.clock.advance(days=8)
            answer = await browser.post(path, data={"csrf": csrf})
            assert (answer.status_code, answer.headers["location"]) == (303, ENDING[path].without_session)
            assert "phoenix_session" not in browser.cookies
            assert await harness.sql("SELECT 1 FROM kept_forms") == []
            shown = await browser.get("/sign-in")
            assert "You've signed out." in shown.text.replace("&#39;", "'")
            assert "Your form hasn't been sent yet" not in shown.text

    asyncio.run(run())


def test_it_is_done_in_the_panel(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve", permissions=("platform.admin",), password=True)
            assert (await panel.get("/staff/people", by="eve")).status_code == 200
            await harness.sql("UPDATE sessions SET ended_at = now(), end_reason = 'signed_out'")
            harness.clock.advance(days=2)
            answer = await panel.post("/sign-out", by="eve")
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")

    asyncio.run(run())
