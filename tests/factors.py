"""A person with a password and an authenticator app, for tests of the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pyotp

from tests.harness import Harness


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@dataclass(slots=True)
class Factors:
    """A person whose authenticator app is set up. `codes` are the backup codes, `device` is a device that the account knows."""

    harness: Harness
    name: str
    email: str
    token: str
    secret: str
    codes: list[str]
    device: str

    @classmethod
    async def of(cls, harness: Harness, name: str) -> Factors:
        """Create the person, sign in once from a device, and set up the app."""
        person = await harness.person(name, password=True)
        known = (await harness.sign_in(name)).json()
        secret = (await harness.post("/api/v2/totp", by=name)).json()["secret"]
        confirmed = await harness.post("/api/v2/totp/confirm", by=name, json={"code": pyotp.TOTP(secret).at(harness.clock.now())})
        assert confirmed.status_code == 201, confirmed.text
        harness.clock.advance(seconds=31)
        await harness.work()
        await harness.events()
        return cls(harness, name, person.email, known["access_token"], secret, confirmed.json()["codes"], known["device"])

    def now(self, seconds: int = 0) -> str:
        """The code the app shows, `seconds` from now."""
        return pyotp.TOTP(self.secret).at(int(self.harness.clock.now().timestamp()) + seconds)

    async def challenge(self, **data: Any) -> str:
        """Send the password; returns the challenge for the second factor."""
        answer = await self.harness.sign_in(self.name, **data)
        assert answer.json()["code"] == "second_factor_required", answer.text
        return str(answer.json()["challenge"])

    async def answer(self, challenge: str, method: str, code: str, *, client: httpx.AsyncClient | None = None) -> httpx.Response:
        given = {"challenge": challenge, "method": method, "code": code}
        return await (client or self.harness.client).post("/api/v2/sessions/second_factor", json=given)

    async def second(self, method: str, code: str) -> httpx.Response:
        """Sign in with the password and the second factor."""
        return await self.answer(await self.challenge(device=self.device), method, code)

    async def protection(self) -> dict[str, Any]:
        return (await self.harness.get("/api/v2/security", by=self.name)).json()  # type: ignore[no-any-return]
