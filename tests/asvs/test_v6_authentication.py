"""ASVS 5.0, V6: what no other test proves of passwords, codes and ways in."""

from __future__ import annotations

import ast
import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from tests.asvs.browsing import press, sign_in
from tests.factors import Factors
from tests.house import PASSWORD, House
from tests.web.markup import parse

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.security.passwords import SHORTEST, _common, _leaked, check_strength

SOURCE = Path(__file__).parents[2] / "src" / "phoenix"
SCRIPTS = Path(__file__).parents[2] / "web"
NEW = "eleven kettles on the roof"
BY_MAIL = "/api/v2/sessions/email_code"


def test_changing_a_password_takes_the_current_one(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            for wrong in ("", "not it at all"):
                refused = await house.post("/api/v2/me/password", by="ada", json={"current_password": wrong, "password": NEW})
                assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "current_password")
            assert await house.events() == []
            right = {"current_password": PASSWORD, "password": NEW}
            assert (await house.post("/api/v2/me/password", by="ada", json=right)).status_code == 204
            assert (await house.log_in("ada")).status_code == 401
            assert (await house.log_in("ada", password=NEW)).status_code == 201

    asyncio.run(run())


def test_the_page_asks_for_the_current_password_and_counts_guesses(house: House) -> None:
    async def run() -> None:
        async with house, house.new_client() as browser:
            await house.person("ada", password=True)
            await sign_in(browser, "ada@example.com", PASSWORD)
            for _guess in range(5):
                refused = await press(browser, "/settings/password", current_password="a guess of mine", password=NEW)
                assert (refused.status_code, "This is not your password." in refused.text) == (422, True)
            waits = await press(browser, "/settings/password", current_password=PASSWORD, password=NEW)
            assert waits.status_code == 429
            house.clock.advance(seconds=31)
            assert (await press(browser, "/settings/password", current_password=PASSWORD, password=NEW)).status_code == 303
            assert (await house.log_in("ada", password=NEW)).status_code == 201

    asyncio.run(run())


def test_leaked_passwords_are_refused_without_asking_anybody(house: House) -> None:
    """More than 3,000 of those that are long enough to be tried here, whatever the case."""
    fitting = {word for word in _leaked() | _common() if len(word) >= SHORTEST}
    assert len(fitting) > 3000
    for password in [*sorted(fitting)[::40], "Justinbieber"]:
        with pytest.raises(InvalidInput):
            check_strength(password)

    async def run() -> None:
        async with house:
            await house.person("ada")
            assert not house.runtime.settings.accounts.breached_passwords
            given = {"email": "bo@example.com", "password": "lpz93sssKqw8Q", "name": "Bo", "accept_terms": True}
            for answer in (
                await house.post("/api/v2/accounts", json=given),
                await house.post("/api/v2/me/password", by="ada", json={"password": given["password"]}),
            ):
                assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_common")

    asyncio.run(run())


