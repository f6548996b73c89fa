"""ASVS 5.0, V6: requirements on passwords, codes and sign-in methods that no other test covers."""

from __future__ import annotations

import ast
import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from tests.asvs.browsing import press, sign_in
from tests.factors import Factors
from tests.harness import PASSWORD, Harness
from tests.web.markup import parse

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.security.guessable import common, leaked
from phoenix.kernel.security.passwords import SHORTEST, check_strength

SOURCE = Path(__file__).parents[2] / "src" / "phoenix"
SCRIPTS = Path(__file__).parents[2] / "web"
NEW = "eleven kettles on the roof"
BY_MAIL = "/api/v2/sessions/email_code"


def test_changing_a_password_needs_the_current_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            for wrong in ("", "not it at all"):
                refused = await harness.post("/api/v2/me/password", by="ada", json={"current_password": wrong, "password": NEW})
                assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "current_password")
            assert await harness.events() == []
            right = {"current_password": PASSWORD, "password": NEW}
            assert (await harness.post("/api/v2/me/password", by="ada", json=right)).status_code == 204
            assert (await harness.sign_in("ada")).status_code == 401
            assert (await harness.sign_in("ada", password=NEW)).status_code == 201

    asyncio.run(run())


def test_the_page_asks_for_the_current_password_and_counts_guesses(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            await sign_in(browser, "ada@example.com", PASSWORD)
            for _guess in range(5):
                refused = await press(browser, "/settings/password", current_password="a guess of mine", password=NEW)
                assert (refused.status_code, "The password is wrong." in refused.text) == (422, True)
            waits = await press(browser, "/settings/password", current_password=PASSWORD, password=NEW)
            assert waits.status_code == 429
            harness.clock.advance(seconds=31)
            assert (await press(browser, "/settings/password", current_password=PASSWORD, password=NEW)).status_code == 303
            assert (await harness.sign_in("ada", password=NEW)).status_code == 201

    asyncio.run(run())


def test_leaked_passwords_are_refused_without_an_external_service(harness: Harness) -> None:
    """More than 3,000 leaked passwords that are long enough, in any mix of upper and lower case."""
    fitting = {word for word in leaked() | common() if len(word) >= SHORTEST}
    assert len(fitting) > 3000
    for password in [*sorted(fitting)[::40], "Justinbieber"]:
        with pytest.raises(InvalidInput):
            check_strength(password)

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert not harness.runtime.settings.accounts.breached_passwords
            given = {"email": "bo@example.com", "password": "lpz93sssKqw8Q", "name": "Bo", "accept_terms": True}
            for answer in (
                await harness.post("/api/v2/accounts", json=given),
                await harness.post("/api/v2/me/password", by="ada", json={"password": given["password"]}),
            ):
                assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_common")

    asyncio.run(run())


def test_a_password_is_compared_exactly(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            for other in (PASSWORD.title(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1], PASSWORD + "x" * 200):
                assert (await harness.sign_in("ada", password=other)).status_code == 401, other
                harness.clock.advance(hours=2)
            long = "a lantern by the harbour " * 10
            await harness.person("bo")
            assert (await harness.post("/api/v2/sessions", json={"email": "bo@example.com", "password": long})).status_code == 401
            async with harness.runtime.database.transaction() as tx:
                hashed = await harness.runtime.passwords.hash(long)
                await (await tx.connection()).execute("UPDATE accounts SET password_hash = $1 WHERE email_key = 'bo@example.com'", hashed)
            assert (await harness.sign_in("bo", password=long[:-2] + "x ")).status_code == 401
            assert (await harness.sign_in("bo", password=long)).status_code == 201

    asyncio.run(run())


def test_a_password_does_not_expire(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            harness.clock.advance(days=3653)
            assert (await harness.sign_in("ada")).status_code == 201

    asyncio.run(run())


def test_password_fields_are_masked_and_work_with_password_managers(rendered: dict[str, str]) -> None:
    seen = set()
    for name, text in rendered.items():
        for element in parse(text)[0]:
            if element.tag == "input" and "password" in (element.get("name") or ""):
                seen.add(element.get("name"))
                assert element.get("type") == "password", name
                assert element.get("autocomplete") in {"current-password", "new-password"}, name
                assert "maxlength" not in element.attributes, name
    assert seen == {"password", "current_password"}
    scripts = [path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.ts")]
    assert scripts
    assert not any(re.search(r"[\"']paste[\"']|onpaste", script) for script in scripts)


def test_there_are_no_hints_and_no_secret_questions(harness: Harness, rendered: dict[str, str]) -> None:
    asked = {str(element.get("name")) for text in rendered.values() for element in parse(text)[0] if element.tag in {"input", "select"}}
    assert not [name for name in asked if re.search("hint|question|maiden|pet", name)]

    async def run() -> None:
        async with harness:
            rows = await harness.sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
            found = {(row["table_name"], row["column_name"]) for row in rows if re.search("hint|question|answer", row["column_name"])}
            # The last four letters of an API key, by which its owner knows it.
            assert found <= {("api_keys", "hint"), ("idempotency_keys", "answer")}

    asyncio.run(run())


def test_a_new_phoenix_has_no_accounts(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            assert (await harness.sql("SELECT count(*) FROM accounts"))[0][0] == 0
            assert (await harness.sql("SELECT count(*) FROM user_permissions"))[0][0] == 0
            for name in ("root", "admin", "sa", "phoenix"):
                for password in ("", name, "admin", "password", "phoenix"):
                    given = {"email": f"{name}@example.com", "password": password}
                    assert (await harness.post("/api/v2/sessions", json=given)).status_code in {401, 422, 429}

    asyncio.run(run())


def test_no_secret_comes_from_a_predictable_random_generator() -> None:
    # The demo uses it for what its sample people do, and for nothing secret.
    for path in (path for path in SOURCE.rglob("*.py") if "demo" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert "random" not in {name.partition(".")[0] for name in names}, path


def test_a_sign_in_link_stops_working_together_with_its_code(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            harness.clock.set(harness.clock.now().replace(microsecond=0))
            for seconds, status in ((599, 201), (600, 422)):
                await harness.post(BY_MAIL, json={"email": "ada@example.com"})
                await harness.work()
                token = harness.link("ada@example.com").partition("token=")[2]
                assert "The code and link expire in 10 minutes." in harness.mails("ada@example.com")[0].text
                harness.clock.advance(seconds=seconds)
                assert (await harness.post(f"{BY_MAIL}/complete", json={"token": token})).status_code == status

    asyncio.run(run())


@pytest.mark.parametrize("purpose", ["sign in", "confirm"])
def test_a_newer_email_voids_the_one_before(harness: Harness, purpose: str) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            codes = []
            for _mail in range(2):
                if purpose == "sign in":
                    await harness.post(BY_MAIL, json={"email": ada.email})
                else:
                    assert (await harness.post("/api/v2/sessions/current/reauthenticate_code", by="ada")).status_code == 202
                await harness.work()
                codes.append(harness.code(ada.email))

            async def tried(code: str) -> int:
                if purpose == "sign in":
                    return (await harness.post(f"{BY_MAIL}/complete", json={"email": ada.email, "code": code})).status_code
                given = {"method": "email_code", "code": code}
                return (await harness.post("/api/v2/sessions/current/reauthenticate", by="ada", json=given)).status_code

            assert [await tried(codes[0]), await tried(codes[1]), await tried(codes[1])] == [422, 201 if purpose == "sign in" else 200, 422]

    asyncio.run(run())


def test_a_code_is_valid_only_for_the_request_it_was_created_for(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            await harness.post(BY_MAIL, json={"email": ada.email})
            await harness.work()
            given: dict[str, Any] = {"email": ada.email, "code": harness.code(ada.email)}
            for path, more in (
                ("/api/v2/password_resets/complete", {"password": NEW}),
                ("/api/v2/accounts/verify", {}),
                ("/api/v2/me/email/confirm", {}),
            ):
                assert (await harness.post(path, by="ada", json={**given, **more})).status_code == 422, path
            assert (await harness.post(f"{BY_MAIL}/complete", json=given)).status_code == 201

    asyncio.run(run())


def test_a_code_sent_by_email_allows_five_guesses(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            await harness.post(BY_MAIL, json={"email": ada.email})
            await harness.work()
            right = harness.code(ada.email)
            wrong = "00000000" if right != "00000000" else "11111111"
            guesses = (harness.post(f"{BY_MAIL}/complete", json={"email": ada.email, "code": wrong}) for _guess in range(5))
            assert {answer.status_code for answer in await asyncio.gather(*guesses)} == {422}
            assert (await harness.post(f"{BY_MAIL}/complete", json={"email": ada.email, "code": right})).status_code == 422

    asyncio.run(run())


def test_an_email_to_sign_in_does_not_bypass_the_second_factor(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            await harness.post(BY_MAIL, json={"email": ada.email})
            await harness.work()
            answer = await harness.post(f"{BY_MAIL}/complete", json={"email": ada.email, "code": harness.code(ada.email)})
            assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")

    asyncio.run(run())
