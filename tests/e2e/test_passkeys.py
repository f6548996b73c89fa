"""A3 in a real browser: a passkey is added, used to sign in, as a second factor and to re-authenticate, and removed.

Chromium's virtual authenticator acts as the device.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, expect

from tests.e2e.browsers import PATIENCE, ChromiumBrowser, wait
from tests.e2e.device import Device
from tests.running import Running
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "nine lanterns by the harbour"


@pytest.fixture
def here(phoenix: Running) -> str:
    return phoenix.url


@pytest.fixture
def person(chromium: ChromiumBrowser, phoenix: Running, here: str) -> Iterator[str]:
    """Sign someone up in that browser; returns their address."""
    email = f"ada-{uuid.uuid4().hex[:8]}@example.com"
    chromium.open(f"{here}/sign-up")
    chromium.fill("name", "Ada Lovelace")
    chromium.fill("email", email)
    chromium.fill("password", PASSWORD)
    chromium.tick("accept_terms")
    chromium.press("Create account")
    wait(chromium, "Check your email")
    mail = phoenix.mail(email, about="Confirm")
    chromium.fill("code", re.search(r"^\d{8}$", mail["text"], re.MULTILINE)[0])  # type: ignore[index]
    chromium.press("Confirm address")
    wait(chromium, "organisation")
    yield email
    # An error that the page shows also appears in the console; that is not a fault.
    assert [line for line in chromium.complaints if "Failed to load resource" not in line] == []


def sign_out(browser: ChromiumBrowser, device: Device, here: str) -> None:
    """Open the sign-in page, where the device answers only a button; otherwise it would answer the browser's own list at once."""
    device.answers(by_itself=False)
    browser.page.context.clear_cookies()
    browser.open(f"{here}/sign-in")
    wait(browser, "Welcome back to Phoenix.")


def add(browser: ChromiumBrowser, here: str) -> None:
    browser.open(f"{here}/settings/security")
    browser.press("Add a passkey")
    wait(browser, "Passkey added.")


def wait_for_asking(browser: ChromiumBrowser, kinds: list[str]) -> None:
    """Wait until the page has asked the browser for a passkey in exactly these ways."""
    eventually(lambda: browser.page.evaluate("window.asked") == kinds, PATIENCE, what=lambda: str(browser.page.evaluate("window.asked")))


def test_a_passkey_is_added_used_and_removed(chromium: ChromiumBrowser, phoenix: Running, here: str, person: str) -> None:
    device = Device(chromium.page)
    add(chromium, here)
    wait(chromium, "Chrome on Linux")
    kept = device.credentials()
    assert [(c["isResidentCredential"], c["rpId"]) for c in kept] == [(True, "localhost")]
    assert person not in str(kept[0].get("userHandle"))
    phoenix.mail(person, about="account")
    # The same device again: it says that it has one.
    chromium.press("Add a passkey")
    wait(chromium, "This device already has a passkey for your account.")

    chromium.page.get_by_role("link", name="Rename Chrome on Linux").click()
    chromium.fill("name", "Ada’s laptop")
    chromium.press("Save name")
    wait(chromium, "Passkey renamed.")

    sign_out(chromium, device, here)
    chromium.press("Continue with a passkey")
    wait(chromium, "organisation")
    assert "/sign-in" not in chromium.address()
    chromium.open(f"{here}/settings/security")
    wait(chromium, "with a passkey")

    # After the password the same passkey is the second factor.
    sign_out(chromium, device, here)
    chromium.open(f"{here}/sign-in?next=/settings/security")
    chromium.fill("email", person)
    chromium.fill("password", PASSWORD)
    chromium.press("Sign in")
    wait(chromium, "Use your passkey to confirm it's you.")
    chromium.press("Use your passkey")
    wait(chromium, "Account protection")
    wait(chromium, "with a password and a passkey")

    # Used again before a sensitive action.
    chromium.open(f"{here}/confirm?next=/settings/password")
    chromium.press("Use your passkey")
    wait(chromium, "Set a new password")
    chromium.open(f"{here}/settings/security")
    wait(chromium, "Identity confirmed")

    chromium.page.get_by_role("button", name=re.compile("Remove .?Ada’s laptop")).click()
    expect(chromium.page.locator("dialog[open]")).to_contain_text("Ada’s laptop")
    chromium.page.get_by_role("button", name="Remove passkey").click()
    wait(chromium, "Passkey removed.")
    sign_out(chromium, device, here)
    chromium.press("Continue with a passkey")
    wait(chromium, "This passkey isn't registered here")