def test_a_password_is_compared_to_the_letter(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            for other in (PASSWORD.title(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1], PASSWORD + "x" * 200):
                assert (await house.log_in("ada", password=other)).status_code == 401, other
                house.clock.advance(hours=2)
            long = "a lantern by the harbour " * 10
            await house.person("bo")
            assert (await house.post("/api/v2/sessions", json={"email": "bo@example.com", "password": long})).status_code == 401
            async with house.runtime.database.transaction() as tx:
                hashed = await house.runtime.passwords.hash(long)
                await (await tx.connection()).execute("UPDATE accounts SET password_hash = $1 WHERE email_key = 'bo@example.com'", hashed)
            assert (await house.log_in("bo", password=long[:-2] + "x ")).status_code == 401
            assert (await house.log_in("bo", password=long)).status_code == 201

    asyncio.run(run())


def test_a_password_does_not_run_out(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            house.clock.advance(days=3653)
            assert (await house.log_in("ada")).status_code == 201

    asyncio.run(run())


def test_password_fields_are_masked_and_open_to_password_managers(rendered: dict[str, str]) -> None:
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


def test_there_are_no_hints_and_no_secret_questions(house: House, rendered: dict[str, str]) -> None:
    asked = {str(element.get("name")) for text in rendered.values() for element in parse(text)[0] if element.tag in {"input", "select"}}
    assert not [name for name in asked if re.search("hint|question|maiden|pet", name)]

    async def run() -> None:
        async with house:
            rows = await house.sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
            found = {(row["table_name"], row["column_name"]) for row in rows if re.search("hint|question|answer", row["column_name"])}
            # The last four letters of an API key, by which its owner knows it.
            assert found <= {("api_keys", "hint"), ("idempotency_keys", "answer")}

    asyncio.run(run())


def test_a_new_phoenix_has_no_accounts(house: House) -> None:
    async def run() -> None:
        async with house:
            assert (await house.sql("SELECT count(*) FROM accounts"))[0][0] == 0
            assert (await house.sql("SELECT count(*) FROM user_permissions"))[0][0] == 0
            for name in ("root", "admin", "sa", "phoenix"):
                for password in ("", name, "admin", "password", "phoenix"):
                    given = {"email": f"{name}@example.com", "password": password}
                    assert (await house.post("/api/v2/sessions", json=given)).status_code in {401, 422, 429}

    asyncio.run(run())


def test_nothing_is_drawn_from_a_generator_that_can_be_foretold() -> None:
    # The demo draws what its made-up people do, and nothing that is secret.
    for path in (path for path in SOURCE.rglob("*.py") if "demo" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert "random" not in {name.partition(".")[0] for name in names}, path


def test_a_link_to_sign_in_ends_with_its_code(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            house.clock.set(house.clock.now().replace(microsecond=0))
            for seconds, status in ((599, 201), (600, 422)):
                await house.post(BY_MAIL, json={"email": "ada@example.com"})
                await house.work()
                token = house.link("ada@example.com").partition("token=")[2]
                assert "the link for 10" in house.mails("ada@example.com")[0].text
                house.clock.advance(seconds=seconds)
                assert (await house.post(f"{BY_MAIL}/complete", json={"token": token})).status_code == status

    asyncio.run(run())


@pytest.mark.parametrize("purpose", ["log in", "confirm"])
def test_a_newer_mail_ends_the_one_before(house: House, purpose: str) -> None:
    async def run() -> None:
        async with house:
            ada = await house.person("ada")
            codes = []
            for _mail in range(2):
                if purpose == "log in":
                    await house.post(BY_MAIL, json={"email": ada.email})
                else:
                    assert (await house.post("/api/v2/sessions/current/confirmation_code", by="ada")).status_code == 202
                await house.work()
                codes.append(house.code(ada.email))

            async def tried(code: str) -> int:
                if purpose == "log in":
                    return (await house.post(f"{BY_MAIL}/complete", json={"email": ada.email, "code": code})).status_code
                given = {"method": "email_code", "code": code}
                return (await house.post("/api/v2/sessions/current/confirm", by="ada", json=given)).status_code

            assert [await tried(codes[0]), await tried(codes[1]), await tried(codes[1])] == [422, 201 if purpose == "log in" else 200, 422]

    asyncio.run(run())


def test_a_code_is_good_for_what_it_was_asked_for_and_nothing_else(house: House) -> None:
    async def run() -> None:
        async with house:
            ada = await house.person("ada", password=True)
            await house.post(BY_MAIL, json={"email": ada.email})
            await house.work()
            given: dict[str, Any] = {"email": ada.email, "code": house.code(ada.email)}
            for path, more in (
                ("/api/v2/password_resets/complete", {"password": NEW}),
                ("/api/v2/accounts/verify", {}),
                ("/api/v2/me/email/confirm", {}),
            ):
                assert (await house.post(path, by="ada", json={**given, **more})).status_code == 422, path
            assert (await house.post(f"{BY_MAIL}/complete", json=given)).status_code == 201

    asyncio.run(run())


def test_five_guesses_at_a_code_by_mail(house: House) -> None:
    async def run() -> None:
        async with house:
            ada = await house.person("ada")
            await house.post(BY_MAIL, json={"email": ada.email})
            await house.work()
            right = house.code(ada.email)
            wrong = "00000000" if right != "00000000" else "11111111"
            guesses = (house.post(f"{BY_MAIL}/complete", json={"email": ada.email, "code": wrong}) for _guess in range(5))
            assert {answer.status_code for answer in await asyncio.gather(*guesses)} == {422}
            assert (await house.post(f"{BY_MAIL}/complete", json={"email": ada.email, "code": right})).status_code == 422

    asyncio.run(run())


def test_a_mail_to_sign_in_is_no_way_past_the_second_factor(house: House) -> None:
    async def run() -> None:
        async with house:
            ada = await Factors.of(house, "ada")
            await house.post(BY_MAIL, json={"email": ada.email})
            await house.work()
            answer = await house.post(f"{BY_MAIL}/complete", json={"email": ada.email, "code": house.code(ada.email)})
            assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")

    asyncio.run(run())
