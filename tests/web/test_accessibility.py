"""Every page in a real browser has no axe violation, no sideways scrolling, and no message in the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.pages import PAGES

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
# 320 px is a window of 1280 px at a zoom of 400 %.
SCREENS = (("light", 320), ("light", 768), ("dark", 1280))
# If the page is wider than the window, find the innermost elements that are too wide.
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('main *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth && !e.children.length).map(e => e.outerHTML.slice(0, 120)).slice(0, 3)
    .concat(['(see above)'])"""

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "width"), SCREENS)
def test_pages_are_accessible(browser: Browser, site: str, theme: str, width: int) -> None:
    if not AXE.exists():
        pytest.fail("axe-core is not installed. Run: npm ci")
    script = AXE.read_text(encoding="utf-8")
    found: list[str] = []
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.on("console", lambda message: found.append(f"console: {message.text}") if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: found.append(f"error: {error}"))
        # The sample pages have no socket to connect to. The live script has its own tests.
        page.route_web_socket("**/socket.io/**", lambda _socket: None)
        for name in PAGES:
            page.goto(f"{site}/{name}")
            # A page that opens at a refused field may have a target half under its header, which axe takes for a small one.
            page.evaluate("scrollTo(0, 0)")
            page.evaluate(script)
            result = page.evaluate(f"axe.run(document, {RULES})")
            found += [f"{name}: {v['id']}: {v['nodes'][0]['html'][:120]}" for v in result["violations"]]
            found += [f"{name}: wider than the window: {text}" for text in page.evaluate(WIDER)]
    assert found == []
