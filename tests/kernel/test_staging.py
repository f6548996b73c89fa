"""The environment `staging`: as strict as production, and separate from it."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from tests.harness import Harness, Place
from tests.strict import OTHER_KEY
from tests.strict import STRICT as GOOD

from phoenix.app import build
from phoenix.composition import REGISTRY
from phoenix.kernel.errors import Forbidden
from phoenix.modules.demo.actions import seed_demo
from phoenix.operations.up.plan import parts, resolve
from phoenix.settings import Settings, SettingsError, read_settings

STRICT = ("staging", "production")


def settings(environment: str, **other: str) -> Settings:
    return read_settings({"PHOENIX_ENVIRONMENT": environment, **GOOD, **{f"PHOENIX_{name}": value for name, value in other.items()}})


@pytest.mark.parametrize("environment", STRICT)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "development-" + "aBcDeFgHiJkLmNoP" * 3),
        ("SECRET_KEY", "changeme-changeme-changeme-0123456789"),
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("SECRET_KEY", "kT3v9QmZ2xPw7LrkT3v9QmZ2xPw7LrB5"),
        ("SECRET_KEY", "correct horse battery staple of the kings"),
        ("SMTP_URL", ""),
        ("PUBLIC_URL", "http://phoenix.acme.org"),
        ("PUBLIC_URL", "https://127.0.0.1"),
        ("PUBLIC_URL", "https://localhost:8000"),
        ("PUBLIC_URL", "https://[::1]"),
        ("PUBLIC_URL", ""),
        ("MAIL_FROM", "Phoenix <no-reply@phoenix.example>"),
        ("MAIL_FROM", "root@localhost"),
        ("DEMO", "true"),
    ],
)
def test_strict_environments_refuse_development_values_and_name_the_variable(environment: str, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"PHOENIX_{name} .*{'development' if 'development' in value else environment}"):
        settings(environment, **{name: value})
    assert not settings("development", **{name: value}).strict


@pytest.mark.parametrize("environment", STRICT)
def test_strict_environments_require_a_second_factor_of_staff(environment: str) -> None:
    assert settings(environment).strict
    assert settings(environment).second_factor_for == "staff"
    assert settings("test").second_factor_for == "nobody"


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(SettingsError, match="must be development, test, staging or production"):
        settings("preview")


@pytest.mark.parametrize("environment", STRICT)
def test_strict_environments_have_no_mailbox(environment: str, tmp_path: Path) -> None:
    def paths(framework: Litestar) -> set[str]:
        return {route.path for route in framework.routes}

    assert not {path for path in paths(build(settings(environment), REGISTRY)) if path.startswith("/mailbox")}
    assert "/mailbox" in paths(build(settings("development"), REGISTRY))
    found = resolve(settings(environment), tmp_path)
    assert "mailbox" not in {part.name for part in parts(found, tmp_path)}


@pytest.mark.parametrize("environment", STRICT)
def test_strict_environments_require_tls_to_identity_providers(environment: str) -> None:
    provider = {"name": "own", "title": "Own", "client_id": "phoenix", "client_secret": "x" * 20}
    listed = json.dumps([{**provider, "issuer": "http://127.0.0.1:9000"}])

    def check(found: Settings) -> None:
        for module in REGISTRY.modules:
            if module.check is not None:
                module.check(found)

    check(settings("development", PROVIDERS=listed))
    with pytest.raises(SettingsError, match="PHOENIX_PROVIDERS"):
        check(settings(environment, PROVIDERS=listed))


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def staging(place: Place) -> Harness:
    return Harness(place, {"PHOENIX_ENVIRONMENT": "staging", **GOOD})


def test_staging_tokens_name_staging_and_there_is_no_demo(place: Place) -> None:
    async def run() -> None:
        harness = staging(place)
        async with harness:
            await harness.person("ada", password=True)
            token = (await harness.sign_in("ada")).json()["access_token"]
            assert claims(token)["aud"] == "phoenix staging"
            with pytest.raises(Forbidden):
                await seed_demo(harness.runtime)

    asyncio.run(run())


def test_production_refuses_the_secret_and_tokens_of_staging(place: Place) -> None:
    """Not even with a copy of the staging database."""

    async def run() -> None:
        harness = staging(place)
        async with harness:
            await harness.person("ada", password=True)
            token = (await harness.sign_in("ada")).json()["access_token"]
            assert (await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {token}"})).status_code == 200
        with pytest.raises(SettingsError, match="the key of the staging environment"):
            async with Harness(place, {"PHOENIX_ENVIRONMENT": "production", **GOOD}):
                pass
        own = {**GOOD, "PHOENIX_SECRET_KEY": OTHER_KEY}
        # Every environment has its own cache.
        production = Harness(
            replace(place, valkey=""), {"PHOENIX_ENVIRONMENT": "production", **own, "PHOENIX_DATA": str(place.folder / "own")}
        )
        async with production:
            assert (await production.get("/api/v2/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401

    asyncio.run(run())
