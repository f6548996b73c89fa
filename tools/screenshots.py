"""Takes pictures of a running Phoenix for the documentation, with its demo account and, if given, an administrator.

python tools/screenshots.py URL EMAIL PASSWORD [FOLDER [PANEL EMAIL PASSWORD]]

This sets up an authenticator app for the demo account, so use a demo created for this purpose.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyotp
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A page at a size. `place` is a path within the organisation, or a full path for someone who is not signed in."""

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


def sign_in(page: Page, base: str, email: str, password: str) -> str:
    """Sign in; returns the address of the organisation that opens."""
    page.goto(f"{base}/sign-in")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/dashboard")
    return page.url.removesuffix("/dashboard")


def take(browser: Browser, base: str, email: str, password: str, folder: Path) -> None:
    with browser.new_context() as context:
        organisation = sign_in(context.new_page(), base, email, password)
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


def shape(theme: str = "light", width: int = 1280, height: int = 900) -> dict[str, Any]:
    """The browser options for a picture."""
    size = {"width": width, "height": height}
    return {"viewport": size, "color_scheme": theme, "device_scale_factor": 2, "reduced_motion": "reduce"}


def keep(page: Page, folder: Path, name: str) -> None:
    for toast in page.locator("[data-toast-close]:visible").all():
        toast.click()
    file = folder / f"{name}.png"
    page.screenshot(path=file)
    print(file)


def on_a_phone(browser: Browser, page: Page, folder: Path, name: str) -> None:
    """Take the same page in dark colours and on a narrow screen."""
    with browser.new_context(**shape("dark", 360, 780), storage_state=page.context.storage_state()) as context:
        narrow = context.new_page()
        narrow.goto(page.url)
        keep(narrow, folder, name)


def protect(browser: Browser, base: str, email: str, password: str, folder: Path) -> None:
    """Set up an authenticator app, open the security page, and sign in again with a second factor."""
    with browser.new_context(**shape()) as context:
        page = context.new_page()
        sign_in(page, base, email, password)
        page.goto(f"{base}/settings/security")
        page.get_by_role("button", name="Set up").click()
        page.get_by_label("Code from the app").fill(pyotp.TOTP(page.locator("code.break").inner_text()).now())
        page.get_by_role("button", name="Turn on").click()
        page.get_by_role("link", name="I've saved them").click()
        page.wait_for_url("**/settings/security")
        keep(page, folder, "security-light")
        on_a_phone(browser, page, folder, "security-phone")
        context.clear_cookies()
        page.goto(f"{base}/sign-in")
        page.get_by_label("Email address").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/second-step**")
        keep(page, folder, "second-factor")


def look_after(browser: Browser, folder: Path, panel: str, email: str, password: str) -> None:
    """Take the admin panel, and the dashboard of an impersonated person."""
    with browser.new_context(**shape()) as context:
        page = context.new_page()
        page.goto(f"{panel}/sign-in")
        page.get_by_label("Email address").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/staff/people")
        keep(page, folder, "admin-people")
        on_a_phone(browser, page, folder, "admin-people-phone")
        page.get_by_role("link", name="Priya Raman").click()
        page.get_by_role("link", name="View as Priya Raman").click()
        page.get_by_label("Reason").fill("Request 4121: the dashboard shows no entries")
        page.get_by_role("button", name="Start impersonating").click()
        with context.expect_page() as opened:
            page.get_by_role("link", name="Open Phoenix as Priya Raman").click()
        theirs = opened.value
        theirs.get_by_role("button", name="View as Priya Raman").click()
        theirs.get_by_text("Live", exact=True).wait_for()
        keep(theirs, folder, "impersonation")
        page.get_by_role("link", name="Back to Priya Raman").click()
        page.get_by_role("heading", name="Activity").wait_for()
        keep(page, folder, "admin-person")
        page.goto(f"{panel}/staff/audit")
        keep(page, folder, "admin-audit")


def main(base: str, email: str, password: str, folder: str = "docs/screenshots", *staff: str) -> int:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        take(browser, base.rstrip("/"), email, password, place)
        protect(browser, base.rstrip("/"), email, password, place)
        if staff:
            look_after(browser, place, *staff)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
