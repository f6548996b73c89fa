"""Pictures of a running Phoenix for the documentation, taken with its demo account.

python tools/screenshots.py URL EMAIL PASSWORD [FOLDER]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A page at a size. `place` is a path below the organisation's own, or a whole path for who is not logged in."""

    name: str
    place: str
    theme: Literal["light", "dark"] = "light"
    width: int = 1280
    height: int = 900
    logged_in: bool = True


PICTURES = (
    Picture("sign-in", "/sign-in", logged_in=False),
    Picture("dashboard-light", "dashboard"),
    Picture("dashboard-dark", "dashboard", "dark"),
    Picture("feed-light", "feed"),
    Picture("feed-dark", "feed", "dark"),
    Picture("members-light", "members"),
    Picture("dashboard-phone", "dashboard", width=390, height=844),
    Picture("feed-phone", "feed", "dark", width=390, height=844),
)


def log_in(page: Page, base: str, email: str, password: str) -> str:
    """Sign in; the address of the organisation that opens."""
    page.goto(f"{base}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard")
    return page.url.removesuffix("/dashboard")


def take(browser: Browser, base: str, email: str, password: str, folder: Path) -> None:
    with browser.new_context() as context:
        organisation = log_in(context.new_page(), base, email, password)
        state = context.storage_state()
    for picture in PICTURES:
        size = {"width": picture.width, "height": picture.height}
        kept = state if picture.logged_in else None
        with browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            color_scheme=picture.theme,
            device_scale_factor=2,
            reduced_motion="reduce",
            storage_state=kept,
        ) as context:
            page = context.new_page()
            page.goto(f"{organisation}/{picture.place}" if picture.logged_in else f"{base}{picture.place}")
            if picture.place in {"dashboard", "feed"}:
                page.get_by_text("Live", exact=True).wait_for()
            file = folder / f"{picture.name}.png"
            page.screenshot(path=file)
            print(file)


def main(base: str, email: str, password: str, folder: str = "docs/screenshots") -> int:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        take(browser, base.rstrip("/"), email, password, place)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
