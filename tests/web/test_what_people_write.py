"""Whatever people write, no page is wider than its window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from tests.web.pages import PAGES
from tests.web.test_accessibility import WIDER
from tests.web.test_isolation import LEFT_OUT, ending_in

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
# Words of ours, which no one else writes.
OURS = frozenset({"navigation", "first_action", "version", "banners", "kinds", "scopes", "api", "next_step"})
ENDS = {
    "one word": "W" * 200,
    "other scripts": " " + "السلام" * 30 + "日本語" * 60 + ("q" + "\u0323\u0308" * 5) * 60 + "\u202e" + "desrever" * 20,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_no_page_is_wider_than_its_window(browser: Browser, site: str, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    found: list[str] = []
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.route_web_socket("**/socket.io/**", lambda _socket: None)
        for name in sorted(set(PAGES) - LEFT_OUT):
            template, values = PAGES[name]
            monkeypatch.setitem(
                PAGES, "written", (template, {key: value if key in OURS else ending_in(end, value) for key, value in values.items()})
            )
            page.goto(f"{site}/written", wait_until="domcontentloaded")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found += [f"{name} at {width}: {text}" for text in page.evaluate(WIDER)]
    assert found == [], "\n".join(sorted(set(found)))
