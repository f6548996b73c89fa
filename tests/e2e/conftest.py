"""Real browsers: Chromium by Playwright, WebKit (Safari's engine) by its own driver on a virtual screen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.e2e.browsers import Browser, ChromiumBrowser, WebKitBrowser
from tests.running import Running, free_port, running


@pytest.fixture(scope="session")
def phoenix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One Phoenix with its demo, for all browser tests of this process."""
    with running(tmp_path_factory.mktemp("browsers") / "data", "--demo") as started:
        yield started


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A virtual screen; its DISPLAY."""
    number = f":{free_port() % 20000 + 100}"
    server = subprocess.Popen(["Xvfb", number, "-screen", "0", "1400x1000x24"], stderr=subprocess.DEVNULL)
    try:
        yield number
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """Started for each test separately: while it runs, no other event loop can."""
    with sync_playwright() as started:
        yield started


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[ChromiumBrowser]:
    browser = ChromiumBrowser(playwright)
    yield browser
    browser.close()


@pytest.fixture(params=["chromium", "webkit"])
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Browser]:
    """Each engine in turn."""
    made: Browser
    if request.param == "chromium":
        if not shutil.which("chromium"):
            pytest.fail("Chromium is missing. Debian: apt install chromium")
        made = ChromiumBrowser(request.getfixturevalue("playwright"))
    else:
        os.environ["DISPLAY"] = request.getfixturevalue("screen")
        made = WebKitBrowser(tmp_path)
    yield made
    made.close()
