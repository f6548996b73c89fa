"""Forms chosen at random, in a real browser: offline, a second press, Stop, a reload and Back lose nothing that was typed."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.browsers import ChromiumBrowser
from tests.e2e.test_forms import sign_in
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Pages of people who are signed out, then of someone in an organisation. Every form on them with a field takes part.
OUTSIDE = ("/sign-in", "/sign-up", "/verify", "/sign-in/code", "/sign-in/by-email", "/unlock", "/forgot-password", "/reset-password")
INSIDE = (
    "/settings/profile",
    "/settings/address",
    "/settings/password",
    "/settings/api-keys",
    "/organisations/new",
    "/o/halden-instruments/entries/new",
    "/o/halden-instruments/members",
    "/o/halden-instruments/settings",
    "/o/halden-instruments/service-accounts",
)
CHOSEN = 20
FORMS = 'main form[method="post"]'
FIELDS = (
    'input:not([type="hidden"], [type="checkbox"], [type="radio"], [type="submit"], [readonly]):visible, textarea:visible, select:visible'
)
# A secret is typed again. What chooses from a long list is tried by the tests of its own.
SECRET = '[type="password"], [name="code"]'
TYPED = {"email": "someone.new@example.com", "datetime-local": "2026-11-20T08:30", "number": "7"}
NEVER_AWAY = "() => document.querySelector('main form [aria-busy=\"true\"]') === null"


@dataclass(frozen=True, slots=True)
class Place:
    page: str
    form: int


def fields(form: Locator) -> list[Locator]:
    return [field for field in form.locator(FIELDS).all() if field.is_enabled()]


def type_into(form: Locator) -> dict[str, str]:
    """Something in every field. Answers what must not be lost, by name."""
    typed: dict[str, str] = {}
    for field in fields(form):
        name = field.get_attribute("name") or ""
        if field.evaluate("(field) => field.tagName") == "SELECT":
            field.select_option(index=field.locator("option").count() - 1)
        elif name != "time_zone":
            field.fill(TYPED.get(field.get_attribute("type") or "", "Lisbon office, 2026"))
        if not field.evaluate(f"(field) => field.matches('{SECRET}')"):
            typed[name] = field.input_value()
    for box in form.locator('input[type="checkbox"][required]').all():
        box.check()
    return typed


def held(form: Locator) -> dict[str, str]:
    return {field.get_attribute("name") or "": field.input_value() for field in fields(form)}


def is_still_there(form: Locator, typed: dict[str, str], when: str) -> None:
    now = held(form)
    assert {name: now.get(name) for name in typed} == typed, when


def press(form: Locator) -> None:
    form.locator("[type=submit]:visible").first.click()


def loses_nothing(page: Page, url: str, place: Place) -> None:
    page.goto(f"{url}{place.page}")
    form = page.locator(FORMS).nth(place.form)
    asked: list[str] = []
    # The server has what was sent, but its answer never arrives.
    page.route("**/*", lambda route: hold(route, asked))
    typed = type_into(form)
    page.context.set_offline(True)
    press(form)
    expect(form).to_contain_text("You're offline.")
    page.keyboard.press("Escape")
    expect(form).to_contain_text("Stopped.")
    page.context.set_offline(False)
    is_still_there(form, typed, f"{place}: offline")
    assert asked == [], place
    form.locator("[type=submit]:visible").first.dblclick()
    expect(form.locator("[type=submit]").first).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Escape")
    page.wait_for_function(NEVER_AWAY)
    assert len(asked) == 1, (place, asked)
    is_still_there(form, typed, f"{place}: pressed twice, and stopped")
    page.unroute_all()
    page.reload()
    is_still_there(form, typed, f"{place}: loaded again")
    page.goto(f"{url}/terms")
    page.go_back()
    is_still_there(page.locator(FORMS).nth(place.form), typed, f"{place}: Back")


def hold(route: Route, asked: list[str]) -> None:
    # The strength of a password is asked for by itself.
    if route.request.method == "POST" and "/api/" not in route.request.url:
        asked.append(route.request.url)
    else:
        route.continue_()


def places(page: Page, url: str, paths: tuple[str, ...]) -> list[Place]:
    found: list[Place] = []
    for path in paths:
        page.goto(f"{url}{path}")
        forms = page.locator(FORMS).all()
        found += [
            Place(path, number) for number, form in enumerate(forms) if fields(form) and form.locator("[type=submit]:visible").count()
        ]
    return found


def test_forms_at_random_lose_nothing_in_a_browser(chromium: ChromiumBrowser, phoenix: Running) -> None:
    page = chromium.page
    page.on("dialog", lambda dialog: dialog.accept())
    outside = places(page, phoenix.url, OUTSIDE)
    sign_in(chromium, phoenix)
    inside = places(page, phoenix.url, INSIDE)
    assert len(outside) + len(inside) >= CHOSEN
    chosen = random.sample(outside + inside, CHOSEN)
    for place in chosen:
        if place in inside:
            loses_nothing(page, phoenix.url, place)
    page.context.clear_cookies()
    for place in chosen:
        if place in outside:
            loses_nothing(page, phoenix.url, place)
