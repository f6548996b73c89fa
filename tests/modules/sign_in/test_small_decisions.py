"""Details of sign-in and second factors, each tested separately."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.factors import Factors, bearer
from tests.harness import NOW, Harness
from tests.modules.factors.passkeys import add_passkey
from tests.scenario import Scenario, call, changes_nothing, fires_nothing, person, play, problem, table
from tests.software_passkey import Authenticator

from phoenix.kernel.i18n.devices import device_of
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.factors.actions.second_factor import check_factor, remove_all
from phoenix.modules.providers.actions.identities import connect
from phoenix.modules.providers.actions.oauth import _said_no
from phoenix.modules.providers.actions.providers import Provider
from phoenix.modules.sign_in.pages.security import advice
from phoenix.modules.sign_in.queries import Protection


@table(
    Scenario(
        "changing to one's own address is refused",
        given=[person("ada")],
        when=call("POST", "/api/v2/me/email", by="ada", json={"email": "ADA@example.com"}),
        then=[problem(422, "invalid_input", "email"), fires_nothing(), changes_nothing()],
    ),
)
def test_scenarios_that_are_refused(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (unknown) Firefox/140.0", "Firefox"),
        ("PhoenixApp/2 (iPhone)", "iPhone"),
        ("curl/8.14", "curl"),
        ("", "Unknown device"),
        ("\x00\x01", "Unknown device"),
    ],
)
def test_a_device_is_named_after_its_browser_and_system(agent: str, shown: str) -> None:
    assert device_of(agent) == shown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "You cancelled"),
        ("temporarily_unavailable", "is temporarily unavailable"),
        ("server_error", "is temporarily unavailable"),
        ("invalid_scope", "refused"),
    ],
)
def test_a_sign_in_rejected_by_a_provider_is_explained(error: str, words: str) -> None:
    provider = Provider("example", "Example", "oidc", "https://id.example.com", "client", "secret")
    sentence = str(_said_no(provider, error))
    assert words in sentence
    assert "Example" in sentence


PROTECTED: dict[str, Any] = {
    "has_password": True, "totp_since": None, "backup_codes_left": 0, "passkeys": 0, "passkey_used_at": None, "identities": 0,
    "sessions": 1, "devices": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Only a password protects this account."),
        ({"has_password": False, "identities": 1}, "An external account or a code by email is enough"),
        ({"has_password": False}, "A code by email is enough"),
        ({"passkeys": 1}, "Add a second passkey"),
        ({"totp_since": NOW, "backup_codes_left": 3}, "running low on backup codes"),
        ({"totp_since": NOW, "backup_codes_left": 4}, "Well protected."),
        ({"passkeys": 2}, "Well protected."),
    ],
)
def test_the_advice_names_the_next_step(change: dict[str, Any], words: str) -> None:
    assert words in advice(Protection(**{**PROTECTED, **change}))


def test_connecting_an_identity_again_changes_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            for _again in range(2):
                async with harness.runtime.database.transaction() as tx:
                    await connect(
                        harness.runtime, tx, ada.id, provider="example", issuer="https://id.example.com", subject="7", email="a@b.example"
                    )
            assert await harness.events() == ["providers.identity_connected"]

    asyncio.run(run())


def test_there_is_no_page_for_an_app_that_is_not_being_set_up(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            fresh = (await harness.sign_in("ada")).json()["access_token"]
            assert ada.token
            answer = await harness.get("/settings/totp", headers=bearer(fresh))
            assert (answer.status_code, answer.headers["location"]) == (303, "/settings/security")

    asyncio.run(run())


def test_all_factors_are_removed_even_if_there_are_only_passkeys(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            harness.people["ada"].token = (await harness.sign_in("ada")).json()["access_token"]
            assert (await add_passkey(harness, Authenticator(), by="ada")).status_code == 201
            await harness.events()
            async with harness.runtime.database.transaction() as tx:
                await remove_all(tx, ada.id)
            assert await harness.events() == ["factors.passkey_removed"]
            assert await harness.sql("SELECT 1 FROM passkeys") == []

    asyncio.run(run())


@pytest.mark.parametrize(("method", "code"), [("backup_code", "abcde-fghjk"), ("by hand", "123456")])
def test_a_backup_code_is_refused_when_none_is_left_and_so_is_an_unknown_method(harness: Harness, method: str, code: str) -> None:
    async def run() -> None:
        async with harness:
            factors = await Factors.of(harness, "ada")
            await harness.sql("DELETE FROM backup_codes")
            async with harness.runtime.database.transaction() as tx:
                with pytest.raises(WrongCode):
                    await check_factor(harness.runtime, tx, harness.people["ada"].id, method=method, code=code, device=factors.device)

    asyncio.run(run())
