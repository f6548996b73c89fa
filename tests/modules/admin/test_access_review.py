"""The access review: everyone and everything with a permission, a key or a role, when it was used, and the end of keys with a click."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from tests.breaking.test_keys_of_lost_authority import MARKS
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.actor import ADMINISTRATOR

DAY = 24 * 3600


def checked(harness: Harness) -> asyncio.Future[str]:
    (check,) = (check for check in harness.registry.checks if check.name == "admin.access")
    return asyncio.ensure_future(check.ask(harness.runtime))


async def seen(panel: Panel) -> str:
    (found,) = set(re.findall(r'name="seen" value="([0-9a-f]+)"', (await panel.get("/staff/access", by="ada")).text))
    return str(found)


async def signed(panel: Panel) -> httpx.Response:
    return await panel.post("/staff/access/sign", by="ada", seen=await seen(panel))


def test_each_list_names_holders_givers_and_last_use(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ada = await harness.person("ada", permissions=(ADMINISTRATOR,))
            bo = await harness.person("bo")
            await harness.organisation("ember", cy="owner", dee="viewer")
            await harness.sql("INSERT INTO user_permissions VALUES ($1, 'platform.jobs', $2, now())", bo.id, ada.id)
            key = (await harness.post("/api/v2/api_keys", by="cy", json={"name": "Nightly import", "scopes": ["entries.read"]})).json()
            staff = (await panel.get("/staff/access", by="ada")).text
            for words in ("platform.admin", "platform.jobs", "bo<wbr>@example.com", "Ada", "No review has been signed yet", "Never"):
                assert words in staff, words
            keys = (await panel.get("/staff/access?list=keys", by="ada")).text
            for words in ("Nightly import", "entries.read", "Cy", f"/staff/access/keys/{key['id']}/revoke"):
                assert words in keys, words
            assert key["key"] not in keys
            roles = (await panel.get("/staff/access?list=roles", by="ada")).text
            for words in ("Cy", "Dee", "Owner", "Viewer", "Ember"):
                assert words in roles, words

    asyncio.run(run())


def test_a_key_ends_with_one_click(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.access",))
            await harness.organisation("ember", cy="owner")
            made = (await harness.post("/api/v2/api_keys", by="cy", json={"name": "n", "scopes": ["entries.read"]})).json()
            headers = {"Authorization": f"Bearer {made['key']}"}
            assert (await harness.get("/api/v2/me", headers=headers)).status_code == 200
            await harness.events()
            path = f"/staff/access/keys/{made['id']}/revoke"
            assert (await panel.post(path, by="ada")).status_code == 303
            assert await harness.events() == ["keys.api_key_revoked"]
            await harness.work()
            told = [MARKS.sub("", mail.text) for mail in harness.mails(harness.people["cy"].email)]
            assert len([text for text in told if "revoked an API key that you created: n." in text]) == 1
            assert (await harness.get("/api/v2/me", headers=headers)).status_code == 401
            assert (await panel.post(path, by="ada")).status_code == 404
            assert await harness.events() == []

    asyncio.run(run())


def test_nobody_ends_the_key_of_someone_with_permissions_they_lack(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.access",))
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            made = (await harness.post("/api/v2/api_keys", by="eve", json={"name": "n", "scopes": ["entries.read"]})).json()
            await harness.events()
            assert (await panel.post(f"/staff/access/keys/{made['id']}/revoke", by="ada")).status_code == 403
            assert await harness.events() == []

    asyncio.run(run())


def test_a_review_is_signed_and_due_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            await harness.organisation("ember", cy="owner")
            await harness.sql("UPDATE user_permissions SET granted_at = $1", harness.clock.now())
            assert await checked(harness) == ""
            harness.clock.advance(seconds=91 * DAY)
            assert "An access review was due on" in await checked(harness)
            assert "A review was due on" in (await panel.get("/staff/access", by="ada")).text
            assert (await signed(panel)).status_code == 303
            assert (await harness.events())[-1] == "admin.access_reviewed"
            assert await checked(harness) == ""
            page = (await panel.get("/staff/access", by="ada")).text
            assert "Last signed: " in page
            assert "The next one is due on" in page
            (row,) = await harness.sql("SELECT reviewed_by, found FROM access_reviews")
            ada = harness.people["ada"].id
            assert row["reviewed_by"] == ada
            assert row["found"] == {
                "staff": [{"account": ada, "permission": ADMINISTRATOR, "granted_by": None}],
                "keys": 0, "keys_digest": "0", "roles": {"owner": 1}, "roles_digest": row["found"]["roles_digest"],
            }  # fmt: skip
            harness.clock.advance(seconds=91 * DAY)
            assert "An access review was due on" in await checked(harness)

    asyncio.run(run())


CHANGES = {
    "a permission granted": "INSERT INTO user_permissions VALUES ($1, 'platform.jobs', NULL, now())",
    "a role changed": "UPDATE memberships SET role = CASE account_id WHEN $1 THEN 'owner' ELSE 'viewer' END",
    "a member removed": "DELETE FROM memberships WHERE account_id = $1",
    "a key revoked": "UPDATE api_keys SET revoked_at = now() WHERE account_id = $1",
    "a key with more permissions": "UPDATE api_keys SET scopes = '{entries.read,entries.write}' WHERE account_id = $1",
}


@pytest.mark.parametrize("change", CHANGES)
def test_access_that_changed_after_it_was_shown_is_not_signed(harness: Harness, change: str) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            await harness.organisation("ember", bo="viewer", cy="owner")
            assert (await harness.post("/api/v2/api_keys", by="bo", json={"name": "n", "scopes": ["entries.read"]})).status_code == 201
            shown = await seen(panel)
            await harness.sql(CHANGES[change], harness.people["bo"].id)
            await harness.events()
            refused = await panel.post("/staff/access/sign", by="ada", seen=shown)
            assert refused.status_code == 412
            assert "access changed after you opened this page" in refused.text
            assert await harness.events() == []
            assert (await signed(panel)).status_code == 303

    asyncio.run(run())


@pytest.mark.parametrize("sent", [{}, {"seen": ""}, {"seen": "ü"}])
def test_a_review_without_what_was_shown_is_not_signed(harness: Harness, sent: dict[str, str]) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            assert (await panel.post("/staff/access/sign", by="ada", **sent)).status_code == 412

    asyncio.run(run())


def test_a_role_ends_with_one_click_but_never_that_of_the_only_owner(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.access",))
            ember = await harness.organisation("ember", cy="owner", dee="administrator")
            await harness.events()
            cy, dee = harness.people["cy"].id, harness.people["dee"].id
            assert (await panel.post(f"/staff/access/roles/{ember}/{dee}/end", by="ada")).status_code == 303
            assert await harness.events() == ["organisations.role_ended"]
            assert (await harness.get(f"/api/v2/organisations/{ember}", by="dee")).status_code == 404
            await harness.work()
            (told,) = harness.mails(harness.people["dee"].email)
            assert "removed you from" in told.text
            assert "ember" in told.text.lower()
            assert (await panel.post(f"/staff/access/roles/{ember}/{dee}/end", by="ada")).status_code == 404
            refused = await panel.post(f"/staff/access/roles/{ember}/{cy}/end", by="ada")
            assert refused.status_code == 409
            assert "the only owner" in refused.text
            assert await harness.events() == []

    asyncio.run(run())


def test_the_role_of_a_service_account_ends_with_its_keys(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.access",))
            ember = await harness.organisation("ember", cy="owner")
            body = {"name": "Import", "role": "member", "scopes": ["entries.read"]}
            made = (await harness.post(f"/api/v2/organisations/{ember}/service_accounts", by="cy", json=body)).json()
            await harness.events()
            assert (await panel.post(f"/staff/access/roles/{ember}/{made['id']}/end", by="ada")).status_code == 303
            assert await harness.events() == ["keys.api_key_revoked", "organisations.service_account_removed"]
            headers = {"Authorization": f"Bearer {made['key']}"}
            assert (await harness.get("/api/v2/me", headers=headers)).status_code == 401

    asyncio.run(run())


def test_nobody_ends_the_role_of_someone_with_permissions_they_lack(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.access",))
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            ember = await harness.organisation("ember", cy="owner", eve="viewer")
            assert (await panel.post(f"/staff/access/roles/{ember}/{harness.people['eve'].id}/end", by="ada")).status_code == 403

    asyncio.run(run())


def test_who_gave_a_role_is_shown(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            ember = await harness.organisation("ember", cy="owner", dee="viewer")
            path = f"/api/v2/organisations/{ember}/members/{harness.people['dee'].id}"
            assert (await harness.patch(path, by="cy", json={"role": "member"})).status_code == 204
            (row,) = await harness.sql("SELECT account_id FROM memberships WHERE given_by = $1", harness.people["cy"].id)
            assert row["account_id"] == harness.people["dee"].id
            roles = (await panel.get("/staff/access?list=roles", by="ada")).text
            assert f'Given by <a href="/staff/people/{harness.people["cy"].id}">' in roles

    asyncio.run(run())


def test_a_review_that_was_changed_after_it_was_signed_is_noticed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            assert (await signed(panel)).status_code == 303
            await harness.sql("""UPDATE access_reviews SET found = jsonb_set(found, '{keys}', '7')""")
            assert "changed in the database after it was signed" in await checked(harness)
            assert "changed in the database after it was signed" in (await panel.get("/staff/access", by="ada")).text

    asyncio.run(run())


def test_a_review_is_never_due_where_the_setting_says_so(harness: Harness) -> None:
    harness.variables["PHOENIX_ACCESS_REVIEW_DAYS"] = "0"

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            harness.clock.advance(seconds=4000 * DAY)
            assert await checked(harness) == ""
            assert "due" not in (await panel.get("/staff/access", by="ada")).text.lower().partition("<main")[2]

    asyncio.run(run())
