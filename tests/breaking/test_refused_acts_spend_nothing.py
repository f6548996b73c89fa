"""A code or a link works once. An act that is refused has not used it up, whoever asked for it and whatever was wrong."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest
from tests.breaking.authority import lock, unlock
from tests.factors import Factors
from tests.harness import PASSWORD, Harness
from tests.source import QUERIES, SOURCE

NEW = "eleven kettles on the roof"


def token(harness: Harness, to: str) -> str:
    found = re.search(r"token=([\w-]+)", harness.mails(to)[0].text)
    assert found
    return found[1]


def says(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text


async def an_address_under_another_account(harness: Harness) -> None:
    await harness.person("ada", password=True)
    await harness.person("bo", password=True)
    says(await harness.post("/api/v2/me/email", by="ada", json={"email": "ada@elsewhere.example.com"}), 202)
    await harness.work()
    link = {"token": token(harness, "ada@elsewhere.example.com")}
    await harness.events()
    says(await harness.post("/api/v2/me/email/confirm", by="bo", json=link), 422)
    assert await harness.events() == []
    says(await harness.post("/api/v2/me/email/confirm", by="ada", json=link), 204)
    says(await harness.post("/api/v2/me/email/confirm", by="ada", json=link), 422)


async def a_backup_code_for_a_used_challenge(harness: Harness) -> None:
    ada = await Factors.of(harness, "ada")
    challenge = await ada.challenge()
    says(await ada.answer(challenge, "totp", ada.now()), 201)
    await harness.work()
    await harness.events()
    says(await ada.answer(challenge, "backup_code", ada.codes[0]), 422)
    assert (await harness.events(), await harness.work()) == ([], [])
    says(await ada.second("backup_code", ada.codes[0]), 201)
    says(await ada.second("backup_code", ada.codes[0]), 422)


async def a_code_of_the_app_for_a_used_challenge(harness: Harness) -> None:
    ada = await Factors.of(harness, "ada")
    challenge = await ada.challenge()
    says(await ada.answer(challenge, "backup_code", ada.codes[0]), 201)
    says(await ada.answer(challenge, "totp", ada.now()), 422)
    says(await ada.second("totp", ada.now()), 201)
    says(await ada.second("totp", ada.now()), 422)


async def a_second_factor_after_the_password_changed(harness: Harness) -> None:
    ada = await Factors.of(harness, "ada")
    challenge = await ada.challenge()
    await harness.sql("UPDATE accounts SET credential_generation = credential_generation + 1")
    says(await ada.answer(challenge, "backup_code", ada.codes[0]), 401)
    says(await ada.second("backup_code", ada.codes[0]), 201)


async def a_sign_in_code_for_a_locked_account(harness: Harness) -> None:
    await harness.person("root", permissions=("platform.admin",))
    await harness.person("ada", password=True)
    await harness.post("/api/v2/sessions/email_code", json={"email": "ada@example.com"})
    await harness.work()
    sent = {"email": "ada@example.com", "code": harness.code("ada@example.com")}
    await lock(harness, "ada", "root")
    says(await harness.post("/api/v2/sessions/email_code/complete", json=sent), 403)
    await unlock(harness, "ada", "root")
    says(await harness.post("/api/v2/sessions/email_code/complete", json=sent), 201)
    says(await harness.post("/api/v2/sessions/email_code/complete", json=sent), 422)


async def a_reset_with_a_password_that_is_too_short(harness: Harness) -> None:
    await harness.person("ada", password=True)
    await harness.post("/api/v2/password_resets", json={"email": "ada@example.com"})
    await harness.work()
    link = {"token": token(harness, "ada@example.com")}
    says(await harness.post("/api/v2/password_resets/complete", json={**link, "password": "short"}), 422)
    says(await harness.post("/api/v2/password_resets/complete", json={**link, "password": NEW}), 204)


async def a_confirmation_without_a_password(harness: Harness) -> None:
    await harness.post("/api/v2/accounts", json={"email": "ada@example.com", "password": PASSWORD, "name": "Ada", "accept_terms": True})
    await harness.work()
    link = {"token": token(harness, "ada@example.com")}
    says(await harness.post("/api/v2/accounts/verify", json=link), 422)
    says(await harness.post("/api/v2/accounts/verify", json={**link, "password": NEW}), 204)


async def an_invitation_under_another_account(harness: Harness) -> None:
    ember = await harness.organisation("ember", ada="owner")
    for name in ("bo", "eve"):
        await harness.person(name)
    says(
        await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com", "role": "viewer"}), 201
    )
    await harness.work()
    link = {"token": token(harness, "bo@example.com")}
    refused = await harness.post("/api/v2/invitations/accept", by="eve", json=link)
    assert refused.status_code in {403, 409}, refused.text
    says(await harness.post("/api/v2/invitations/accept", by="bo", json=link), 200)


SCENARIOS = (
    an_address_under_another_account,
    a_backup_code_for_a_used_challenge,
    a_code_of_the_app_for_a_used_challenge,
    a_second_factor_after_the_password_changed,
    a_sign_in_code_for_a_locked_account,
    a_reset_with_a_password_that_is_too_short,
    a_confirmation_without_a_password,
    an_invitation_under_another_account,
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_what_was_refused_still_works_once(harness: Harness, scenario: Callable[[Harness], Awaitable[None]]) -> None:
    async def run() -> None:
        async with harness:
            await scenario(harness)

    asyncio.run(run())


def test_a_code_that_leads_to_the_second_factor_is_used(harness: Harness) -> None:
    """Nothing was refused: the sign-in goes on."""

    async def run() -> None:
        async with harness:
            await Factors.of(harness, "ada")
            await harness.post("/api/v2/sessions/email_code", json={"email": "ada@example.com"})
            await harness.work()
            sent = {"email": "ada@example.com", "code": harness.code("ada@example.com")}
            for code in ("second_factor_required", "wrong_code"):
                assert (await harness.post("/api/v2/sessions/email_code/complete", json=sent)).json()["code"] == code

    asyncio.run(run())


def test_a_wrong_code_is_counted_although_another_is_given_back(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            challenge = await ada.challenge()
            says(await ada.answer(challenge, "totp", ada.now()), 201)
            for _guess in range(5):
                says(await ada.answer(challenge, "backup_code", ada.codes[0]), 422)
            says(await ada.answer(challenge, "backup_code", ada.codes[0]), 429)

    asyncio.run(run())


# What uses a proof up, and the scenario that refuses it; or why nothing holds what it uses.
USES = {
    "accounts.actions.email_verification.complete": "every scenario with a link or a code from an email",
    "accounts.actions.email_verification.use_once": "every scenario with a challenge",
    "factors.actions.passkeys.add_passkey": "the challenge is the browser's, and a new one costs nothing",
    "factors.actions.relying_party.use_challenge": "the challenge is the browser's, and a new one costs nothing",
    "factors.actions.second_factor._use_backup_code": "a_backup_code_for_a_used_challenge",
    "factors.actions.second_factor.check_factor": "a_code_of_the_app_for_a_used_challenge",
    "factors.actions.second_factor.confirm_totp": "refused only when the app was confirmed since, which undoes everything",
    "impersonation.actions.open_link": "refused only when the session that it opens has ended",
    "organisations.actions.invite._accept": "an_invitation_under_another_account",
    "providers.actions.identities.connect_pending": "its refusals undo everything",
    "providers.actions.identities.use_pending": "its refusals undo everything",
    "providers.actions.oauth.finish": "the state is the browser's: an answer of a provider is read once, whatever it says",
    "sign_in.actions.change_address.change_address": "an_address_under_another_account",
    "sign_in.actions.email_code.check_code": "a_sign_in_code_for_a_locked_account",
    "sign_in.actions.passkey.answer_challenge": "a_second_factor_after_the_password_changed",
    "sign_in.actions.passkey.reauthenticate": "the challenge is the browser's, and a new one costs nothing",
    "sign_in.actions.passkey.sign_in": "the challenge is the browser's, and a new one costs nothing",
    "sign_in.actions.provider.sign_up_with_provider": "its refusals undo everything",
    "sign_in.actions.reauthenticate.reauthenticate": "a code for one account is looked for by that account's address",
    "sign_in.actions.reset_password.reset_password": "a_reset_with_a_password_that_is_too_short",
    "sign_in.actions.second_factor.answer_challenge": "a_backup_code_for_a_used_challenge",
    "sign_in.actions.start_session.use_challenge": "a_backup_code_for_a_used_challenge",
    "sign_in.actions.unlock.unlock": "nothing is refused once the link is found",
    "sign_in.actions.verify.verify": "a_confirmation_without_a_password",
}
USING = {"complete", "spend", "use_challenge", "use_once", "use_passkey_challenge", "use_pending"}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def users() -> Iterator[str]:
    for path in sorted((SOURCE / "modules").rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE / "modules").with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.AsyncFunctionDef) and any(
                isinstance(node, ast.Call) and called(node) in USING for node in ast.walk(function)
            ):
                yield f"{name}.{function.name}"


def test_everything_that_uses_a_proof_up_is_looked_at_here() -> None:
    assert set(users()) == set(USES), "give it a scenario here in which the act is refused, and then asked for by the right person"
    assert {reason for reason in USES.values() if "_" in reason} <= {scenario.__name__ for scenario in SCENARIOS}


# Columns that say what became of something, not that someone's proof was used.
STATES = {"archived_at", "closes_at", "confirmed_at", "deleting_at", "read_at", "ready_at", "reminded_at", "ended_at", "erase_at", "locked_at", "locked_until", "next_at", "revoked_at", "seen_at", "sign_count", "state", "suspended_at", "used_refresh_count"}  # fmt: skip


def spending() -> Iterator[str]:
    """The named queries that change a row only if it was not changed yet, and say whether it was."""
    for name, query in QUERIES.items():
        text = " ".join(query.sql.split())
        found = re.search(r"SET\b(.*?)\bWHERE\b(.*)RETURNING", text)
        once = {c for c in re.findall(r"(?<!\$)\b(\w+) = ", found[1]) if re.search(rf"\b{c} (IS NULL|<)", found[2])} if found else set()
        if once - STATES or "INTO spent_tokens" in text:
            yield name


def test_what_works_once_is_used_up_by_spend_alone() -> None:
    names = set(spending())
    assert {name.rpartition(".")[2] for name in names} >= {"USE", "USE_TOKEN", "USE_TOTP_STEP", "USE_BACKUP_CODE", "ACCEPT"}
    constants = {name.rpartition(".")[2] for name in names}
    for path in sorted((SOURCE / "modules").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in {"all", "execute", "maybe", "one"}):
            first = call.args[0] if call.args else None
            used = first.attr if isinstance(first, ast.Attribute) else getattr(first, "id", "")
            assert used not in constants, f"{path.name}:{call.lineno} uses {used} up without tx.spend"
