"""A3: people who must have a second factor can do nothing else before they have one (ASVS 5.0, 6.3.3)."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pyotp
import pytest
from tests.asvs.browsing import press, sign_in
from tests.factors import bearer
from tests.harness import PASSWORD, Harness, Place
from tests.modules.admin.panel import Panel
from tests.oidc.running import csrf_of
from tests.sockets import Socket, live
from tests.strict import STRICT

from phoenix.composition import MODULES
from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.web.rules import PUBLIC
from phoenix.settings import SettingsError, read_settings

EVERYONE = {"PHOENIX_SECOND_FACTOR_FOR": "everybody"}
STAFF = {"PHOENIX_SECOND_FACTOR_FOR": "staff"}
# The routes needed to set one up, and to sign out.
OPEN = {
    "GET /api/v2/me",
    "GET /api/v2/security",
    "POST /api/v2/totp",
    "POST /api/v2/totp/confirm",
    "POST /api/v2/passkeys",
    "POST /api/v2/passkeys/options",
    "POST /api/v2/sessions/current/reauthenticate",
    "POST /api/v2/sessions/current/reauthenticate_code",
    "POST /api/v2/sessions/current/reauthenticate_options",
    "DELETE /api/v2/sessions/current",
    "GET /first-administrator/welcome",
    "GET /confirm",
    "POST /confirm",
    "POST /confirm/mail",
    "GET /settings/security",
    "POST /settings/passkeys",
    "GET /settings/totp",
    "POST /settings/totp",
    "POST /settings/totp/begin",
    "POST /sign-out",
}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "nobody"),
        ({"PHOENIX_SECOND_FACTOR_FOR": "everybody"}, "everybody"),
        ({"PHOENIX_ENVIRONMENT": "production"}, "staff"),
        ({"PHOENIX_ENVIRONMENT": "production", "PHOENIX_SECOND_FACTOR_FOR": "nobody"}, "nobody"),
    ],
)
def test_staff_need_a_second_factor_in_production_unless_configured_otherwise(variables: dict[str, str], expected: str) -> None:
    assert read_settings({**STRICT, **variables}).second_factor_for == expected


def test_an_unknown_value_of_the_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match="PHOENIX_SECOND_FACTOR_FOR must be nobody, staff or everybody"):
        read_settings({"PHOENIX_SECOND_FACTOR_FOR": "administrators"})


def test_only_these_routes_work_before_a_second_factor_is_set_up() -> None:
    found = set()
    for module in MODULES:
        for route in module.routes:
            if route.opt["rule"].before_second_factor and route.opt["rule"].may != PUBLIC:
                methods = {str(method) for method in route.http_methods} - {"HEAD", "OPTIONS"}
                found |= {f"{method} {path}" for method in methods for path in route.paths}
    assert found == OPEN


def test_everyone_must_set_up_a_second_factor_before_anything_else(place: Place) -> None:
    harness = Harness(place, EVERYONE)

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            ember = await harness.organisation("ember", ada="owner")
            closed = ("/api/v2/organisations", f"/api/v2/feed?organisation={ember}", f"/api/v2/dashboard?organisation={ember}")
            for path in closed:
                refused = await harness.get(path, by="ada")
                assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_owed"), path
                assert refused.json()["detail"] == "Set up two-step verification to continue."
            for path in ("/api/v2/me", "/api/v2/security"):
                assert (await harness.get(path, by="ada")).status_code == 200, path
            await harness.events()
            refused = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})
            assert refused.status_code == 403
            assert await harness.events() == []
            secret = (await harness.post("/api/v2/totp", by="ada")).json()["secret"]
            code = pyotp.TOTP(secret).at(harness.clock.now())
            assert (await harness.post("/api/v2/totp/confirm", by="ada", json={"code": code})).status_code == 201
            for path in closed:
                assert (await harness.get(path, by="ada")).status_code == 200, path
            # The same for cached responses once the last factor is removed.
            assert (await harness.delete("/api/v2/totp", by="ada")).status_code == 204
            for path in closed:
                assert (await harness.get(path, by="ada")).status_code == 403, path

    asyncio.run(run())


def test_pages_redirect_to_setting_up_a_second_factor_and_back(place: Place) -> None:
    harness = Harness(place, EVERYONE)

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            await harness.organisation("ember", ada="owner")
            await sign_in(browser, "ada@example.com", PASSWORD)
            for path in ("/o/ember/feed", "/organisations", "/settings/profile"):
                led = await browser.get(path)
                assert (led.status_code, led.headers["location"]) == (303, f"/settings/security?next={quote(path, safe='')}"), path
            page = await browser.get("/settings/security")
            assert "Two-step verification" in page.text
            assert "/settings/profile" not in page.text, "no link leads back to this page"
            assert (await press(browser, "/settings/security", "/settings/totp/begin")).headers["location"] == "/settings/totp"
            shown = await browser.get("/settings/totp")
            secret = shown.text.partition("secret=")[2].partition("&")[0] or _typed(shown.text)
            codes = await press(browser, "/settings/totp", code=pyotp.TOTP(secret).at(harness.clock.now()))
            assert (codes.status_code, codes.headers["location"]) == (303, "/settings/backup-codes")
            codes = await browser.get("/settings/backup-codes")
            assert '<a class="button button--primary" href="/">' in codes.text
            # Loaded again, the page still shows the codes; the form is answered only once.
            assert (await browser.get("/settings/backup-codes")).text.count("<li>") == codes.text.count("<li>")
            again = await browser.post("/settings/totp", data={"csrf": csrf_of(shown.text), "code": "000000"})
            assert (again.status_code, again.headers["location"]) == (303, "/settings/security")
            assert "Account protection" in (await browser.get("/settings/security")).text
            assert (await browser.get("/o/ember/feed")).status_code == 200

    asyncio.run(run())


def test_only_staff_need_a_second_factor_if_configured_so(place: Place) -> None:
    harness = Harness(place, STAFF)

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            await harness.person("bo")
            assert (await harness.get("/api/v2/organisations", by="bo")).status_code == 200
            assert (await harness.get("/api/v2/organisations", by="ada")).status_code == 403
            refused = await panel.get("/staff/people", by="ada")
            assert refused.status_code == 403
            assert 'href="http://phoenix.test/settings/security"' in refused.text
            await _turn_on(harness, "ada")
            assert (await panel.get("/staff/people", by="ada")).status_code == 200

    asyncio.run(run())


def test_an_api_key_needs_no_second_factor(place: Place) -> None:
    """The key was created by someone with a second factor; its scopes limit what it can do."""
    harness = Harness(place, EVERYONE)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await _turn_on(harness, "ada")
            made = await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["entries.read"]})
            path = f"/api/v2/entries?organisation={ember}"
            assert (await harness.get(path, headers=bearer(made.json()["key"]))).status_code == 200

    asyncio.run(run())


def test_no_socket_opens_before_the_second_factor_is_set_up(place: Place) -> None:
    harness = Harness(place, EVERYONE)

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            async with live(harness) as here, Socket(here) as socket:
                assert "not_logged_in" in await socket.sign_in(harness.people["ada"].token)
                assert not here.sockets.open

    asyncio.run(run())


def test_an_open_socket_closes_when_the_last_second_factor_is_removed(place: Place) -> None:
    harness = Harness(place, EVERYONE)

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            await _turn_on(harness, "ada")
            async with live(harness) as here, Socket(here) as socket:
                assert "sid" in await socket.sign_in(ada.token)
                await here.sockets.check(here.only)
                assert (await harness.delete("/api/v2/totp", by="ada")).status_code == 204
                await socket.ended()
                assert '42["session_ended",{"reason":"second_factor_owed"}]' in socket.texts
                assert not here.sockets.open

    asyncio.run(run())


async def _turn_on(harness: Harness, name: str) -> None:
    secret = (await harness.post("/api/v2/totp", by=name)).json()["secret"]
    code = pyotp.TOTP(secret).at(harness.clock.now())
    assert (await harness.post("/api/v2/totp/confirm", by=name, json={"code": code})).status_code == 201


def _typed(page: str) -> str:
    """The secret as the page shows it for manual entry."""
    return "".join(page.partition("<code")[2].partition(">")[2].partition("</code>")[0].split())
