"""Someone's mailbox, as a person reads it: the newest code and link."""

from __future__ import annotations

import re

import httpx
from tests.harness import Harness
from tests.oidc.running import csrf_of

from phoenix.kernel.i18n.addresses import parse_address

NEW_PASSWORD = "eleven kettles on the roof"


class Mailbox:
    """One person with one email address, at one network address, so that no one else's requests count against their limits."""

    def __init__(self, harness: Harness, number: int, email: str) -> None:
        self.harness, self.email = harness, email
        self.shown = parse_address(email).display
        self.client = harness.new_client(address=f"198.51.100.{number + 1}")

    async def code(self) -> str:
        await self.harness.work()
        # A notice to the previous address may be newer, so emails with codes come first.
        newest, code = next((mail, found[0]) for mail in self.harness.mails() if (found := re.search(r"^\d{8}$", mail.text, re.MULTILINE)))
        # The local mailbox stores a recipient without the quotes that only dots made necessary; the email itself has them.
        forms = {form.replace('"', "") for form in (self.shown, parse_address(self.email).envelope)}
        assert newest.to.replace('"', "") in forms, f"{self.email}: the email went to {newest.to}"
        return code

    async def call(self, path: str, expected: int, **body: object) -> httpx.Response:
        answer = await self.client.post(f"/api/v2{path}", json={**body})
        assert answer.status_code == expected, f"{self.email}: {path}: {answer.text}"
        return answer

    async def fill_in(self, page: str, expected: int, **fields: str) -> httpx.Response:
        """Load a page, and send its form."""
        shown = await self.client.get(page)
        assert shown.status_code == 200, f"{self.email}: {page}"
        answer = await self.client.post(page.partition("?")[0], data={"csrf": csrf_of(shown.text), **fields})
        assert answer.status_code == expected, f"{self.email}: {page}: {answer.text[-3000:]}"
        return answer
