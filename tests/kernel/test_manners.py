"""What HTTP expects of every route, whoever wrote it."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from tests.breaking.test_junk import ROUTES
from tests.harness import PASSWORD, Harness

from phoenix.composition import MODULES
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


CHANGES = [
    ("/api/v2/me", {"name": "Ada"}, {"name": "Ada L."}),
    ("/api/v2/organisations/{ember}", {"name": "Ember"}, {"name": "Ash"}),
    ("{entry}", {"title": "One", "body": "Text"}, {"title": "Two"}),
]


@pytest.mark.parametrize(("address", "same", "other"), CHANGES)
def test_a_change_of_nothing_makes_no_version_and_no_event(
    harness: Harness, address: str, same: dict[str, str], other: dict[str, str]
) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            posted = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One", "body": "Text"})
            path = address.replace("{ember}", ember).replace("{entry}", posted.headers["location"])
            before = await harness.get(path, by="ada")
            await harness.events()
            tag = before.headers["etag"]
            same_again = await harness.patch(path, by="ada", json=same, headers={"If-Match": tag})
            assert (same_again.status_code, same_again.content, same_again.headers["etag"]) == (200, before.content, tag)
            assert await harness.events() == []
            assert (await harness.patch(path, by="ada", json=same, headers={"If-Match": '"7"'})).status_code == 412
            version = before.json()["version"]
            changed = await harness.patch(path, by="ada", json=other, headers={"If-Match": f'"x", "{version + 1}", {tag}'})
            assert (changed.status_code, changed.json()["version"]) == (200, version + 1)
            assert len(await harness.events()) == 1
            by_version = await harness.patch(path, by="ada", json=same, headers={"If-Match": f'"{version + 1}"'})
            assert by_version.status_code == 200

    asyncio.run(run())


SAME = {
    "/api/v2/me": {"name": "Ada"},
    "/api/v2/organisations/{organisation_id:str}": {"name": "Ember"},
    "/api/v2/organisations/{organisation_id:str}/members/{account_id:str}": {"role": "member"},
    "/api/v2/entries/{entry_id:str}": {"title": "One"},
    "/api/v2/passkeys/{passkey_id:str}": {"name": "Phone"},
}


def test_no_change_of_nothing_records_an_event(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            posted = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})
            await harness.sql(
                "INSERT INTO passkeys (id, account_id, credential_id, public_key, sign_count, name, backed_up, created_at)"
                " VALUES ('pky_1', $1, 'c', 'k', 0, 'Phone', false, now())",
                harness.people["ada"].id,
            )
            ids = {"organisation_id": ember, "account_id": harness.people["bo"].id, "entry_id": posted.json()["id"], "passkey_id": "pky_1"}
            await harness.events()
            for path in (path for method, path, _route in ROUTES if method == "PATCH"):
                target = re.sub(r"{(\w+):\w+}", lambda found: ids[found[1]], path)
                answer = await harness.patch(target, by="ada", json=SAME[path], headers={"If-Match": "*"})
                assert answer.status_code in {200, 204}, f"{path}: {answer.text}"
            assert await harness.events() == []

    asyncio.run(run())


VERSIONED = [
    ("PATCH", "/api/v2/me", {"name": "Ada L."}),
    ("PATCH", "/api/v2/organisations/{ember}", {"name": "Ash"}),
    ("PATCH", "/api/v2/organisations/{ember}/members/{bo}", {"role": "viewer"}),
    ("PATCH", "{entry}", {"title": "Two"}),
    ("DELETE", "{entry}", None),
]


@pytest.mark.parametrize("tag", ['"abc"', '"1-xyz"', 'W/"nope"', '"x", "y"', '""', "abc", '"٣"'])
def test_an_unknown_tag_matches_nothing(harness: Harness, tag: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            posted = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})
            await harness.events()
            for method, address, body in VERSIONED:
                path = address.format(ember=ember, bo=harness.people["bo"].id, entry=posted.headers["location"])
                given = {} if body is None else {"json": body}
                answer = await harness.request(method, path, by="ada", headers={"If-Match": tag.encode()}, **given)
                assert answer.status_code == 412, path
            assert await harness.events() == []

    asyncio.run(run())


def test_every_route_that_documents_412_is_versioned_here() -> None:
    document = json.loads((ROOT / "api" / "openapi.json").read_text(encoding="utf-8"))
    documented = {
        (method.upper(), re.sub(r"{\w+}", "{}", path))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "412" in operation["responses"]
    }
    here = {(method, re.sub(r"{\w+}", "{}", address.replace("{entry}", "/api/v2/entries/{id}"))) for method, address, _ in VERSIONED}
    assert here == documented


FORMS = [
    ("/settings/profile", {"name": "Ada L."}),
    ("/o/ember/settings", {"name": "Ash"}),
    ("{entry}/edit", {"title": "Two"}),
    ("{entry}/delete", {}),
    ("/o/ember/members/{bo}/role", {"role": "administrator"}),
]


@pytest.mark.parametrize("version", [None, "", "x", "-1", "1.0", "9" * 30])
def test_a_form_without_the_version_it_was_shown_with_overwrites_nothing(harness: Harness, version: str | None) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            posted = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})
            await harness.events()
            csrf = token_for(harness.runtime, harness.people["ada"].id)
            for address, form in FORMS:
                path = address.replace("{entry}", f"/o/ember/entries/{posted.json()['id']}").replace("{bo}", harness.people["bo"].id)
                given = {**form, "csrf": csrf, **({} if version is None else {"version": version})}
                answer = await harness.post(path, by="ada", data=given)
                assert answer.status_code == 412, path
            assert await harness.events() == []

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


def test_every_route_that_changes_something_by_version_is_tested() -> None:
    needed = {
        min(route.paths)
        for module in MODULES
        for route in module.routes
        if route.http_methods == {"PATCH"}
        and any(getattr(answer, "description", "") and status == 428 for status, answer in (route.responses or {}).items())
    }
    assert {re.sub(r"\{entry_id:str\}|\{organisation_id:str\}", "{}", path) for path in needed} == {
        "/api/v2/me",
        "/api/v2/organisations/{}",
        "/api/v2/entries/{}",
    }
