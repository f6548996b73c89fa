"""Templates rendered with sample contexts, and a browser that opens them under our Content-Security-Policy."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from tests.web import samples
from tests.web.pages import PAGES
from tests.web.sockets import Socket

from phoenix.kernel.i18n.templates import Templates
from phoenix.kernel.language import language_of, reading

SOURCE = Path(__file__).parents[2] / "src" / "phoenix"
STATIC = SOURCE / "static"
FOLDERS = {folder.parent.name: folder for folder in (SOURCE / "modules").glob("*/templates")}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'"
)
# What a page shows in a frame.
FRAMED = b'<!doctype html><html lang="en"><title>Email</title><p>An email.</p></html>'
FRAMED_POLICY = "default-src 'none'; frame-ancestors 'self'; sandbox"


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Templates that need no bundles, with an invented manifest."""
    static = tmp_path_factory.mktemp("static")
    sources = {
        "web/app.ts": "app-1.js",
        "web/live.ts": "live-1.js",
        "web/theme.ts": "theme-1.js",
        "web/styles/app.css": "app-1.css",
        "web/brand.svg": "brand-1.svg",
    }
    (static / "manifest.json").write_text(
        json.dumps({source: {"file": file, "src": source} for source, file in sources.items()}), encoding="utf-8"
    )
    return Templates(FOLDERS, static)


@pytest.fixture(scope="session")
def rendered(templates: Templates) -> dict[str, str]:
    return {name: templates.render(template, **context) for name, (template, context) in PAGES.items()}


# Not for the whole session: while it is open, Playwright runs an event loop, and other tests could not start their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 700}, reduced_motion="reduce", timezone_id="Asia/Tokyo") as context:
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        assert faults == []


@pytest.fixture
def socket(page: Page) -> Socket:
    return Socket(page)


@pytest.fixture
def news(page: Page, templates: Templates) -> Callable[[int], None]:
    """Make the server answer with that many new events, and one that the page already shows."""
    state = {"count": 0}

    def answer(route: Route) -> None:
        assert "after=evt_9" in route.request.url
        new = [samples.happened(9 + n, "entries/feed_changed.html", samples.NOW, title=f"New {n}") for n in range(state["count"], 0, -1)]
        html = templates.render("feed/_items.html", **samples.frame(items=[*new, samples.FEED[0]], gap=False))
        route.fulfill(body=html, content_type="text/html")

    def happen(count: int) -> None:
        state["count"] = count

    page.route("**/feed/new?*", answer)
    return happen


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The sample pages with the real bundles, at http://127.0.0.1:…/NAME."""
    if not (STATIC / "manifest.json").exists():
        pytest.fail("The styles and scripts are not bundled. Run: npm run build")
    real = Templates(FOLDERS, STATIC)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0].lstrip("/")
            if name.startswith("static/"):
                file = STATIC / name.removeprefix("static/")
                kind = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}[file.suffix]
                self.answer(200, kind, file.read_bytes())
            elif name in PAGES:
                template, context = PAGES[name]
                with reading(language_of(self.headers.get("Accept-Language", ""))):
                    self.answer(200, "text/html; charset=utf-8", real.render(template, **context).encode())
            elif name.endswith("/seen"):
                self.answer(200, "text/html; charset=utf-8", FRAMED, FRAMED_POLICY)
            else:
                self.answer(404, "text/plain", b"")

        def do_POST(self) -> None:
            """Answer requests that scripts send by themselves, such as the offer of a passkey, without doing anything."""
            self.answer(200, "application/json", b"{}")

        def answer(self, status: int, kind: str, body: bytes, policy: str = POLICY) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Log nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
