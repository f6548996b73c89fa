"""The few things that these tests do in a browser, with the same functions for every engine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from playwright.sync_api import Playwright
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.service import Service

from tests.waiting import eventually

PATIENCE = 15.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Browser(Protocol):
    """One person's browser."""

    def open(self, url: str) -> None: ...
    def fill(self, name: str, text: str) -> None: ...
    def tick(self, name: str) -> None: ...
    def press(self, words: str) -> None: ...
    def sees(self, words: str) -> bool: ...
    def attribute(self, selector: str, name: str) -> str: ...
    def address(self) -> str: ...
    def close(self) -> None: ...


def wait(browser: Browser, words: str, seconds: float = PATIENCE) -> None:
    """Wait until the page shows these words."""
    eventually(lambda: browser.sees(words), seconds, what=lambda: f"{words!r} did not appear at {browser.address()}")


class ChromiumBrowser:
    """Debian's Chromium, driven by Playwright."""

    def __init__(self, playwright: Playwright, *, width: int = 1280, scripts: bool = True, dark: bool = False) -> None:
        self._browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        self._open(width=width, scripts=scripts, dark=dark)

    def beside(self) -> ChromiumBrowser:
        """Another person's browser, or another device, in the same process: it shares nothing with this one."""
        other = object.__new__(ChromiumBrowser)
        other._browser = self._browser
        other._open()
        return other

    def _open(self, *, width: int = 1280, scripts: bool = True, dark: bool = False) -> None:
        context = self._browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, color_scheme="dark" if dark else "light", locale="en-GB"
        )
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console",
            lambda message: self.complaints.append(f"{message.text} {message.location.get('url')}") if message.type == "error" else None,
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, url: str) -> None:
        self.page.goto(url)

    def fill(self, name: str, text: str) -> None:
        self.page.locator(f"main [name='{name}']:visible").first.fill(text)

    def tick(self, name: str) -> None:
        self.page.locator(f"main [name='{name}']").first.check()

    def press(self, words: str) -> None:
        self.page.locator("main").get_by_role("button", name=words, exact=True).or_(
            self.page.locator("main").get_by_role("link", name=words, exact=True)
        ).first.click()

    def sees(self, words: str) -> bool:
        return words in self.page.locator("body").inner_text()

    def attribute(self, selector: str, name: str) -> str:
        return self.page.locator(selector).first.get_attribute(name) or ""

    def address(self) -> str:
        return self.page.url

    def close(self) -> None:
        self._browser.close()


class WebKitBrowser:
    """WebKitGTK's MiniBrowser, driven by Selenium."""

    def __init__(self, folder: Path) -> None:
        options = webdriver.WebKitGTKOptions()
        options.binary_location = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
        for place in ("webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0"):
            binary = Path("/usr/lib/x86_64-linux-gnu") / place / "MiniBrowser"
            if binary.exists():
                options.binary_location = str(binary)
                break
        options.add_argument("--automation")
        service = Service(executable_path="/usr/bin/WebKitWebDriver", log_output=str(folder / "webkit.log"))
        self._driver = webdriver.WebKitGTK(options=options, service=service)

    def open(self, url: str) -> None:
        self._driver.get(url)

    def fill(self, name: str, text: str) -> None:
        field = self._field(name)
        field.clear()
        field.send_keys(text)

    def tick(self, name: str) -> None:
        self._driver.execute_script("arguments[0].click()", self._driver.find_element(By.CSS_SELECTOR, f"main [name='{name}']"))

    def press(self, words: str) -> None:
        found = self._driver.find_elements(By.CSS_SELECTOR, "main button, main a")
        target = next(element for element in found if element.is_displayed() and element.text.strip() == words)
        # A click by script does not scroll the element into view, where a tab bar may cover it.
        self._driver.execute_script("arguments[0].click()", target)

    def sees(self, words: str) -> bool:
        # The driver's own way to the text fails on a list of suggestions, whose options are in no menu.
        return words in self._driver.execute_script("return document.body?.innerText ?? ''")

    def attribute(self, selector: str, name: str) -> str:
        return self._driver.find_element(By.CSS_SELECTOR, selector).get_attribute(name) or ""

    def address(self) -> str:
        return str(self._driver.current_url)

    def close(self) -> None:
        self._driver.quit()

    def _field(self, name: str) -> WebElement:
        found = self._driver.find_elements(By.CSS_SELECTOR, f"main [name='{name}']")
        return next(element for element in found if element.is_displayed())
