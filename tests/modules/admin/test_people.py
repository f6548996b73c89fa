"""What staff find, and what they do to accounts: A8 unlock by staff, A13 permissions."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from typing import Any

import asyncpg
import pytest
from tests.harness import Harness, Place
from tests.modules.admin.panel import Panel

from phoenix.kernel.actor import ADMINISTRATOR, IMPERSONATE_AND_WRITE
from phoenix.kernel.data.connect import set_codecs
from phoenix.modules.admin.actions.values import mask, values_of
from phoenix.modules.admin.queries import people as staff
from phoenix.modules.factors.actions.throttle import count_attempt
from phoenix.settings import Settings


def test_people_are_found_by_name_email_address_and_id(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.people_read",))
            mara = await harness.person("mara")
            await harness.sql("UPDATE accounts SET name = 'Mara O''Neil-Lindqvist' WHERE id = $1", mara.id)
            for words in ("mara", "lindq", "o'neil", "LINDQVIST mara", "mara@ex", "MARA@EXAMPLE.COM", mara.id, mara.id[:20]):
                page = await panel.get(f"/staff/people?q={words}", by="ada")
                assert mara.id in page.text, words
            for words in ("indq", "bob", "ada@", "%", "'", "\\", "a:* | b", "acc_zzz", "("):
                page = await panel.client().get("/staff/people", params={"q": words}, headers=await panel.headers("ada"))
                assert page.status_code == 200, words
                assert mara.id not in page.text, words

    asyncio.run(run())


def test_lists_are_paged_with_a_cursor(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.people_read",))
            await harness.sql("""
                INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, terms_accepted_at, created_at, updated_at)
                SELECT 'acc_0' || n, n || '@x.org', n || '@x.org', 'Bo ' || n, '!', 'UTC', 'en', now(), now(), now(), now() FROM generate_series(100, 230) n
            """)
            seen: list[str] = []
            path = "/staff/people?q=bo"
            while path:
                page = (await panel.get(path, by="ada")).text
                seen += [part.partition('"')[0] for part in page.split('href="/staff/people/')[1:]]
                tail = page.partition('href="/staff/people?q=bo&amp;cursor=')[2].partition('"')[0]
                path = f"/staff/people?q=bo&cursor={tail}" if tail else ""
            assert len(seen) == len(set(seen)) == 131
            assert seen == sorted(seen, reverse=True)

    asyncio.run(run())


def test_every_search_uses_an_index(place: Place) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(place.owner)
        await set_codecs(connection)
        try:
            await connection.execute("""
                INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, terms_accepted_at, created_at, updated_at)
                SELECT 'acc_' || n, n || '@x.org', n || '@x.org', 'N' || n || ' Lind', '!', 'UTC', 'en', now(), now(), now(), now() FROM generate_series(1, 50000) n;
                ANALYZE accounts
            """)
            for kind, asked in itertools.product(("person", "service"), staff.PEOPLE.plans()):
                name, (now, _kind, *rest) = asked.name, asked.arguments
                rows = await connection.fetch(f"EXPLAIN (FORMAT JSON) {asked.query.sql}", now, kind, *rest)
                plan = json.dumps(rows[0][0])
                assert '"Relation Name": "accounts"' in plan
                scans = [node for node in _nodes(rows[0][0][0]["Plan"]) if node.get("Relation Name") == "accounts"]
                assert all(node["Node Type"] != "Seq Scan" for node in scans), f"{name}: {plan}"
        finally:
            await connection.close()

    asyncio.run(run())


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", []) for node in _nodes(inner))]


def test_a_locked_account_is_signed_out_at_once_and_works_again_when_unlocked(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve = await harness.person("eve")
            ada = await harness.person("ada", permissions=("platform.people_read", "platform.people_write"))
            page = f"/staff/people/{eve.id}"
            for reason in ("", "too short"):
                assert (await panel.post(f"{page}/lock", by="ada", reason=reason)).status_code == 422
            assert (await panel.post(f"{page}/lock", by="ada", reason="A stolen card, case 88")).status_code == 303
            assert (await harness.get("/api/v2/me", by="eve")).status_code == 401
            assert "A stolen card, case 88" in (await panel.get(page, by="ada")).text
            assert await harness.events() == ["sessions.ended", "admin.account_locked"]
            rows = await harness.sql("SELECT actor_id, impersonator_id FROM events")
            assert {(row["actor_id"], row["impersonator_id"]) for row in rows} == {(ada.id, None)}
            assert (await panel.post(f"{page}/lock", by="ada", reason="A stolen card, case 88")).status_code == 409
            assert (await panel.post(f"{page}/unlock", by="ada")).status_code == 303
            assert await harness.events() == ["admin.account_unlocked"]
            assert await harness.work() == ["accounts.send_security_notice"] * 2
            subjects = [mail.subject for mail in harness.mails(eve.email)]
            assert subjects == ["Your account has been unlocked", "An administrator locked your account"]
            locked = harness.mails(eve.email)[1].text
            assert "stolen card" not in locked
            (link,) = re.findall(r"https?://[^/\s]+(/\S*)", locked)
            async with harness.new_client() as browser:
                assert (await browser.get(link)).status_code == 200, "it opens for someone who can't sign in"
            assert (await panel.post(f"/staff/people/{ada.id}/lock", by="ada", reason="I lock myself out")).status_code == 409

    asyncio.run(run())


def test_staff_help_people_who_lost_a_password_or_second_factor(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve = await harness.person("eve")
            await harness.person("ada", permissions=("platform.people_read", "platform.people_write"))
            await harness.sql("UPDATE accounts SET password_hash = 'something' WHERE id = $1", eve.id)
            await harness.sql(
                "INSERT INTO totp_secrets (account_id, sealed, created_at, confirmed_at) VALUES ($1, '\\x00', now(), now())", eve.id
            )
            await harness.sql("INSERT INTO backup_codes (account_id, code_hash, created_at) VALUES ($1, '\\x00', now())", eve.id)
            page = f"/staff/people/{eve.id}"
            assert (await panel.post(f"{page}/reset-factors", by="ada")).status_code == 303
            assert await harness.sql("SELECT 1 FROM totp_secrets UNION ALL SELECT 1 FROM backup_codes") == []
            assert (await panel.post(f"{page}/reset-factors", by="ada")).status_code == 409
            assert (await harness.get("/api/v2/me", by="eve")).status_code == 200
            assert (await panel.post(f"{page}/force-reset", by="ada")).status_code == 303
            assert (await harness.get("/api/v2/me", by="eve")).status_code == 401
            assert [row["password_hash"] for row in await harness.sql("SELECT password_hash FROM accounts WHERE id = $1", eve.id)] == ["!"]
            assert await harness.events() == ["factors.second_factor_removed", "sessions.ended", "admin.password_reset_forced"]
            assert sorted(await harness.work()) == ["accounts.send_security_notice", "sign_in.send_forced_reset"]
            mails = {mail.subject.partition(":")[0]: mail.text for mail in harness.mails(eve.email)}
            assert "reset your password" in mails["Set a new password"]
            assert "keeps working" not in mails["Set a new password"]
            assert len(mails) == 2

    asyncio.run(run())


def test_staff_remove_a_rate_limit_and_end_sessions(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve = await harness.person("eve")
            await harness.person("ada", permissions=("platform.people_read", "platform.people_write"))
            for _try in range(5):
                await count_attempt(harness.runtime, "password", eve.email, account=eve.id)
            page = f"/staff/people/{eve.id}"
            assert "Rate-limited" in (await panel.get(page, by="ada")).text
            assert "Rate-limited" in (await panel.get("/staff/people", by="ada")).text
            assert (await panel.post(f"{page}/clear-waiting", by="ada")).status_code == 303
            assert "Rate-limited" not in (await panel.get(page, by="ada")).text
            assert (await panel.post(f"{page}/sessions/{harness.people['ada'].session}/end", by="ada")).status_code == 404
            assert (await panel.post(f"{page}/sessions/{eve.session}/end", by="ada")).status_code == 303
            assert (await harness.get("/api/v2/me", by="eve")).status_code == 401
            assert await harness.events() == ["factors.sign_in_resumed", "sessions.ended"]

    asyncio.run(run())


GRANTS = [
    # The giver's permissions, the receiver, the permission given, and the response.
    (("platform.grant", "platform.jobs"), "eve", "platform.jobs", 303),
    (("platform.grant",), "eve", "platform.jobs", 403),
    (("platform.grant",), "ada", "platform.jobs", 403),
    (("platform.grant", "platform.jobs"), "eve", ADMINISTRATOR, 403),
    (("platform.grant", "platform.jobs"), "eve", "entries.read", 422),
    (("platform.jobs",), "eve", "platform.jobs", 403),
    ((ADMINISTRATOR,), "eve", ADMINISTRATOR, 303),
    ((ADMINISTRATOR,), "eve", IMPERSONATE_AND_WRITE, 303),
    ((ADMINISTRATOR,), "ada", IMPERSONATE_AND_WRITE, 403),
]


@pytest.mark.parametrize(("held", "to", "permission", "expected"), GRANTS)
def test_nobody_can_grant_a_permission_they_do_not_have(
    harness: Harness, held: tuple[str, ...], to: str, permission: str, expected: int
) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve")
            await harness.person("ada", permissions=("platform.people_read", *held))
            answer = await panel.post(f"/staff/people/{harness.people[to].id}/permissions/grant", by="ada", permission=permission)
            assert answer.status_code == expected
            assert await harness.events() == (["accounts.permission_granted"] if expected == 303 else [])

    asyncio.run(run())


def test_a_permission_takes_effect_at_once_and_the_last_administrator_cannot_be_removed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve, ada = await harness.person("eve"), await harness.person("ada", permissions=(ADMINISTRATOR,))
            assert (await panel.get("/staff/jobs", by="eve")).status_code == 403
            granted = f"/staff/people/{eve.id}/permissions"
            await panel.post(f"{granted}/grant", by="ada", permission="platform.jobs")
            assert (await panel.get("/staff/jobs", by="eve")).status_code == 200
            await panel.post(f"{granted}/take", by="ada", permission="platform.jobs")
            assert (await panel.get("/staff/jobs", by="eve")).status_code == 403
            mine = f"/staff/people/{ada.id}/permissions"
            assert (await panel.post(f"{mine}/take", by="ada", permission=ADMINISTRATOR)).status_code == 409
            await panel.post(f"{granted}/grant", by="ada", permission=ADMINISTRATOR)
            both = await asyncio.gather(
                panel.post(f"{mine}/take", by="ada", permission=ADMINISTRATOR),
                panel.post(f"{granted}/take", by="eve", permission=ADMINISTRATOR),
            )
            assert sorted(answer.status_code for answer in both) == [303, 409]
            assert len(await harness.sql("SELECT 1 FROM user_permissions WHERE permission = $1", ADMINISTRATOR)) == 1

    asyncio.run(run())


def test_people_with_fewer_permissions_cannot_change_those_with_more(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            root = await harness.person("root", permissions=(ADMINISTRATOR,))
            await harness.person("ada", permissions=("platform.people_read", "platform.people_write"))
            for act in ("lock", "force-reset", "reset-factors", "sessions/end-all", "clear-waiting", f"sessions/{root.session}/end"):
                answer = await panel.post(f"/staff/people/{root.id}/{act}", by="ada", reason="long enough a reason")
                assert answer.status_code == 403, act
            assert await harness.events() == []

    asyncio.run(run())


def test_settings_are_shown_without_secrets() -> None:
    assert mask("postgresql://ada:se@cret@db/x?sslmode=require&password=hidden") == "postgresql://ada:•••@db/x?sslmode=require&password=•••"
    assert mask("redis://:secret@cache/0") == "redis://:•••@cache/0"
    assert mask("http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    values = {value.variable: value for value in values_of(Settings(), people_url="https://phoenix.example")}
    assert values["PHOENIX_PUBLIC_URL"].value == "https://phoenix.example"
    assert values["PHOENIX_ACCESS_TOKEN"].value == "900"


def test_the_settings_page_contains_no_secret(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.settings",))
            page = (await panel.get("/staff/settings", by="ada")).text
            assert harness.runtime.settings.secrets.key not in page
            assert "of-tests-alone" not in page
            assert "phoenix_app:•••@" in page

    asyncio.run(run())


def test_people_and_service_accounts_are_counted_and_listed_apart(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("staff", permissions=("platform.admin",))
            ember = await harness.organisation("ember", ada="owner", bo="member")
            made = await harness.post(
                f"/api/v2/organisations/{ember}/service_accounts", by="ada", json={"name": "Nightly import", "scopes": ["entries.read"]}
            )
            assert made.status_code == 201
            people = (await panel.get("/staff/people", by="staff")).text
            services = (await panel.get("/staff/people?kind=service", by="staff")).text
            robot = made.headers["location"].rpartition("/")[2]
            ada = harness.people["ada"].id
            assert (ada in people, robot in people) == (True, False)
            assert (ada in services, robot in services) == (False, True)
            assert robot in (await panel.get("/staff/people?kind=service&q=nightly", by="staff")).text
            assert robot not in (await panel.get("/staff/people?q=nightly", by="staff")).text
            for path in ("/staff/organisations", f"/staff/organisations/{ember}"):
                assert "2 people, 1 service account" in (await panel.get(path, by="staff")).text
            card = (await harness.get("/o/ember/dashboard", by="ada")).text
            assert '<span class="count count--quiet">2</span>' in card

    asyncio.run(run())
