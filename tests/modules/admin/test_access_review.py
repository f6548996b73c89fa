"""The access review: everyone and everything with a permission, a key or a role, when it was used, and the end of keys with a click."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.actor import ADMINISTRATOR

DAY = 24 * 3600


def checked(harness: Harness) -> asyncio.Future[str]:
    (check,) = (check for check in harness.registry.checks if check.name == "admin.access")
    return asyncio.ensure_future(check.ask(harness.runtime))


def test_each_list_names_holders_givers_and_last_use(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            ada = await harness.person("ada", permissions=(ADMINISTRATOR,))
            bo = await harness.person("bo")
            await harness.organisation("ember", cy="owner", dee="viewer")
            await harness.sql("INSERT INTO user_permissions VALUES ($1, 'platform.jobs', $2, now())", bo.id, ada.id)
            key = (await harness.post("/api/v2/api_keys", by="cy", json={"name": "Nightly import", "scopes": ["entries.read"]})).json()
            staff = (await panel.get("/staff/access", by="ada")).text
            for words in ("platform.admin", "platform.jobs", "bo<wbr>@example.com", "Ada", "No review was signed yet", "Never"):
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
            assert (await panel.post("/staff/access/sign", by="ada")).status_code == 303
            assert (await harness.events())[-1] == "admin.access_reviewed"
            assert await checked(harness) == ""
            page = (await panel.get("/staff/access", by="ada")).text
            assert "Last signed on" in page
            assert "The next one is due on" in page
            (row,) = await harness.sql("SELECT reviewed_by, found FROM access_reviews")
            ada = harness.people["ada"].id
            assert row["reviewed_by"] == ada
            assert row["found"] == {
                "staff": [{"account": ada, "permission": ADMINISTRATOR, "granted_by": None}], "keys": 0, "roles": {"owner": 1},
            }  # fmt: skip
            harness.clock.advance(seconds=91 * DAY)
            assert "An access review was due on" in await checked(harness)

    asyncio.run(run())


def test_a_review_that_was_changed_after_it_was_signed_is_noticed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            assert (await panel.post("/staff/access/sign", by="ada")).status_code == 303
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
