"""The address of a form, opened as a page, leads to the page of the form: after Reload, from the history, or typed."""

from __future__ import annotations

import asyncio
import re

from tests.harness import Harness

from phoenix.composition import MODULES

# The front page leads on from where there is no page above.
FRONT = {"/sign-out"}


def form_only() -> list[str]:
    routes = [route for module in MODULES for route in module.routes if "shows" in route.opt and "public" in route.opt["rule"].listeners]
    pages = {path for route in routes if "GET" in route.http_methods for path in route.paths}
    return sorted({path for route in routes if "POST" in route.http_methods for path in route.paths} - pages)


def test_every_address_of_a_form_leads_to_a_page(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("ember", ada="owner")
            browser.cookies.set("phoenix_session", harness.people["ada"].token)
            paths = form_only()
            assert len(paths) > 20
            for path in paths:
                address = re.sub(r"{\w+:\w+}", "none", path.replace("{slug:str}", "ember"))
                answer = await browser.get(address)
                assert answer.status_code == 303, (path, answer.status_code)
                target = answer.headers["location"]
                assert (target == "/") == (path in FRONT), (path, target)
                for _redirect in range(3):
                    shown = await browser.get(target)
                    if shown.status_code != 303:
                        break
                    target = shown.headers["location"]
                # A page about something that is not there is not found, and one without its token is refused.
                assert shown.status_code in {200, 404, 422}, (path, target, shown.status_code)

    asyncio.run(run())


def test_a_form_leads_to_the_page_it_is_on(harness: Harness) -> None:
    leads = {
        "/sign-in/passkey": "/sign-in",
        "/verify/resend": "/verify",
        "/confirm/mail": "/confirm",
        "/o/ember/members/invite": "/o/ember/members",
        "/o/a%20b/members/acc_1/remove": "/o/a%20b/members",
        "/o/a%20b/invitations/inv_1/resend": "/o/a%20b/members",
        "/settings/passkeys": "/settings/security",
    }

    async def run() -> None:
        async with harness:
            for path, page in leads.items():
                answer = await harness.get(path)
                assert (answer.status_code, answer.headers.get("location")) == (303, page), path
            for path in ("/api/v2/sessions/passkey", "/o/ember/members/invite"):
                answer = await harness.request("DELETE", path)
                assert answer.status_code == 405, path

    asyncio.run(run())


def test_sign_in_on_an_error_page_keeps_where_one_was(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("ember", ada="owner")
            headers = {"Referer": "http://phoenix.test/o/ember/feed?kind=people", "HX-Request": "true"}
            gone = await browser.get("/o/ember/feed?kind=people", headers=headers)
            assert gone.status_code == 401
            assert 'href="/sign-in?next=%2Fo%2Fember%2Ffeed%3Fkind%3Dpeople"' in gone.text
            sent = await browser.post("/help/checklist", headers={"Referer": "http://phoenix.test/help?a=b"})
            assert (sent.status_code, 'href="/sign-in?next=%2Fhelp%3Fa%3Db"' in sent.text) == (401, True)
            elsewhere = await browser.post("/help/checklist", headers={"Referer": "http://elsewhere.test/o/ember/feed"})
            assert (elsewhere.status_code, 'href="/sign-in"' in elsewhere.text) == (401, True)

    asyncio.run(run())
