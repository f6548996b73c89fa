"""The journeys of people as a table, walked in a real browser: where they start, by which door, in what state, and where they end.

A click is a press of a button or a link, a ticked box, or a link opened in an email. A field is something that was typed.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyotp
import pytest
from playwright.sync_api import Playwright

from tests.e2e.browsers import ChromiumBrowser, wait
from tests.e2e.device import Device
from tests.e2e.walking import PASSWORD, Walk
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OTHER_PASSWORD = "seven kettles under the bridge"


def sign_up(walk: Walk) -> None:
    """The form of a new account, from the page before it."""
    walk.press("Create an account")
    walk.fill("name", "Bo")
    walk.fill("email", walk.email)
    walk.fill("password", PASSWORD)
    walk.tick("accept_terms")
    walk.press("Create account")
    wait(walk.here, "Check your email")


def confirm_by_code(walk: Walk) -> None:
    walk.fill("code", walk.code("Confirm your address"))
    walk.press("Confirm address")


def confirm_by_link(walk: Walk) -> None:
    walk.follow("Confirm your address")
    walk.press("Confirm address")


def confirm_by_link_elsewhere(walk: Walk) -> None:
    walk.follow("Confirm your address", walk.there)
    walk.fill("name", "Bo", walk.there)
    walk.fill("password", PASSWORD, walk.there)
    walk.press("Confirm address", walk.there)
    walk.here = walk.there


def create_organisation(walk: Walk) -> None:
    wait(walk.here, "You're not in any organisation yet.")
    walk.fill("name", f"Birch {walk.email[3:11]}")
    walk.press("Create organisation")


def join(walk: Walk) -> None:
    wait(walk.here, "Your role")
    walk.here.page.locator("main").get_by_role("button", name=re.compile("^Join ")).click()
    walk.clicks += 1


def sign_in_by_password(walk: Walk) -> None:
    walk.fill("email", walk.email)
    walk.fill("password", PASSWORD)
    walk.press("Sign in")


def sign_in_by_code(walk: Walk) -> None:
    walk.fill("email", walk.email)
    walk.press("Sign in with a code by email")
    walk.fill("email", walk.email)
    walk.press("Send code")
    walk.fill("code", walk.code("Sign in"))
    walk.press("Sign in")


def sign_in_by_link_elsewhere(walk: Walk) -> None:
    walk.fill("email", walk.email)
    walk.press("Sign in with a code by email")
    walk.press("Send code")
    walk.follow("Sign in", walk.there)
    walk.press("Sign in", walk.there)
    walk.here = walk.there


def reset_by_link_elsewhere(walk: Walk) -> None:
    walk.fill("email", walk.email)
    walk.press("Forgot password?")
    walk.press("Send email")
    walk.follow("new password", walk.there)
    walk.fill("password", OTHER_PASSWORD, walk.there)
    walk.press("Set password", walk.there)
    walk.fill("email", walk.email, walk.there)
    walk.fill("password", OTHER_PASSWORD, walk.there)
    walk.press("Sign in", walk.there)
    walk.here = walk.there


def from_the_front(walk: Walk) -> None:
    walk.open("/")


def from_the_invitation(walk: Walk) -> None:
    walk.open(walk.invite())


def with_an_account(walk: Walk) -> None:
    walk.has_account()
    walk.open(walk.invite())
    walk.press("Sign in to join")


def with_a_second_factor(walk: Walk) -> None:
    walk.has_account()
    on = walk.there
    on.open(f"{walk.phoenix.url}/sign-in?next=/settings/security")
    on.fill("email", walk.email)
    on.fill("password", PASSWORD)
    on.press("Sign in")
    wait(on, "Authenticator app")
    on.page.locator("#second").locator("xpath=..").get_by_role("button", name="Set up").click()
    secret = on.page.locator("code.break").inner_text()
    on.fill("code", pyotp.TOTP(secret).now())
    on.press("Turn on")
    walk.backup_code = on.page.locator("#codes code").first.inner_text()
    walk.open(walk.invite())
    walk.press("Sign in to join")


def with_a_passkey(walk: Walk) -> None:
    walk.has_account(walk.here)
    device, on = Device(walk.here.page), walk.here
    on.open(f"{walk.phoenix.url}/sign-in?next=/settings/security")
    on.fill("email", walk.email)
    on.fill("password", PASSWORD)
    on.press("Sign in")
    on.press("Add a passkey")
    wait(on, "Passkey added.")
    # Now only a button is answered, and not what waits in the browser's own list.
    device.answers(by_itself=False)
    on.page.context.clear_cookies()
    walk.open(walk.invite())
    walk.press("Sign in to join")


def by_backup_code_after_a_wrong_code(walk: Walk) -> None:
    sign_in_by_password(walk)
    walk.fill("code", "000000")
    walk.press("Sign in")
    wait(walk.here, "wrong")
    walk.press("Use a backup code")
    walk.fill("code", walk.backup_code)
    walk.press("Sign in")


def signed_in_as_someone_else(walk: Walk) -> None:
    walk.has_account()
    invitation, theirs = walk.invite(), walk.email
    walk.email = f"eve-{uuid.uuid4().hex[:8]}@example.com"
    walk.has_account(walk.here)
    walk.here.open(f"{walk.phoenix.url}/sign-in")
    walk.here.fill("email", walk.email)
    walk.here.fill("password", PASSWORD)
    walk.here.press("Sign in")
    wait(walk.here, "You're not in any organisation yet.")
    walk.email = theirs
    walk.open(invitation)
    walk.press("Sign out")


def without_the_email(walk: Walk) -> None:
    """The invitation waits in the list; its email was never opened."""
    walk.has_account()
    walk.invite()
    walk.open("/")


def join_from_the_list(walk: Walk) -> None:
    wait(walk.here, "Invitations to you")
    walk.here.page.locator("main").get_by_role("button", name=re.compile("^Join ")).click()
    walk.clicks += 1


def who_has_joined(walk: Walk) -> None:
    walk.has_account()
    invitation = walk.invite()
    walk.there.open(invitation)
    walk.there.press("Sign in to join")
    walk.there.fill("password", PASSWORD)
    walk.there.press("Sign in")
    wait(walk.there, "Your role")
    walk.there.page.locator("main").get_by_role("button", name=re.compile("^Join ")).click()
    wait(walk.there, "now a member of")
    # Signed out, and back by the old email.
    walk.open(invitation)
    walk.press("Sign in")


Step = Callable[[Walk], None]


@dataclass(frozen=True)
class Journey:
    """A row: the start with its state, the door, the rest; where one ends, and at most how many clicks and fields it takes."""

    start: Step
    door: tuple[Step, ...]
    end: str
    clicks: int
    fields: int
    rest: tuple[Step, ...] = ()


MOST_CLICKS, MOST_FIELDS = 6, 5
JOURNEYS = {
    "front page, new, by code": Journey(from_the_front, (sign_up, confirm_by_code), "/feed", 5, 5, (create_organisation,)),
    "front page, new, by link": Journey(from_the_front, (sign_up, confirm_by_link), "/feed", 6, 4, (create_organisation,)),
    "invited, new, by code": Journey(from_the_invitation, (sign_up, confirm_by_code), "{place}/feed", 5, 3, (join,)),
    "invited, new, by link": Journey(from_the_invitation, (sign_up, confirm_by_link), "{place}/feed", 6, 2, (join,)),
    "invited, new, by link in another browser": Journey(
        from_the_invitation, (sign_up, confirm_by_link_elsewhere), "{place}/feed", 6, 4, (join,)
    ),
    "invited, with an account, by password": Journey(with_an_account, (sign_in_by_password,), "{place}/feed", 3, 1, (join,)),
    "invited, with an account, by code": Journey(with_an_account, (sign_in_by_code,), "{place}/feed", 5, 1, (join,)),
    "invited, with an account, by link in another browser": Journey(
        with_an_account, (sign_in_by_link_elsewhere,), "{place}/feed", 6, 0, (join,)
    ),
    "invited, password forgotten, by link in another browser": Journey(
        with_an_account, (reset_by_link_elsewhere,), "{place}/feed", 7, 3, (join,)
    ),
    "invited, second factor, after a wrong code": Journey(
        with_a_second_factor, (by_backup_code_after_a_wrong_code,), "{place}/feed", 6, 3, (join,)
    ),
    "invited, by passkey": Journey(with_a_passkey, (lambda walk: walk.press("Continue with a passkey"),), "{place}/feed", 3, 0, (join,)),
    "invited, signed in as someone else": Journey(signed_in_as_someone_else, (sign_in_by_password,), "{place}/feed", 3, 1, (join,)),
    "invited, email never opened": Journey(without_the_email, (sign_in_by_password,), "{place}/feed", 2, 2, (join_from_the_list,)),
    "invited, link used before, signed out": Journey(who_has_joined, (sign_in_by_password,), "{place}/feed", 2, 1),
}


@pytest.fixture(scope="module")
def inviting(phoenix: Running) -> tuple[str, str]:
    """A demo owner, who invites; the address of one of their organisations."""
    demo = phoenix.ready["demo_accounts"][0]
    return demo["email"], demo["password"]


@pytest.fixture
def browsers(playwright: Playwright) -> Iterator[Callable[[], ChromiumBrowser]]:
    """Browsers of different people and devices: contexts of one Chromium, since each of its own takes a second to start."""
    first = ChromiumBrowser(playwright)
    opened = [first]

    def another() -> ChromiumBrowser:
        opened.append(first.beside())
        return opened[-1]

    yield another
    first.close()


def test_every_journey_ends_where_it_should_in_as_many_clicks_and_fields(
    browsers: Callable[[], ChromiumBrowser], phoenix: Running, inviting: tuple[str, str]
) -> None:
    owner = browsers()
    owner.open(f"{phoenix.url}/sign-in")
    owner.fill("email", inviting[0])
    owner.fill("password", inviting[1])
    owner.press("Sign in")
    owner.page.wait_for_url("**/dashboard")
    place = owner.address().removeprefix(phoenix.url).removesuffix("/dashboard")
    found, expected = {}, {}
    for name, journey in JOURNEYS.items():
        walk = Walk(phoenix, browsers(), browsers(), owner, place)
        journey.start(walk)
        for step in (*journey.door, *journey.rest):
            step(walk)
        end = journey.end.format(place=place)
        walk.here.page.wait_for_url(re.compile(f"{re.escape(end)}$"))
        walk.here.page.locator("[data-live-state]:visible .dot--good").first.wait_for()
        found[name], expected[name] = (walk.clicks, walk.fields), (journey.clicks, journey.fields)
        # A form that was refused is on one way; nothing else may go wrong.
        assert [said for said in walk.here.complaints if "status of 422" not in said] == [], name
        for browser in {walk.here, walk.there}:
            browser.page.context.close()
    assert found == expected


def test_newcomers_are_in_the_feed_in_six_clicks_and_five_fields() -> None:
    for name in ("front page, new, by code", "front page, new, by link", "invited, new, by code", "invited, new, by link"):
        assert JOURNEYS[name].clicks <= MOST_CLICKS, name
        assert JOURNEYS[name].fields <= MOST_FIELDS, name
