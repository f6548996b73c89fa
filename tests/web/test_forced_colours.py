"""Windows High Contrast replaces our colours with the reader's: every state must still look different from the one without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

STYLES = Path(__file__).parents[2] / "web" / "styles"
# What in a style sheet is a state of something, as against another kind of thing.
STATE = re.compile(
    r'\[aria-(?:current|pressed|selected|checked|expanded)[^\]]*\]|:checked|\.is-\w+|\.dot--\w+|\.event--new|\[data-level="\d"\]'
)
# Words must not be what differs, since weight alone is hard to see, nor a transition.
STILL = "* { font-weight: 400 !important; transition: none !important; animation: none !important }"


@dataclass(frozen=True)
class State:
    """One of a pair: on this page, at this width, these scripts put the element into either state."""

    styles: str
    """What the style sheets call it."""
    page: str
    selector: str
    on: str
    off: str
    width: int = 1280

    def __str__(self) -> str:
        return f"{self.selector} {self.on}"


def current(page: str, selector: str, width: int = 1280) -> State:
    return State("[aria-current]", page, selector, "e.setAttribute('aria-current', 'page')", "e.removeAttribute('aria-current')", width)


def classed(styles: str, page: str, selector: str, on: str, off: str = "") -> State:
    return State(styles, page, selector, f"e.className = '{on}'", f"e.className = '{off}'")


STATES = [
    State(":checked", "sign-in", "input.checkbox", "e.checked = true", "e.checked = false"),
    State(":checked", "sign-in", "input.checkbox", "e.disabled = e.checked = true", "e.disabled = true; e.checked = false"),
    current("feed", ".tabs a:nth-child(2)"),
    current("feed", ".sidebar .nav-item:nth-child(2)"),
    current("feed", ".tabbar a:nth-child(3)", 360),
    current("profile", ".sub-nav .nav-item:nth-child(2)"),
    current("staff-people", ".shell--staff .sidebar .nav-item:nth-child(2)"),
    current("feed", ".menu__list--start .menu__item"),
    State(
        '[aria-pressed="true"]', "feed", "[data-theme-choice=light]", "e.setAttribute('aria-pressed', 'true')",
        "e.setAttribute('aria-pressed', 'false')",
    ),
    *(
        classed(f".dot--{one}", "feed", "[data-live-state] .dot", f"dot dot--{one}", f"dot dot--{other}")
        for one, other in (("good", "warn"), ("good", "bad"), ("good", "off"), ("warn", "bad"), ("bad", "off"), ("off", "warn"))
    ),
    State(
        '[aria-selected="true"]', "feed", ".menu__list--start .menu__item",
        "e.parentElement.classList.add('people'); e.removeAttribute('aria-current'); e.setAttribute('aria-selected', 'true')",
        "e.setAttribute('aria-selected', 'false')",
    ),
    classed(".event--new", "feed", ".event", "event event--new", "event"),
    *(classed(f".is-{one}", "security", ".timeline li", f"is-{one}") for one in ("bad", "good")),
    classed(".is-bad", "security", ".timeline li", "is-bad", "is-good"),
    classed(".is-left", "security", ".pips span", "is-left"),
    *(
        State(f'[data-level="{level}"]', "sign-up", ".strength", f"e.dataset.level = {level}", f"e.dataset.level = {level - 1}")
        for level in (1, 2, 3)
    ),
]  # fmt: skip
# Not states of their own: the level above looks the same, and the words beside the bars differ.
SAME = {'[data-level="4"]'}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(forced_colors="active", reduced_motion="reduce") as context:
        yield context.new_page()


def pictures(page: Page, site: str, state: State) -> tuple[bytes, bytes]:
    page.set_viewport_size({"width": state.width, "height": 900})
    page.goto(f"{site}/{state.page}")
    page.evaluate(
        """([text, selector]) => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(text);
            document.adoptedStyleSheets = [sheet];
            for (let e = document.querySelector(selector); e; e = e.parentElement) {
                e.hidden = false;
                if (e.tagName === "DETAILS") e.open = true;
            }
        }""",
        [STILL, state.selector],
    )
    element = page.locator(state.selector).first
    element.scroll_into_view_if_needed()
    page.mouse.move(0, 0)
    box = element.bounding_box()
    assert box, state.selector
    around = {"x": max(0.0, box["x"] - 16), "y": max(0.0, box["y"] - 4), "width": box["width"] + 20, "height": box["height"] + 8}
    found = []
    for script in (state.on, state.off):
        element.evaluate(f"e => {{ {script} }}")
        found.append(page.screenshot(clip=around))  # type: ignore[arg-type]
    return found[0], found[1]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_state_is_seen_in_forced_colours(page: Page, site: str, state: State) -> None:
    on, off = pictures(page, site, state)
    assert on != off


def test_every_state_of_the_style_sheets_is_compared() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in STYLES.glob("*.css"))
    found = {re.sub(r"\[aria-current[^\]]*\]", "[aria-current]", state) for state in STATE.findall(written)}
    assert found - SAME == {state.styles for state in STATES}
