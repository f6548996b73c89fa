"""A page that is open gets nothing that someone else sees who has signed in since in the same browser: over all pages and fragments."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from tests.harness import Harness
from tests.kernel.test_forms_keep_what_was_typed import signed_in

from phoenix.composition import REGISTRY
from phoenix.kernel.web.rules import PUBLIC

WEB = Path(__file__).parents[2] / "web"
PAGES = sorted(
    re.sub(r"{\w+:\w+}", lambda name: "ember" if "slug" in name[0] else "x", min(route.paths))
    for module in REGISTRY.modules
    for route in module.routes
    if "GET" in route.http_methods and "shows" in route.opt and route.opt["rule"].may != PUBLIC and "public" in route.opt["rule"].listeners
)


@pytest.mark.parametrize("fragment", [False, True])
def test_what_a_page_fetches_is_its_readers_or_nobodys(harness: Harness, *, fragment: bool) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ada, bo = await harness.person("ada", password=True), await harness.person("bo", password=True)
            await harness.organisation("ember", ada="owner", bo="viewer")
            await signed_in(harness, browser, "ada")
            asked = {"HX-Request": "true"} if fragment else {}
            for path in PAGES:
                answer = await browser.get(path, headers={**asked, "X-Reader": bo.id})
                assert answer.status_code == (401 if fragment else 303), path
                assert fragment or answer.headers["location"].startswith("/sign-in?next="), path
            assert (await browser.get("/o/ember/members", headers={**asked, "X-Reader": ada.id})).status_code == 200
            assert (await browser.get("/o/ember/members", headers=asked)).status_code == 200, "of a release before, or a browser itself"

    asyncio.run(run())


ASKERS: dict[str, dict[str, str]] = {
    "a page of someone else": {"X-Reader": "{bo}"},
    "their own page": {"X-Reader": "{ada}"},
    "an empty bearer token": {"Authorization": "Bearer "},
    "a wrong bearer token": {"Authorization": "Bearer " + 40 * "x"},
    "another scheme": {"Authorization": "Basic eA=="},
    "nothing more": {},
}


@pytest.mark.parametrize("asker", ASKERS)
def test_a_hot_read_answers_whoever_asks_as_a_cold_one_does(harness: Harness, asker: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ada, bo = await harness.person("ada", password=True), await harness.person("bo", password=True)
            ember = await harness.organisation("ember", ada="owner", bo="viewer")
            await signed_in(harness, browser, "ada")
            headers = {name: value.format(ada=ada.id, bo=bo.id) for name, value in ASKERS[asker].items()}
            paths = [(read.path, {"organisation": ember}) for module in REGISTRY.modules for read in module.hot]
            for path, asked in paths:
                cold = await browser.get(path, params=asked, headers=headers)
                for _warm in range(3):
                    assert (await browser.get(path, params=asked)).status_code == 200, path
                hot = await browser.get(path, params=asked, headers=headers)
                assert (hot.status_code, hot.content if hot.status_code == 200 else b"") == (
                    cold.status_code,
                    cold.content if cold.status_code == 200 else b"",
                ), path

    asyncio.run(run())


def test_whatever_a_script_fetches_for_a_page_says_whose_it_is() -> None:
    """`fetchLive` and htmx do. Other requests of scripts change something, with the token of the page, or show nothing of anyone."""
    fetching = {path.name for path in WEB.rglob("*.ts") if re.search(r"\bfetch\(", path.read_text(encoding="utf-8"))}
    assert fetching == {"live-fetch.ts", "forms.ts", "passkeys.ts", "passwords.ts", "push.ts", "reads.ts", "zones.ts"}
    assert "readerHere()" in (WEB / "parts/live-fetch.ts").read_text(encoding="utf-8")
    assert "readerHere()" in (WEB / "parts/pages.ts").read_text(encoding="utf-8")
