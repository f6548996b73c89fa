"""What a development installation shows of Phoenix's internals, and that no other environment shows it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from tests.harness import Harness
from tests.strict import STRICT as PRODUCTION
from tests.web.markup import parse

from phoenix.kernel.data.statements import noted, noting
from phoenix.settings import SettingsError, read_settings

BREAK = "ALTER TABLE passkeys RENAME TO gone"


def lines(logged: io.StringIO, event: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in logged.getvalue().splitlines()]
    return [line for line in found if line["event"] == event]


@pytest.fixture
def development(harness: Harness) -> Harness:
    harness.variables["PHOENIX_ENVIRONMENT"] = "development"
    return harness


def test_a_failed_page_shows_its_traceback_and_nothing_personal(development: Harness, logged: io.StringIO) -> None:
    harness = development

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.sql(BREAK)
            answer = await harness.get("/settings/security?email=ada@example.com&tab=keys", by="ada", headers={"X-Note": "ada@example.com"})
            assert answer.status_code == 500
            assert "data-debug" in answer.text
            assert "UndefinedTableError" in answer.text
            # The frame of the module that ran the query is expanded, and its statements are listed.
            assert re.search(r"<details open>\s*<summary><code>phoenix/modules/sessions/\S+\.py:\d+</code>", answer.text)
            assert "FROM passkeys" in answer.text
            assert re.search(r"<td><code>phoenix/modules|<td><code>modules/sessions/\S+\.py:\d+</code></td>", answer.text)
            assert answer.headers["x-request-id"] in answer.text
            assert "tab=keys" in answer.text
            for secret in ("ada@example.com", harness.people["ada"].token):
                assert secret not in answer.text

    asyncio.run(run())
    assert len(lines(logged, "request_failed")) == 1


def test_the_error_page_follows_the_security_policy_of_all_pages(development: Harness) -> None:
    harness = development

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            ordinary = (await harness.get("/settings/security", by="ada")).headers["content-security-policy"]
            await harness.sql(BREAK)
            answer = await harness.get("/settings/security", by="ada")
            assert answer.headers["content-security-policy"] == ordinary
            assert parse(answer.text)[1] == []
            assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text)
            assert re.search(r'<link rel="stylesheet" href="/static/debug-\S+\.css">', answer.text)
            assert answer.headers["cache-control"] == "no-store"

    asyncio.run(run())


def test_user_text_on_the_error_page_is_escaped(development: Harness) -> None:
    harness = development

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.sql(BREAK)
            answer = await harness.get("/settings/security?x=<script>alert(1)</script>", by="ada", headers={"X-Note": "<b>bold</b>"})
            assert answer.status_code == 500
            assert "<script>" not in answer.text
            assert "<b>bold" not in answer.text

    asyncio.run(run())


@pytest.mark.parametrize("environment", ["test", "production"])
def test_a_failed_page_shows_no_details_outside_development(harness: Harness, environment: str) -> None:
    harness.variables |= {"PHOENIX_ENVIRONMENT": environment, **(PRODUCTION if environment == "production" else {})}

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.sql(BREAK)
            answer = await harness.get("/settings/security", by="ada")
            assert answer.status_code == 500
            for inside in ("data-debug", "Traceback", "UndefinedTable", "passkeys WHERE", ".py", "SELECT"):
                assert inside not in answer.text
            assert noted() == []

    asyncio.run(run())


@pytest.mark.parametrize("environment", ["development", "test"])
def test_the_api_says_only_that_an_error_occurred(harness: Harness, environment: str) -> None:
    harness.variables["PHOENIX_ENVIRONMENT"] = environment

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.sql(BREAK)
            answer = await harness.get("/api/v2/passkeys", by="ada")
            assert answer.status_code == 500
            assert sorted(answer.json()) == ["code", "detail", "errors", "request_id", "status", "title", "type"]
            assert "passkeys" not in answer.text.replace("/api/v2/passkeys", "")

    asyncio.run(run())


def test_a_failed_form_also_shows_the_error_page(development: Harness) -> None:
    harness = development

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            async with harness.new_client() as browser:
                page = await browser.get("/sign-in")
                csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
                assert csrf
                await harness.sql("ALTER TABLE sessions RENAME TO gone")
                form = {"email": "ada@example.com", "password": "nine lanterns by the harbour", "csrf": csrf[1]}
                answer = await browser.post("/sign-in", data=form)
                assert answer.status_code == 500
                assert "data-debug" in answer.text
                for secret in ("ada@example.com", "nine lanterns", csrf[1]):
                    assert secret not in answer.text

    asyncio.run(run())


def test_the_statements_of_a_request_are_logged_with_the_line_that_ran_them(development: Harness, logged: io.StringIO) -> None:
    harness = development
    harness.variables["PHOENIX_SQL_LOG"] = "true"

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            logged.truncate(0)
            logged.seek(0)
            made = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Valve 7 replaced"})
            assert made.status_code == 201
            of_this = [line for line in lines(logged, "statement") if line["request_id"] == made.headers["x-request-id"]]
            inserted = next(line for line in of_this if "INSERT INTO entries" in line["sql"])
            assert re.fullmatch(r"modules/entries/\w+(/\w+)?\.py:\d+", inserted["where"])
            assert inserted["ms"] > 0
            assert not inserted["failed"]
            assert [line["sql"] for line in of_this][-1].startswith("COMMIT")
            (summary,) = lines(logged, "statements")
            assert (summary["count"], summary["method"], summary["path"]) == (len(of_this), "POST", "/api/v2/entries")
            assert "Valve 7" not in logged.getvalue(), "values are not logged"

    asyncio.run(run())


def test_no_statement_is_logged_without_the_setting(development: Harness, logged: io.StringIO) -> None:
    harness = development

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.get("/api/v2/me", by="ada")

    asyncio.run(run())
    assert lines(logged, "statement") == lines(logged, "statements") == []


def test_statements_are_recorded_only_inside_the_innermost_block() -> None:
    with noting() as outer:
        with noting() as inner:
            assert noted() == inner
        assert noted() == outer
    assert noted() == []


@pytest.mark.parametrize("environment", ["test", "production"])
@pytest.mark.parametrize("variable", ["PHOENIX_SQL_LOG", "PHOENIX_RELOAD"])
def test_debug_settings_are_refused_outside_development(environment: str, variable: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable} is for development only"):
        read_settings({"PHOENIX_ENVIRONMENT": environment, variable: "1", **PRODUCTION})
    assert read_settings({variable: "1"}).development


def test_a_refused_debug_setting_prints_one_line_and_exits_with_status_2() -> None:
    variables = {**os.environ, **PRODUCTION, "PHOENIX_ENVIRONMENT": "production", "PHOENIX_SQL_LOG": "1"}
    for command in (["up"], ["db", "pending"]):
        done = subprocess.run([sys.executable, "-m", "phoenix.cli", *command], env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr == "PHOENIX_SQL_LOG is for development only. Remove it, or set PHOENIX_ENVIRONMENT=development.\n"
