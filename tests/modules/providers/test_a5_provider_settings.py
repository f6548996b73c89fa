"""A5: the operator's list of providers: what is accepted, what is refused, and that no secret is shown."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.harness import Place
from tests.oidc.running import phoenix_with
from tests.oidc.standin import apple_key

from phoenix.composition import REGISTRY
from phoenix.modules.providers.actions.providers import read_providers
from phoenix.settings import SettingsError

SECRET = "the very secret value"
_KEY, PEM = apple_key()
GOOGLE = {"name": "google", "client_id": "g", "client_secret": SECRET}
GITHUB = {"name": "github", "client_id": "h", "client_secret": SECRET}
MICROSOFT = {"name": "microsoft", "client_id": "m", "client_secret": SECRET, "tenant": "common"}
APPLE = {"name": "apple", "client_id": "example.phoenix", "team_id": "TEAM", "key_id": "KEYID", "private_key": PEM}
ACME = {"name": "acme", "issuer": "https://id.acme.example", "client_id": "a", "client_secret": SECRET}


REFUSED = [
    ("{", "is not a list of providers"),
    ('{"name": "google"}', "is not a list of providers"),
    ([{**GOOGLE, "colour": "red"}], "unknown field `colour`"),
    ([{"name": "google", "client_secret": SECRET}], "required field `client_id`"),
    ([{**GOOGLE, "client_id": ""}], "client_id of google is missing"),
    ([{**GOOGLE, "client_id": 7}], "client_id"),
    ([{"name": "google", "client_id": "g"}], "client_secret of google is missing"),
    ([{**GOOGLE, "issuer": "https://evil.example"}], "issuer of google is not for this provider"),
    ([{**GITHUB, "tenant": "t"}], "tenant of github is not for this provider"),
    ([{**MICROSOFT, "tenant": ""}], "tenant of microsoft is missing"),
    ([{**MICROSOFT, "tenant": "example.com"}], "tenant of microsoft must be the tenant's id"),
    ([{**APPLE, "private_key": "not a key"}], "private_key of apple is not an ES256 key"),
    ([{**APPLE, "team_id": ""}], "team_id of apple is missing"),
    ([{**APPLE, "client_secret": SECRET}], "client_secret of apple is not for this provider"),
    ([{**ACME, "issuer": ""}], "issuer of acme is missing"),
    ([{**ACME, "issuer": "http://id.acme.example"}], "issuer of acme must be an https:// address"),
    ([{**ACME, "issuer": "https://id.acme.example?x"}], "issuer of acme must be an https:// address"),
    ([{**ACME, "issuer": "https://u:p@id.acme.example"}], "issuer of acme must be an https:// address"),
    ([{**ACME, "issuer": "id.acme.example"}], "issuer of acme must be an https:// address"),
    ([GOOGLE, GOOGLE], "name google is listed twice"),
    ([{**ACME, "name": "A b"}], "name must consist of lower-case letters"),
    ([{**ACME, "name": "../x"}], "name must consist of lower-case letters"),
]


@pytest.mark.parametrize(("listed", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_an_invalid_provider_list_is_refused_with_the_field_and_without_secrets(listed: Any, sentence: str) -> None:
    text = listed if isinstance(listed, str) else json.dumps(listed)
    with pytest.raises(SettingsError) as refused:
        read_providers(text, production=True)
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("PHOENIX_PROVIDERS")
    assert SECRET not in str(refused.value)
    assert "PRIVATE KEY" not in str(refused.value)


def test_phoenix_does_not_start_with_an_invalid_provider_list(place: Place) -> None:
    async def run() -> None:
        settings = place.settings(PHOENIX_PROVIDERS=json.dumps([{**GOOGLE, "colour": "red"}]))
        with pytest.raises(SettingsError, match="colour"):
            async with REGISTRY.opened(settings):
                pass

    asyncio.run(run())


def test_every_preset_is_accepted_and_its_secret_stays_hidden() -> None:
    found = read_providers(json.dumps([GOOGLE, GITHUB, MICROSOFT, APPLE, ACME]), production=True)
    assert [(p.name, p.title) for p in found] == [
        ("google", "Google"), ("github", "GitHub"), ("microsoft", "Microsoft"), ("apple", "Apple"), ("acme", "Acme"),
    ]  # fmt: skip
    assert SECRET not in repr(found)
    assert "PRIVATE" not in repr(found)


def test_the_admin_panel_offers_no_identity_provider(place: Place) -> None:
    async def run() -> None:
        async with phoenix_with(place, GOOGLE, PHOENIX_ADMIN_URL="http://phoenix.test") as harness:
            assert "formaction" not in (await harness.get("/sign-in")).text

    asyncio.run(run())
