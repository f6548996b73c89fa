"""A model of a person's account: what they and strangers do, and what must follow."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
import pyotp
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.factors import bearer
from tests.harness import Harness

from phoenix.modules.accounts.jobs import erase_due

T = TypeVar("T")
PASSWORDS = ("nine lanterns by the harbour", "eleven kettles on the roof", "seven owls behind a barn")
WRONG = "twelve spoons that are wrong"
HOUR = timedelta(hours=1)
DIGITS = re.compile(r"^\d{8}$", re.MULTILINE)


@dataclass(slots=True)
class Session:
    """An API session as the model expects it."""

    id: str
    access: str
    refresh: str
    access_until: datetime
    until: datetime
    authenticated_at: datetime


class Life(RuleBasedStateMachine):
    """What the person does, what a stranger does, and what must follow."""

    def __init__(self, harness: Harness, runner: asyncio.Runner, numbers: itertools.count[int]) -> None:
        super().__init__()
        self.harness, self.runner, self.numbers = harness, runner, numbers
        self.password: str | None = None
        self.waiting: str | None = None
        self.secret: str | None = None
        self.codes: list[str] = []
        self.sessions: dict[str, Session] = {}
        self.failures = 0
        self.paused_until: datetime | None = None
        self.erase_at: datetime | None = None

    @initialize()
    def begin(self) -> None:
        self.email = f"person{next(self.numbers)}@example.com"

    @property
    def now(self) -> datetime:
        return self.harness.clock.now()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def call(self, method: str, path: str, token: str = "", **options: Any) -> httpx.Response:
        """Send a request from a network of its own, so that only limits by account apply."""

        async def send() -> httpx.Response:
            number = next(self.numbers)
            async with self.harness.new_client(address=f"100.{64 + number // 65536 % 64}.{number // 256 % 256}.{number % 256}") as client:
                return await client.request(method, f"/api/v2{path}", headers=bearer(token) if token else {}, **options)

        return self.do(send())

    def alive(self) -> Session | None:
        """A session whose access token is valid, refreshed if it has expired."""
        for session in self.sessions.values():
            if self.now >= session.access_until:
                self.refresh(session)
            return session
        return None

    def refresh(self, session: Session) -> None:
        answer = self.call("POST", "/sessions/refresh", json={"refresh_token": session.refresh})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        session.access, session.refresh = body["access_token"], body["refresh_token"]
        session.access_until = self.now + timedelta(seconds=body["expires_in"])

    @precondition(lambda self: self.password is None)
    @rule(password=st.sampled_from(PASSWORDS))
    def sign_up(self, password: str) -> None:
        given = {"email": self.email, "password": password, "name": "Person", "accept_terms": True}
        assert self.call("POST", "/accounts", json=given).status_code == 202
        if self.new_code() is not None:
            self.waiting = password

    @precondition(lambda self: self.password is None and self.waiting is not None)
    @rule()
    def verify(self) -> None:
        code = next(mail.text for mail in self.harness.mails(self.email) if mail.subject.startswith("Confirm your address"))
        answer = self.call(
            "POST", "/accounts/verify", json={"email": self.email, "code": DIGITS.findall(code)[0], "password": self.waiting}
        )
        if answer.status_code == 204:
            self.password, self.waiting = self.waiting, None

    @rule(password=st.sampled_from((*PASSWORDS, WRONG)))
    def sign_in(self, password: str) -> None:
        answer = self.call("POST", "/sessions", json={"email": self.email, "password": password})
        if self.paused_until is not None and self.now < self.paused_until:
            assert answer.status_code == 429
            return
        if password != self.password:
            # The password of a pending sign-up is reported as correct, but signs no one in, and counts like any other attempt.
            assert (answer.status_code, answer.json()["code"]) in {(403, "email_not_verified"), (401, "wrong_credentials")}
            self.failures += 1
            if self.failures >= 5:
                self.paused_until = self.now + timedelta(seconds=min(3600, 30 * 2 ** (self.failures - 5)))
            return
        self.failures, self.paused_until = 0, None
        if self.secret is not None:
            assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
            answer = self.second_factor(answer.json()["challenge"])
        assert answer.status_code == 201, answer.text
        self.keep(answer.json())

    def second_factor(self, challenge: str) -> httpx.Response:
        assert self.secret is not None
        wrong = {"challenge": challenge, "method": "totp", "code": "000000x"}
        assert self.call("POST", "/sessions/second_factor", json=wrong).status_code == 422
        self.harness.clock.advance(seconds=61)
        code = pyotp.TOTP(self.secret).at(self.now)
        return self.call("POST", "/sessions/second_factor", json={"challenge": challenge, "method": "totp", "code": code})

    def new_code(self) -> str | None:
        """The code in the email that the jobs now send, or None if the hourly limit of emails is reached."""
        before = len(self.harness.mails(self.email))
        self.do(self.harness.work())
        fresh = self.harness.mails(self.email)[: len(self.harness.mails(self.email)) - before]
        found = [code for mail in fresh for code in DIGITS.findall(mail.text)]
        return found[0] if found else None

    def keep(self, body: dict[str, Any]) -> None:
        until = self.now + timedelta(days=90)
        self.sessions[body["session"]] = Session(
            body["session"], body["access_token"], body["refresh_token"], self.now + timedelta(seconds=body["expires_in"]), until, self.now
        )

    @precondition(lambda self: self.password is not None)
    @rule(password=st.sampled_from(PASSWORDS))
    def reset(self, password: str) -> None:
        self.do(self.harness.work())
        assert self.call("POST", "/password_resets", json={"email": self.email}).status_code == 202
        code = self.new_code()
        if code is None:
            return
        given = {"email": self.email, "code": code, "password": password}
        answer = self.call("POST", "/password_resets/complete", json=given)
        assert answer.status_code == 204, answer.text
        self.password = password
        self.sessions.clear()

    @precondition(lambda self: bool(self.sessions))
    @rule(password=st.sampled_from(PASSWORDS))
    def change_password(self, password: str) -> None:
        session = self.alive()
        assert session is not None
        answer = self.call("POST", "/me/password", session.access, json={"current_password": self.password, "password": password})
        if self.now - session.authenticated_at < timedelta(minutes=20):
            assert answer.status_code == 204, answer.text
            self.password = password
            self.sessions = {session.id: session}
        else:
            assert answer.json()["code"] == "reauthentication_required"

    @precondition(lambda self: bool(self.sessions))
    @rule()
    def confirm(self) -> None:
        if self.secret is not None:
            # A code works only once, and the current one may have been used.
            self.harness.clock.advance(seconds=61)
        session = self.alive()
        assert session is not None
        if self.secret is None:
            given = {"method": "password", "code": self.password}
        else:
            given = {"method": "totp", "code": pyotp.TOTP(self.secret).at(self.now), "password": self.password}
        before = session.access
        answer = self.call("POST", "/sessions/current/reauthenticate", before, json=given)
        assert answer.status_code == 200
        session.access, session.refresh = answer.json()["access_token"], answer.json()["refresh_token"]
        assert self.call("GET", "/me", before).status_code == 401
        session.authenticated_at = self.now

    @precondition(lambda self: bool(self.sessions) and self.secret is None)
    @rule()
    def turn_on_the_app(self) -> None:
        session = self.alive()
        assert session is not None
        answer = self.call("POST", "/totp", session.access)
        if answer.status_code == 403:
            assert self.now - session.authenticated_at >= timedelta(minutes=20)
            return
        secret = answer.json()["secret"]
        confirmed = self.call("POST", "/totp/confirm", session.access, json={"code": pyotp.TOTP(secret).at(self.now)})
        assert confirmed.status_code == 201, confirmed.text
        self.secret, self.codes = secret, confirmed.json()["codes"]

    @precondition(lambda self: bool(self.sessions) and self.secret is not None)
    @rule()
    def turn_off_the_app(self) -> None:
        session = self.alive()
        assert session is not None
        answer = self.call("DELETE", "/totp", session.access)
        if answer.status_code == 204:
            self.secret, self.codes = None, []
        else:
            assert answer.json()["code"] == "reauthentication_required"

    @precondition(lambda self: bool(self.sessions))
    @rule()
    def sign_out(self) -> None:
        session = self.alive()
        assert session is not None
        assert self.call("DELETE", "/sessions/current", session.access).status_code == 204
        del self.sessions[session.id]

    @precondition(lambda self: len(self.sessions) > 1)
    @rule()
    def end_the_others(self) -> None:
        session = self.alive()
        assert session is not None
        answer = self.call("DELETE", "/sessions", session.access)
        if self.now - session.authenticated_at < timedelta(minutes=20):
            assert answer.status_code == 204, answer.text
            self.sessions = {session.id: session}
        else:
            assert answer.json()["code"] == "reauthentication_required"

    @precondition(lambda self: bool(self.sessions) and self.erase_at is None)
    @rule()
    def ask_for_deletion(self) -> None:
        session = self.alive()
        assert session is not None
        if self.call("DELETE", "/me", session.access).status_code == 204:
            self.sessions = {session.id: session}
            self.erase_at = self.now + timedelta(days=14)

    @precondition(lambda self: bool(self.sessions) and self.erase_at is not None)
    @rule()
    def keep_the_account(self) -> None:
        session = self.alive()
        assert session is not None
        assert self.call("DELETE", "/me/deletion", session.access).status_code == 204
        self.erase_at = None

    @rule(span=st.sampled_from((timedelta(seconds=31), timedelta(minutes=16), HOUR, timedelta(days=8))))
    def wait(self, span: timedelta) -> None:
        self.harness.clock.set(self.now + span)
        self.do(erase_due(self.harness.runtime))
        self.do(self.harness.work())
        if span >= timedelta(days=1):
            self.failures, self.paused_until = 0, None
        if span >= timedelta(days=1):
            self.waiting = None
        if self.erase_at is not None and self.now >= self.erase_at:
            self.password, self.secret, self.erase_at = None, None, None
            self.failures, self.paused_until = 0, None
            for session in self.sessions.values():
                assert self.call("POST", "/sessions/refresh", json={"refresh_token": session.refresh}).status_code == 401
            self.sessions.clear()
        self.sessions = {id_: s for id_, s in self.sessions.items() if self.now < s.until}

    @invariant()
    def only_live_sessions_are_accepted(self) -> None:
        for session in list(self.sessions.values())[:2]:
            expected = 200 if self.now < session.access_until else 401
            assert self.call("GET", "/me", session.access).status_code == expected

    def teardown(self) -> None:
        """Whatever happened, after an hour the owner of the mailbox and the app can sign in."""
        self.harness.clock.advance(hours=2)
        if self.password is None:
            self.harness.clock.advance(days=2)
            self.waiting = None
            self.sign_up(PASSWORDS[0])
            self.verify()
        assert self.password is not None
        self.reset(PASSWORDS[1])
        assert self.password == PASSWORDS[1]
        self.paused_until, self.failures = None, 0
        self.sign_in(PASSWORDS[1])
        assert self.sessions