def test_a_passkey_rejected_by_the_browser_is_reported_next_to_the_button(
    chromium: ChromiumBrowser, phoenix: Running, here: str, person: str
) -> None:
    device = Device(chromium.page)
    device.put_finger_on(right=False)
    chromium.open(f"{here}/settings/security")
    chromium.press("Add a passkey")
    wait(chromium, "No passkey was created. Try again.")
    device.put_finger_on(right=True)
    chromium.press("Add a passkey")
    wait(chromium, "Passkey added.")

    sign_out(chromium, device, here)
    device.put_finger_on(right=False)
    chromium.press("Continue with a passkey")
    wait(chromium, "You cancelled, or this device has no passkey for Phoenix.")
    device.answers(by_itself=False)
    device.put_finger_on(right=True)
    chromium.page.context.set_offline(True)
    chromium.press("Continue with a passkey")
    wait(chromium, "Couldn't load this.")
    chromium.page.context.set_offline(False)

    # The Enter key in a field sends the form itself, whatever other buttons there are.
    chromium.page.locator("#email").fill(person)
    chromium.page.locator("#password").fill("not the password at all")
    chromium.page.locator("#password").press("Enter")
    wait(chromium, "The email address or the password is wrong.")

    # An IP address has no passkeys, so its pages lead to the name.
    chromium.open(f"http://127.0.0.1:{phoenix.port}/sign-in?next=/organisations")
    expect(chromium.page.locator("main")).to_contain_text("Continue with a passkey")
    assert chromium.address() == f"{here}/sign-in?next=/organisations"


def test_a_passkey_is_offered_at_the_email_address_field(chromium: ChromiumBrowser, here: str, person: str) -> None:
    """The browser lists passkeys at the address field; Chromium's virtual device chooses the only one, as the person would."""
    device = Device(chromium.page)
    add(chromium, here)
    chromium.page.clock.install()
    sign_out(chromium, device, here)
    wait_for_asking(chromium, ["conditional"])
    assert chromium.attribute("#email", "autocomplete") == "username webauthn"
    # Its challenge is valid for only five minutes, so a new one is requested before that.
    chromium.page.clock.fast_forward("04:01")
    wait_for_asking(chromium, ["conditional", "conditional"])
    # Pressing the button cancels the waiting request of the list; the browser refuses two at once.
    chromium.press("Continue with a passkey")
    wait(chromium, "organisation")
    # In that list the device answers at once.
    chromium.page.context.clear_cookies()
    chromium.page.goto(f"{here}/sign-in", wait_until="commit")
    chromium.page.wait_for_url("**/organisations")


def test_browsers_without_newer_functions_or_without_passkeys_work(playwright: Playwright, phoenix: Running, here: str) -> None:
    """Our own conversion replaces the functions that WebKit lacks. Without passkeys or scripts there is no button."""
    browser = ChromiumBrowser(playwright)
    try:
        browser.page.add_init_script(
            "delete PublicKeyCredential.parseCreationOptionsFromJSON; delete PublicKeyCredential.parseRequestOptionsFromJSON;"
            "delete PublicKeyCredential.prototype.toJSON;"
        )
        demo = phoenix.ready["demo_accounts"][-1]
        device = Device(browser.page)
        browser.open(f"{here}/sign-in?next=/settings/security")
        browser.fill("email", demo["email"])
        browser.fill("password", demo["password"])
        browser.press("Sign in")
        wait(browser, "Account protection")
        browser.press("Add a passkey")
        wait(browser, "Passkey added.")
        browser.press("Add a passkey")
        wait(browser, "This device already has a passkey for your account.")
        sign_out(browser, device, here)
        browser.press("Continue with a passkey")
        browser.page.wait_for_url("**/o/**")
        browser.open(f"{here}/confirm?next=/settings/security")
        browser.press("Use your passkey")
        wait(browser, "Account protection")
        browser.page.get_by_role("button", name=re.compile("^Remove ")).click()
        browser.page.get_by_role("button", name="Remove passkey").click()
        wait(browser, "Passkey removed.")
        device.forget()
        assert [line for line in browser.complaints if "Failed to load resource" not in line] == []
        browser.page.add_init_script("delete window.PublicKeyCredential")
        browser.open(f"{here}/settings/security")
        wait(browser, "This browser doesn't support passkeys.")
        expect(browser.page.get_by_role("button", name="Add a passkey")).to_have_count(0)
    finally:
        browser.close()
    plain = ChromiumBrowser(playwright, scripts=False)
    try:
        plain.open(f"{here}/sign-in")
        assert not plain.sees("Continue with a passkey")
    finally:
        plain.close()
