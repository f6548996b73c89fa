"""A change says which version it is of; one of nothing makes none, and none of another version is made."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from tests.breaking.test_junk import ROUTES
from tests.harness import Harness

from phoenix.composition import MODULES
from phoenix.kernel.web.csrf import token_for

ROOT = Path(__file__).parents[2]
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


HOOK = "https://example.com/hooks"
SAME = {
    "/api/v2/me": {"name": "Ada"},
    "/api/v2/organisations/{organisation_id:str}": {"name": "Ember"},
    "/api/v2/organisations/{organisation_id:str}/members/{account_id:str}": {"role": "member"},
    "/api/v2/entries/{entry_id:str}": {"title": "One"},
    "/api/v2/passkeys/{passkey_id:str}": {"name": "Phone"},
    "/api/v2/comments/{comment_id:str}": {"body": "Found it."},
    "/api/v2/webhooks/{webhook_id:str}": {"url": HOOK, "kinds": []},
}


async def commented(harness: Harness, entry: str) -> str:
    """The address of a comment of ada's."""
    made = await harness.post("/api/v2/comments", by="ada", json={"entry": entry, "body": "Found it."})
    return f"/api/v2/comments/{made.json()['id']}"


async def webhook(harness: Harness, organisation: str) -> str:
    """The address of a webhook."""
    made = await harness.post("/api/v2/webhooks", by="ada", json={"organisation": organisation, "url": HOOK})
    return f"/api/v2/webhooks/{made.json()['id']}"


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
            ids = {
                "organisation_id": ember,
                "account_id": harness.people["bo"].id,
                "entry_id": posted.json()["id"],
                "passkey_id": "pky_1",
                "comment_id": (await commented(harness, posted.json()["id"])).rpartition("/")[2],
                "webhook_id": (await webhook(harness, ember)).rpartition("/")[2],
            }
            await harness.events()
            for path in (path for method, path, _route in ROUTES if method == "PATCH"):
                target = re.sub(r"{(\w+):\w+}", lambda found: ids[found[1]], path)
                answer = await harness.patch(
                    target,
                    by="ada",
                    json=SAME[path],
                    headers={"If-Match": "*"},
                    params={"organisation": ember} if "webhook" in path else None,
                )
                assert answer.status_code in {200, 204}, f"{path}: {answer.text}"
            assert await harness.events() == []

    asyncio.run(run())


VERSIONED = [
    ("PATCH", "/api/v2/me", {"name": "Ada L."}),
    ("PATCH", "/api/v2/organisations/{ember}", {"name": "Ash"}),
    ("PATCH", "/api/v2/organisations/{ember}/members/{bo}", {"role": "viewer"}),
    ("PATCH", "{entry}", {"title": "Two"}),
    ("PATCH", "{comment}", {"body": "Two"}),
    ("DELETE", "{comment}", None),
    ("PATCH", "{webhook}?organisation={ember}", {"description": "Two"}),
    ("DELETE", "{entry}", None),
]


@pytest.mark.parametrize("tag", ['"abc"', '"1-xyz"', 'W/"nope"', '"x", "y"', '""', "abc", '"٣"'])
def test_an_unknown_tag_matches_nothing(harness: Harness, tag: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            posted = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "One"})
            entry, comment = posted.headers["location"], await commented(harness, posted.json()["id"])
            hook = await webhook(harness, ember)
            await harness.events()
            for method, address, body in VERSIONED:
                path = address.format(ember=ember, bo=harness.people["bo"].id, entry=entry, comment=comment, webhook=hook)
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
    things = {
        "{entry}": "/api/v2/entries/{id}",
        "{comment}": "/api/v2/comments/{id}",
        "{webhook}?organisation={ember}": "/api/v2/webhooks/{id}",
    }
    here = {(method, re.sub(r"{\w+}", "{}", things.get(address, address))) for method, address, _ in VERSIONED}
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


def test_every_route_that_changes_something_by_version_is_tested() -> None:
    needed = {
        min(route.paths)
        for module in MODULES
        for route in module.routes
        if route.http_methods == {"PATCH"}
        and any(getattr(answer, "description", "") and status == 428 for status, answer in (route.responses or {}).items())
    }
    assert {re.sub(r"\{\w+:str\}", "{}", path) for path in needed} == {
        "/api/v2/me",
        "/api/v2/organisations/{}",
        "/api/v2/entries/{}",
        "/api/v2/comments/{}",
        "/api/v2/webhooks/{}",
    }
