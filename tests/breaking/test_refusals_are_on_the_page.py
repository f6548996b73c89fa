"""Whatever a form refuses, the page says: beside a field that is there, or above the form. Over every form."""

from __future__ import annotations

import asyncio
import html
import re
from typing import Any

import pytest
from tests.breaking.test_junk import LEFT_OUT, NAMES
from tests.breaking.test_texts_without_end import FORMS
from tests.harness import PASSWORD, Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.errors import FieldError, InvalidInput, PhoenixError
from phoenix.kernel.web import form_routes
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.sign_in.actions.first_administrator import link_token

WRONG = ("", "\u3164", "x" * 99_999, "\u202e", "nothing that is known", "2026-13-45T99:99")


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[tuple[FieldError, str]]:
    """Each refusal of a field, with the page that was shown after it."""
    found: list[tuple[FieldError, str]] = []
    again = form_routes._again

    async def watched(request: Any, admission: Any, retry: Any, form: Any, problem: PhoenixError) -> Any:
        # As if the act refused a field that no page has, besides what it refused.
        hidden = FieldError("of_no_page", "invalid", "A sentence about a field of no page.")
        noted = InvalidInput(problem.detail, errors=(*problem.errors, hidden))
        answer = await again(request, admission, retry, form, noted)
        if isinstance(answer.content, str) and answer.content:
            found.extend((error, answer.content) for error in noted.errors)
        return answer

    monkeypatch.setattr(form_routes, "_again", watched)
    return found


def title_of(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return found[1] if found else page


def test_every_problem_of_every_form_can_be_read(harness: Harness, refused: list[tuple[FieldError, str]]) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            staff = await harness.person("staff", permissions=("platform.admin",), password=True)
            await harness.organisation("acme", staff="owner")
            token = link_token(harness.runtime)
            bindings = {
                f"phoenix_session={staff.token}": token_for(harness.runtime, staff.id),
                "phoenix_visitor=v": token_for(harness.runtime, "v"),
            }
            for number, (path, route) in enumerate(form for form in FORMS if form[0] not in LEFT_OUT):
                target = path.replace("{slug:str}", "acme").replace("{account_id:str}", staff.id)
                for wrong in WRONG:
                    for cookie, csrf in bindings.items():
                        # Each from a network of its own, so that no limit answers instead.
                        public = harness.new_client(address=f"203.0.{number}.{WRONG.index(wrong)}")
                        client = public if "public" in route.opt["rule"].listeners else panel.client()
                        form = {**dict.fromkeys(NAMES, wrong), "occurred_at": wrong, "token": token, "csrf": csrf}
                        await client.post(target, data=form, headers={"Cookie": cookie})
                        await public.aclose()

    asyncio.run(run())
    assert {error.field for error, _page in refused} > {"email", "password", "name", "title", "code", "role"}
    silent = {
        (title_of(page), error.field)
        for error, page in refused
        if f'id="{error.field}-error"' not in page and html.escape(error.detail, quote=False) not in page.replace("&#39;", "'")
    }
    assert silent == set()


SIGN_UP = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada", "accept_terms": "on"}
ZONES = {"": "UTC", "Etc/GMT+5": "Etc/GMT+5", "Mars/Olympus": "UTC", "Asia/Calcutta": "Asia/Kolkata", "x" * 5000: "UTC", "Etc/UTC": "UTC"}


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone[:20] or "none")
def test_a_sign_up_never_fails_for_a_field_that_is_not_on_its_page(harness: Harness, zone: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            csrf = re.search(r'name="csrf" value="([^"]+)"', (await browser.get("/sign-up")).text)
            assert csrf
            sent = await browser.post("/sign-up", data={**SIGN_UP, "csrf": csrf[1], "time_zone": zone, "locale": "xx"})
            assert (sent.status_code, sent.headers["location"]) == (303, "/verify"), sent.text
            assert "Check your email" in (await browser.get("/verify")).text
            await harness.work()
            rows = await harness.sql("SELECT time_zone FROM sign_ups")
            assert [row["time_zone"] for row in rows] == [ZONES[zone]]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("given", "zone"), [("Etc/UTC", "UTC"), ("Etc/GMT+5", "Etc/GMT+5"), ("EST5EDT", "EST5EDT"), ("GB", "Europe/London")]
)
def test_the_api_takes_every_name_of_a_zone(harness: Harness, given: str, zone: str) -> None:
    async def run() -> None:
        async with harness:
            signed_up = await harness.post("/api/v2/accounts", json={**SIGN_UP, "accept_terms": True, "time_zone": given})
            assert signed_up.status_code == 202, signed_up.text
            ada = await harness.person("bo")
            version = {"Authorization": f"Bearer {ada.token}", "If-Match": '"1"'}
            changed = await harness.client.patch("/api/v2/me", headers=version, json={"time_zone": given})
            assert (changed.status_code, changed.json().get("time_zone")) == (200, zone), changed.text
            unknown = await harness.client.patch("/api/v2/me", headers=version, json={"time_zone": "Mars/Olympus"})
            assert [error["field"] for error in unknown.json()["errors"]] == ["time_zone"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("locale", "nearest"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("en_GB", "en"),
        ("EN-us", "en"),
        ("de", "de"),
        ("de_AT", "de"),
        ("JA-jp", "ja"),
        ("zh-Hant-TW", "en"),
        ("", "en"),
        ("x" * 500, "en"),
        ("en-US-x-private", "en"),
    ],
)
def test_a_language_is_taken_as_the_nearest_there_is(harness: Harness, locale: str, nearest: str) -> None:
    async def run() -> None:
        async with harness:
            signed_up = await harness.post("/api/v2/accounts", json={**SIGN_UP, "accept_terms": True, "locale": locale})
            assert signed_up.status_code == 202, signed_up.text
            ada = await harness.person("bo")
            changed = await harness.client.patch("/api/v2/me", headers={"Authorization": f"Bearer {ada.token}", "If-Match": '"1"'}, json={"locale": locale})  # fmt: skip
            assert (changed.status_code, changed.json().get("locale")) == (200, nearest), changed.text

    asyncio.run(run())
