"""A5 in real browsers: sign in with a provider on another site, under the strict CSP and with SameSite cookies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.browsers import Browser, wait
from tests.oidc.running import running_provider
from tests.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.parametrize("form_post", [False, True], ids=["response by redirect", "response by form"])
def test_signing_in_with_a_provider_on_another_site(browser: Browser, tmp_path: Path, form_post: bool) -> None:
    """The provider is at 127.0.0.1 and Phoenix at localhost, which are two sites to a browser."""
    phoenix = Running(tmp_path / "data", "--no-demo")
    url = f"http://localhost:{phoenix.port}"
    with running_provider(f"{url}/sign-in/with/acme/callback", form_post=form_post) as provider:
        phoenix._variables = {"PHOENIX_PUBLIC_URL": url, "PHOENIX_PROVIDERS": json.dumps([provider.listed()])}
        phoenix.start()
        try:
            browser.open(f"{url}/sign-in")
            wait(browser, "Continue with Acme")
            browser.press("Continue with Acme")
            wait(browser, "Acme has confirmed ada@example.com.")
            assert browser.address() == f"{url}/sign-up/with"
            browser.tick("accept_terms")
            browser.press("Create account")
            wait(browser, "Account created.")
        finally:
            assert phoenix.stop() == 0
