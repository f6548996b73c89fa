"""Every page fits a small phone in every language: German words are longer than English ones, and Japanese has no spaces to break at."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from tests.web.pages import PAGES
from tests.web.test_accessibility import WIDER

from phoenix.kernel.language import DEFAULT_LOCALE, LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {DEFAULT_LOCALE}))
def test_no_page_is_wider_than_a_small_phone(browser: Browser, site: str, language: str) -> None:
    found: list[str] = []
    with browser.new_context(viewport={"width": 320, "height": 900}, locale=language, java_script_enabled=False) as context:
        page = context.new_page()
        for name in PAGES:
            page.goto(f"{site}/{name}")
            assert page.locator("html").get_attribute("lang") == language
            found += [f"{name}: {text}" for text in page.evaluate(WIDER)]
    assert found == []
