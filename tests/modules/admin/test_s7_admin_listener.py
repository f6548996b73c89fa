"""S7: the admin panel answers only on its own listener and to its own networks, and each permission opens only its pages."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest
from tests.harness import PASSWORD, Harness
from tests.modules.admin.panel import BIND, Panel

from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.actor import ADMINISTRATOR, NEVER_IMPLIED

STAFF = [
    (min(route.http_methods - {"OPTIONS"}), min(route.paths), route.opt["rule"])
    for module in MODULES
    for route in module.routes
    if route.opt["rule"].listeners == ("admin",) and min(route.paths) != "/"
]
PERMISSIONS = sorted(name for name, permission in REGISTRY.permissions.items() if permission.scope == "platform")
IDS = {
    "session_id:str": "ses_x",
    "key_id:str": "jwk_x",
    "job_id:int": "1",
    "module:str": "sign_in",
    "name:str": "verify",
    "locale:str": "en",
}
_TEXTS = "/staff/emails/{module:str}/{name:str}/texts/{locale:str}"
# What they read, or send to their own address, changes nothing for anyone.
CHANGES_NOTHING = {"/staff/audit/verify", f"{_TEXTS}/preview", f"{_TEXTS}/test"}


def filled(path: str, **ids: str) -> str:
    for name, value in {**IDS, **ids}.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def test_every_staff_route_declares_its_permission() -> None:
    """Every staff page declares a platform permission, and every action on an account or a key needs a recent authentication."""
    assert len(STAFF) > 25
    for method, path, rule in STAFF:
        assert path.startswith("/staff/")
        assert rule.may in PERMISSIONS, path
        if method == "POST" and path not in CHANGES_NOTHING:
            assert rule.sensitive, path


def test_the_public_listener_does_not_serve_the_panel(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", permissions=(ADMINISTRATOR,))
            for method, path, _rule in STAFF:
                target = filled(path, **{"account_id:str": ada.id, "organisation_id:str": "org_x"})
                answer = await harness.request(method, target, by="ada")
                assert answer.status_code == 404, target
            front = await harness.get("/organisations", by="ada")
            assert "/staff/" not in front.text

    asyncio.run(run())


def test_the_panel_answers_only_its_networks_and_its_host_name(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            bearer = await panel.headers("ada")
            assert (await panel.client().get("/staff/people", headers=bearer)).status_code == 200
            for client in (panel.client(address="203.0.113.7"), panel.client(url="http://rebound.example"), panel.client(address="")):
                for path in ("/staff/people", "/sign-in", "/readyz", "/api/v2/me", "/static/manifest.json"):
                    answer = await client.get(path, headers={**bearer, "X-Forwarded-For": "127.0.0.1"})
                    assert answer.status_code == 403, path
                    assert "Phoenix" not in answer.text

    asyncio.run(run())


def test_the_panel_serves_neither_the_api_nor_the_public_pages(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", ada="owner")
            for path in ("/api/v2/me", "/api/docs", "/o/ember/dashboard", "/settings/profile", "/sign-up", "/impersonation", "/mailbox"):
                assert (await panel.get(path, by="ada")).status_code == 404, path

    asyncio.run(run())


def test_anonymous_users_are_sent_to_sign_in_and_people_without_permission_are_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", eve="owner")
            eve = harness.people["eve"]
            for method, path, _rule in STAFF:
                target = filled(path, **{"account_id:str": eve.id, "organisation_id:str": harness.organisations["ember"]})
                if method == "GET":
                    stranger = await panel.get(target)
                    assert (stranger.status_code, stranger.headers["location"].partition("?")[0]) == (303, "/sign-in")
                    assert (await panel.get(target, by="eve")).status_code == 403
                else:
                    assert (await panel.client().post(target)).status_code == 401
                    assert (await panel.post(target, by="eve")).status_code == 403
            front = await panel.get("/", by="eve")
            assert front.status_code == 403
            assert "Sign out" in front.text
            assert await harness.events() == []

    asyncio.run(run())


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_each_permission_gives_access_to_its_own_pages_only(harness: Harness, permission: str) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", eve="owner")
            await harness.person("ada", permissions=(permission,))
            implied = set(PERMISSIONS) - NEVER_IMPLIED if permission == ADMINISTRATOR else {permission}
            for method, path, rule in STAFF:
                ids = {"account_id:str": harness.people["eve"].id, "organisation_id:str": harness.organisations["ember"]}
                target = filled(path, **ids)
                answer = await (panel.get(target, by="ada") if method == "GET" else panel.post(target, by="ada"))
                if rule.may in implied:
                    assert answer.status_code in ({200} if method == "GET" else {200, 303, 404, 409, 412, 422}), f"{method} {target}"
                else:
                    assert answer.status_code == 403, f"{method} {target}"

    asyncio.run(run())


def test_actions_require_a_recent_authentication(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve = await harness.person("eve")
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            await panel.session("ada")
            harness.clock.advance(seconds=15 * 60 + 5 * 60)
            asked = await panel.post(f"/staff/people/{eve.id}/lock", by="ada", reason="long enough a reason")
            back = f"/staff/people/{eve.id}?kept="
            assert (asked.status_code, asked.headers["location"].startswith(f"/confirm?next={quote(back, safe='')}")) == (303, True)
            assert await harness.events() == []
            assert (await panel.get("/confirm?next=/staff/people", by="ada")).status_code == 200

    asyncio.run(run())


def test_signing_in_leads_to_the_first_page_and_sets_a_separate_cookie(harness: Harness) -> None:
    """Browsers share cookies between ports: a cookie of the public listener must not sign staff out of the panel."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ada = await harness.person("ada", permissions=("platform.jobs",))
            hashed = await harness.runtime.passwords.hash(PASSWORD)
            await harness.sql("UPDATE accounts SET password_hash = $2 WHERE id = $1", ada.id, hashed)
            browser = panel.client()
            page = await browser.get("/sign-in")
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            sent = await browser.post("/sign-in", data={"csrf": csrf, "email": ada.email, "password": PASSWORD, "next": "/"})
            assert (sent.status_code, sent.headers["location"]) == (303, "/")
            assert "phoenix_session_staff" in browser.cookies
            assert "phoenix_session" not in browser.cookies
            front = await browser.get("/", follow_redirects=True)
            assert str(front.url) == f"http://{BIND}/staff/jobs"
            assert "/staff/people" not in front.text
            assert "Test</span>" in front.text

    asyncio.run(run())
