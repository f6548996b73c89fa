"""A session is for one listener: the panel takes only sessions begun there, the public pages and the API none of those."""

from __future__ import annotations

import asyncio

import pytest
from tests.factors import Factors, bearer
from tests.harness import PASSWORD, Harness
from tests.kernel.ringing import RefusedError, connected
from tests.modules.admin.panel import Panel
from tests.modules.admin.test_s7_admin_listener import STAFF, filled
from tests.oidc.running import csrf_of
from tests.sockets import live

from phoenix.composition import REGISTRY
from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.rules import PUBLIC, Rule

SIGNED_IN_GETS = sorted(
    min(route.paths)
    for module in REGISTRY.modules
    for route in module.routes
    if "GET" in route.http_methods and isinstance(rule := route.opt["rule"], Rule) and rule.may != PUBLIC and "public" in rule.listeners
)


def test_the_panel_takes_no_session_token_or_key_of_the_public_listener(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ada = await harness.person("ada", permissions=(ADMINISTRATOR,), password=True)
            eve = await harness.person("eve")
            tokens = (await harness.sign_in("ada")).json()
            key = (await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["entries.read"]})).json()["key"]
            await harness.events()
            given = [bearer(ada.token), bearer(tokens["access_token"]), bearer(key), bearer(tokens["refresh_token"])]
            given += [{"Cookie": f"{name}={ada.token}"} for name in ("phoenix_session_staff", "phoenix_session")]
            for method, path, _rule in STAFF:
                target = filled(path, **{"account_id:str": eve.id, "organisation_id:str": "org_x"})
                for headers in given:
                    if method == "GET":
                        answer = await panel.client().get(target, headers=headers)
                        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), target
                    else:
                        data = {"csrf": token_for(harness.runtime, ada.id), "reason": "long enough a reason"}
                        answer = await panel.client().post(target, headers=headers, data=data)
                        # After so many of nobody's forms their bodies are read no more, and the page says to sign in.
                        led = answer.headers.get("location", "/sign-in")
                        assert (answer.status_code in {303, 401}, led.partition("?")[0]) == (True, "/sign-in"), target
            assert await harness.events() == []

    asyncio.run(run())


def test_public_pages_and_the_api_take_no_session_of_the_panel(harness: Harness) -> None:
    assert len(SIGNED_IN_GETS) > 40

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ember = await harness.organisation("ember", ada="owner")
            headers = await panel.headers("ada")
            token = headers["Authorization"].removeprefix("Bearer ")
            for path in SIGNED_IN_GETS:
                target = path.replace("{organisation:str}", ember).replace("{slug:str}", "ember")
                for given in (headers, {"Cookie": f"phoenix_session={token}"}):
                    answer = await harness.get(target, headers=given)
                    assert answer.status_code in {303, 401}, target
                    assert answer.headers.get("location", "/sign-in").startswith("/sign-in"), target
            assert (await panel.client().get("/", headers=headers)).status_code == 403, "but the panel knows it"

    asyncio.run(run())


def test_a_socket_takes_no_session_of_the_panel(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", ada="owner")
            token = (await panel.session("ada")).token
            async with live(harness) as here:
                with pytest.raises(RefusedError):
                    async with connected(here.url, token):
                        pass
                async with connected(here.url, harness.people["ada"].token):
                    pass

    asyncio.run(run())


def test_signing_in_on_the_panel_takes_both_factors_and_shows_in_the_list_of_devices(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            app = await Factors.of(harness, "ada")
            await harness.sql("INSERT INTO user_permissions VALUES ($1, $2, NULL, now())", harness.people["ada"].id, ADMINISTRATOR)
            browser = panel.client()
            csrf = csrf_of((await browser.get("/sign-in")).text)
            sent = await browser.post("/sign-in", data={"csrf": csrf, "email": app.email, "password": PASSWORD, "next": "/staff/people"})
            assert sent.headers["location"].startswith("/sign-in/second-step")
            assert (await browser.get("/staff/people")).headers["location"].startswith("/sign-in")
            second = csrf_of((await browser.get(sent.headers["location"])).text)
            done = await browser.post(
                "/sign-in/second-step", data={"csrf": second, "method": "totp", "code": app.now(), "next": "/staff/people"}
            )
            assert (done.status_code, done.headers["location"]) == (303, "/staff/people")
            assert (await browser.get("/staff/people")).status_code == 200
            listed = (await harness.get("/api/v2/sessions", by="ada")).json()["items"]
            assert [item["audience"] for item in listed].count("admin") == 1
            assert "Admin panel</span>" in (await harness.get("/settings/sessions", by="ada")).text

    asyncio.run(run())


def test_a_session_begun_with_one_factor_ends_in_the_panel_once_there_are_two(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            person = await harness.person("ada", permissions=(ADMINISTRATOR,), password=True)
            browser = panel.client()
            csrf = csrf_of((await browser.get("/sign-in")).text)
            sent = await browser.post("/sign-in", data={"csrf": csrf, "email": person.email, "password": PASSWORD, "next": "/staff/people"})
            assert sent.status_code == 303
            assert (await browser.get("/staff/people")).status_code == 200
            app = (await harness.post("/api/v2/totp", by="ada")).json()["secret"]
            code = Factors(harness, "ada", person.email, "", app, [], "").now()
            assert (await harness.post("/api/v2/totp/confirm", by="ada", json={"code": code})).status_code == 201
            assert (await browser.get("/staff/people")).headers["location"].startswith("/sign-in")
            assert (await harness.get("/api/v2/me", by="ada")).status_code == 200, "the public session goes on"

    asyncio.run(run())
