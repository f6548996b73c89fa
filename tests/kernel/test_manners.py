"""What HTTP expects of every route, whoever wrote it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from tests.breaking.test_junk import ROUTES
from tests.harness import PASSWORD, Harness

from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.session_reader import COOKIE

ROOT = Path(__file__).parents[2]
# Readable by anyone who is signed in, so that one person can read all of them.
GETS = [path for method, path, route in ROUTES if method == "GET" and "public" in route.opt["rule"].listeners and "{" not in path]
ADDRESSES = [
    *GETS,
    "/api/v2/organisations/{ember}",
    "/api/v2/organisations/{ember}/members",
    "/api/v2/entries?organisation={ember}",
    "/api/v2/feed?organisation={ember}",
    "/o/ember/entries",
    "/o/ember/members",
]


def test_head_answers_wherever_get_does(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            for address in ADDRESSES:
                path = address.replace("{ember}", ember)
                got, head = await harness.get(path, by="ada"), await harness.request("HEAD", path, by="ada")
                assert (head.status_code, head.content) == (got.status_code, b""), path
                for name in ("content-type", "location", "etag", "cache-control"):
                    assert head.headers.get(name) == got.headers.get(name), path
            assert (await harness.request("HEAD", "/api/v2/sessions", by="nobody" if "nobody" in harness.people else None)).status_code in {
                401,
                405,
            }

    asyncio.run(run())


def test_every_answer_of_the_api_has_a_tag_and_is_sent_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            tagged = 0
            for address in ADDRESSES:
                path = address.replace("{ember}", ember)
                got = await harness.get(path, by="ada")
                if not path.startswith("/api/v2") or got.status_code != 200:
                    continue
                tagged += 1
                strong = got.headers["etag"].removeprefix("W/")
                for wanted in (strong, f'"x", W/{strong}', "*"):
                    again = await harness.get(path, by="ada", headers={"If-None-Match": wanted})
                    assert (again.status_code, again.content) == (304, b""), path
                    assert again.headers["etag"] == (f"W/{strong}" if "W/" in wanted else strong), path
                assert (await harness.get(path, by="ada", headers={"If-None-Match": '"1"'})).status_code == 200, path
                other = await harness.get(path, by="bo")
                assert (other.content == got.content) or other.headers.get("etag") != got.headers["etag"], path
            assert tagged > 10

    asyncio.run(run())


def test_an_unknown_page_keeps_the_frame_of_its_reader(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            cookie = {"Cookie": f"{COOKIE}={harness.people['ada'].token}"}
            for path in ("/nowhere", "/o/ember/nowhere", "/settings/nowhere/at/all", "/o/other/entries"):
                shown = await harness.get(path, headers=cookie)
                assert (shown.status_code, "/sign-out" in shown.text, 'class="sidebar"' in shown.text) == (404, True, True), path
                stranger = await harness.get("/nowhere")
                assert (stranger.status_code, "/sign-out" in stranger.text) == (404, False)
            assert (await harness.get("/api/v2/nowhere", headers=cookie)).json()["code"] == "not_found"

    asyncio.run(run())


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_every_cookie_is_bound_to_the_host_over_https_only(harness: Harness, scheme: str) -> None:
    harness.variables["PHOENIX_PUBLIC_URL"] = f"{scheme}://phoenix.test"

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.organisation("ember", ada="owner")
            set_: list[str] = []
            async with harness.new_client() as browser:
                for path in ("/sign-in", "/sign-up", "/forgot-password", "/sign-in/by-email"):
                    set_ += (await browser.get(path)).headers.get_list("set-cookie")
                found = re.search(r'name="csrf" value="([^"]+)"', (await browser.get("/sign-in", headers=cookies(set_))).text)
                assert found
                form = {"email": "ada@example.com", "password": PASSWORD, "csrf": found[1], "remember": "on"}
                set_ += (await browser.post("/sign-in", data=form, headers=cookies(set_))).headers.get_list("set-cookie")
                csrf = token_for(harness.runtime, harness.people["ada"].id)
                mine = {"Authorization": f"Bearer {harness.people['ada'].token}"}
                saved = await browser.post("/settings/profile", data={"name": "Ada", "version": "1", "csrf": csrf}, headers=mine)
                set_ += saved.headers.get_list("set-cookie")
                shown = await browser.get("/settings/profile", headers=mine | cookies(saved.headers.get_list("set-cookie")))
                set_ += shown.headers.get_list("set-cookie")
                assert "Profile saved." in shown.text
            assert len({cookie.partition("=")[0] for cookie in set_}) > 2
            for cookie in set_:
                secure = scheme == "https"
                assert cookie.startswith("__Host-") == secure, cookie
                assert ("; secure" in cookie.lower()) == secure, cookie
                assert "httponly" in cookie.lower()
                assert "samesite=lax" in cookie.lower()
                assert "domain=" not in cookie.lower()

    asyncio.run(run())


def cookies(set_: list[str]) -> dict[str, str]:
    return {"Cookie": "; ".join(cookie.partition(";")[0] for cookie in set_)}
