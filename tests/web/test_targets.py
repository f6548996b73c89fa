"""Whole rows and cards are targets, what else can be used in them stays usable, and Back leads to the same place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.web import samples
from tests.web.pages import PAGES
from tests.web.sockets import Socket

from phoenix.kernel.i18n.templates import Templates

pytestmark = pytest.mark.browser

LOOK = """() => {
    const wrong = [];
    let rows = 0;
    for (const link of document.querySelectorAll(".title-link")) {
        const row = link.closest("tr, .line, .event__card, .event");
        row.scrollIntoView({ block: "center" });
        const box = row.getBoundingClientRect();
        if (!box.width) continue;
        rows += 1;
        for (const [across, down] of [[0.03, 0.5], [0.5, 0.15], [0.5, 0.85], [0.97, 0.2]]) {
            const hit = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
            const used = hit && hit.closest("a, button, select, input, summary, time[title]");
            if (!used) wrong.push(`${link.textContent.trim()}: nothing at ${across}, ${down}`);
        }
        for (const time of row.querySelectorAll("time[title]")) {
            const [at] = time.getClientRects();
            if (!at || !at.width) continue;
            const hit = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
            if (!time.contains(hit)) wrong.push(`the tooltip of ${time.title} is covered by ${hit && hit.outerHTML.slice(0, 80)}`);
        }
        for (const other of row.querySelectorAll("a, button, select, input:not([type=hidden]), summary")) {
            const [at] = other.getClientRects();
            if (other === link || !at || !at.width) continue;
            const hit = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
            if (!other.contains(hit)) wrong.push(`${other.textContent.trim()} is covered`);
            if (other.tabIndex < 0) wrong.push(`${other.textContent.trim()} cannot be focused`);
        }
    }
    return [rows, wrong];
}"""


@pytest.mark.parametrize("width", [360, 1280])
def test_a_row_or_card_with_a_title_is_a_target_as_a_whole(page: Page, site: str, socket: Socket, templates: Templates, width: int) -> None:
    del socket
    page.set_viewport_size({"width": width, "height": 900})
    seen, wrong = 0, []
    for name, (template, context) in PAGES.items():
        if "title-link" not in templates.render(template, **context):
            continue
        page.goto(f"{site}/{name}")
        rows, found = page.evaluate(LOOK)
        seen += rows
        wrong += [f"{name}: {one}" for one in found]
    assert wrong == []
    assert seen > 20


def test_back_returns_to_the_same_place_in_the_feed(page: Page, site: str, socket: Socket, templates: Templates) -> None:
    del socket
    older = [
        samples.happened(n, "entries/feed_posted.html", samples.ago(days=90), title=f"Older {n}", excerpt="x " * 90)
        for n in range(-1, -30, -1)
    ]
    context = samples.frame("/o/halden/feed", items=older, kinds=samples.KINDS, kind="", older="", newest=False)
    html = templates.render("feed/page.html", **context)
    page.route("**/o/halden/feed?cursor=x", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route("**/o/halden/entries/*", lambda route: route.fulfill(body="<title>Entry</title><h1>Entry</h1>", content_type="text/html"))
    # As pages of ours are: the browser keeps no copy of them to come back to.
    page.goto(f"{site}/feed")
    page.evaluate("window.addEventListener('unload', () => undefined)")
    page.get_by_role("link", name="Show older").click()
    target = page.locator("[data-event='evt_-20']")
    target.scroll_into_view_if_needed()
    before = target.evaluate("e => e.getBoundingClientRect().top")
    target.locator(".title-link").click()
    expect(page.get_by_role("heading", name="Entry")).to_be_visible()
    page.go_back()
    expect(target).to_be_in_viewport()
    after = target.evaluate("e => e.getBoundingClientRect().top")
    assert abs(after - before) < 20
