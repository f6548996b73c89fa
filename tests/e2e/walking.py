"""Someone on their way through Phoenix in a browser, who counts what they do."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

from tests.e2e.browsers import ChromiumBrowser, wait
from tests.running import Running

PASSWORD = "nine lanterns by the harbour"


@dataclass
class Walk:
    """Someone on their way, in one browser or two, who counts what they do."""

    phoenix: Running
    here: ChromiumBrowser
    there: ChromiumBrowser
    owner: ChromiumBrowser
    place: str
    """The organisation of whoever invites people, such as /o/ember-1."""
    email: str = field(default_factory=lambda: f"bo-{uuid.uuid4().hex[:8]}@example.com")
    backup_code: str = ""
    clicks: int = 0
    fields: int = 0

    def open(self, path: str, browser: ChromiumBrowser | None = None) -> None:
        """Where a journey starts: an address that was typed, which is no click."""
        (browser or self.here).open(path if path.startswith("http") else f"{self.phoenix.url}{path}")

    def press(self, words: str, browser: ChromiumBrowser | None = None) -> None:
        self.clicks += 1
        (browser or self.here).press(words)

    def tick(self, name: str) -> None:
        self.clicks += 1
        self.here.tick(name)

    def fill(self, name: str, text: str, browser: ChromiumBrowser | None = None) -> None:
        """Type, unless it is there already: nobody types their address twice."""
        on = browser or self.here
        if on.page.locator(f"main [name='{name}']:visible").first.input_value() == text:
            return
        self.fields += 1
        on.fill(name, text)

    def follow(self, about: str, browser: ChromiumBrowser | None = None) -> None:
        """Open the link of the newest email about something."""
        self.clicks += 1
        self.open(self.link(about), browser)

    def link(self, about: str) -> str:
        return re.search(r"http://\S+\?token=\S+", self.phoenix.mail(self.email, about=about)["text"])[0]  # type: ignore[index]

    def code(self, about: str) -> str:
        return re.search(r"^\d{8}$", self.phoenix.mail(self.email, about=about)["text"], re.MULTILINE)[0]  # type: ignore[index]

    def invite(self) -> str:
        """The link of an invitation to them."""
        self.owner.open(f"{self.phoenix.url}{self.place}/members")
        self.owner.fill("email", self.email)
        self.owner.press("Send invitation")
        wait(self.owner, "Invitation sent.")
        return self.link("invited you")

    def has_account(self, browser: ChromiumBrowser | None = None) -> None:
        """Before the journey: they have an account, and are signed out."""
        on = browser or self.there
        on.open(f"{self.phoenix.url}/sign-up")
        for name, text in (("name", "Bo"), ("email", self.email), ("password", PASSWORD)):
            on.fill(name, text)
        on.tick("accept_terms")
        on.press("Create account")
        wait(on, "Check your email")
        on.fill("code", self.code("Confirm your address"))
        on.press("Confirm address")
        wait(on, "organisation")
        on.page.context.clear_cookies()
