"""Who is emailed how often, what counts with what, and what is logged of it."""

from __future__ import annotations

import asyncio
import io
import json

import pytest
from tests.harness import PASSWORD, Harness
from tests.modules.test_what_is_made_can_be_read import invitation

from phoenix.composition import REGISTRY
from phoenix.kernel.email.mailer import Asker, Mailer
from phoenix.kernel.runtime import EMAILS_AN_HOUR, EMAILS_OF_ALL_AN_HOUR
from phoenix.modules.accounts.actions.export_data import EXPORTS_A_DAY
from phoenix.modules.accounts.actions.limits import RESETS
from phoenix.modules.factors.actions.throttle import FREE_TRIES
from phoenix.modules.organisations.actions.invite import INVITATIONS_AN_HOUR, Invited
from phoenix.modules.organisations.jobs import send_invitation
from phoenix.modules.sign_in.actions.reset_password import force_reset

ACTS = [
    ("/api/v2/password_resets", {"email": "bo@example.com"}),
    ("/api/v2/sessions/email_code", {"email": "cleo@example.com"}),
    ("/api/v2/accounts/verify/resend", {"email": "dora@example.com"}),
    ("/api/v2/sessions/current/reauthenticate_code", None),
    ("/api/v2/me/email", {"email": "eve@example.com"}),
]


def test_invitations_stop_at_the_limit_and_keep_no_code_from_anyone(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            for number in range(7):
                made = await harness.organisation(f"o{number}", ada="owner")
                assert (await invitation(harness, made)).status_code == 201
            await harness.work()
            assert len(harness.mails("bo@example.com")) == 5
            links = await harness.sql("SELECT id, token_hash FROM invitations ORDER BY id")
            for row in links:
                await send_invitation(harness.runtime, Invited(row["id"]))
            assert len(harness.mails("bo@example.com")) == 5
            assert await harness.sql("SELECT id, token_hash FROM invitations ORDER BY id") == links, "links that arrived still work"
            await harness.post("/api/v2/password_resets", json={"email": "bo@example.com"})
            await harness.work()
            assert harness.code("bo@example.com")

    asyncio.run(run())


def test_each_kind_of_email_counts_by_itself(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            admits = harness.runtime.mailer.admits
            while await admits("sign_in/password_reset", to="bo@example.com", asked_by=Asker(("n",))):
                pass
            assert await admits("sign_in/verify", to="bo@example.com", asked_by=Asker(("n",)))
            assert not await admits("sign_in/password_reset", to="Bo@Example.com", asked_by=Asker(("n",)))

    asyncio.run(run())


def test_each_act_that_sends_an_email_counts_by_itself(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            for path, data in ACTS:
                first = await harness.post(path, by="ada", json=data)
                assert first.status_code != 429, path
                for _ in range(RESETS.amount - 1):
                    await harness.post(path, by="ada", json=data)
                assert (await harness.post(path, by="ada", json=data)).status_code == 429, path

    asyncio.run(run())


# The page of an act shares the limit of its route of the API; what has no such route is named by itself.
PAGES = {
    "/sign-up": "/api/v2/accounts",
    "/verify": "/api/v2/accounts/verify",
    "/verify/link": "/api/v2/accounts/verify",
    "/verify/resend": "/api/v2/accounts/verify/resend",
    "/forgot-password": "/api/v2/password_resets",
    "/reset-password": "/api/v2/password_resets/complete",
    "/unlock": "/api/v2/unlocks",
    "/sign-in": "/api/v2/sessions",
    "/sign-in/passkey": "/api/v2/sessions/passkey",
    "/sign-in/second-step": "/api/v2/sessions/second_factor",
    "/sign-in/code": "/api/v2/sessions/email_code",
    "/sign-in/by-email": "/api/v2/sessions/email_code/complete",
    "/confirm": "/api/v2/sessions/current/reauthenticate",
    "/confirm/mail": "/api/v2/sessions/current/reauthenticate_code",
    "/settings/password": "/api/v2/me/password",
    "/settings/address": "/api/v2/me/email",
    "/settings/address/confirm": "/api/v2/me/email/confirm",
    "/settings/totp": "/api/v2/totp/confirm",
    "/settings/backup-codes": "/api/v2/backup_codes",
    "/settings/passkeys": "/api/v2/passkeys",
    "/settings/notifications/sms": "/api/v2/me/phone_number",
    "/settings/notifications/sms/again": "/api/v2/me/phone_number",
    "/settings/notifications/sms/confirm": "/api/v2/me/phone_number/confirm",
}


def test_no_limit_is_shared_by_two_acts() -> None:
    acts: dict[str, set[str]] = {}
    for module in REGISTRY.modules:
        for route in module.routes:
            for limit in route.opt["rule"].limits:
                path = min(route.paths)
                acts.setdefault(limit.name, set()).add(PAGES.get(path, path))
    assert {name: paths for name, paths in acts.items() if len(paths) > 1} == {}
    assert len(acts) > 20
    assert not set(acts) & {limit.name for limit in (INVITATIONS_AN_HOUR, EXPORTS_A_DAY)}


# An email that nobody else can cause without the person's credentials, or that follows something that has a limit.
NOT_COUNTED = {
    "accounts/security_notice": "what happened to the account, which must be said",
    "notifications/notifications": "what the reader chose to be notified of, at most once in ten minutes unless it is urgent",
    "sessions/new_device": "a sign-in that took the credentials",
    "sign_in/address_changed": "a change that took the credentials, which must be said",
}


def test_every_other_email_is_counted_by_the_mailer(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: dict[str, Asker] = {}
    real = Mailer.admits

    async def admits(mailer: Mailer, name: str, /, *, to: str, asked_by: Asker) -> bool:
        counted[name] = asked_by
        return await real(mailer, name, to=to, asked_by=asked_by)

    monkeypatch.setattr(Mailer, "admits", admits)

    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            ada = await harness.organisation("ember", ada="owner")
            await invitation(harness, ada)
            for path, data in [*ACTS, ("/api/v2/sessions/email_code", {"email": "ada@example.com"})]:
                await harness.post(path, by="ada", json=data)
            for email in ("new@example.com", "bo@example.com"):
                sent = {"email": email, "password": PASSWORD, "name": "New", "accept_terms": True}
                assert (await harness.post("/api/v2/accounts", json=sent)).status_code == 202
            for _ in range(FREE_TRIES):
                await harness.post("/api/v2/sessions", json={"email": "bo@example.com", "password": "a wrong one, again"})
            async with harness.runtime.database.transaction() as tx:
                await force_reset(tx, harness.people["bo"].id)
            await harness.work()

    asyncio.run(run())
    assert set(counted) == set(REGISTRY.emails) - set(NOT_COUNTED)
    assert {name for name, asker in counted.items() if asker == Asker()} == {"sign_in/unlock", "sign_in/forced_reset"}
    assert {name for name, asker in counted.items() if asker.known} == {"sign_in/reauthentication_code"}


FOR_BO: list[tuple[str, str]] = [
    ("/api/v2/password_resets", "sign_in/password_reset"),
    ("/api/v2/sessions/email_code", "sign_in/sign_in_code"),
]


@pytest.mark.parametrize("path", [path for path, _ in FOR_BO])
def test_a_stranger_neither_uses_up_the_owners_emails_nor_hides_their_code(harness: Harness, path: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            mine = {"email": "bo@example.com"}
            async with harness.new_client(address="198.51.100.9") as stranger:

                async def flood() -> None:
                    for _ in range(7):
                        await stranger.post(path, json=mine)
                    await harness.work()

                await flood()
                assert len(harness.mails("bo@example.com")) == EMAILS_AN_HOUR
                await harness.post(path, json=mine)
                await harness.work()
                assert len(harness.mails("bo@example.com")) == EMAILS_AN_HOUR + 1
                code = harness.code("bo@example.com")
                harness.clock.advance(minutes=5)
                await flood()
            done = {**mine, "code": code, "password": "seven kettles on a cold morning"}
            if "email_code" in path:
                done.pop("password")
            assert (await harness.post(f"{path}/complete", json=done)).status_code in {201, 204}

    asyncio.run(run())


def test_a_newer_code_of_the_same_asker_replaces_the_former(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            codes = []
            for _ in range(2):
                await harness.post("/api/v2/sessions/email_code", json={"email": "bo@example.com"})
                await harness.work()
                codes.append(harness.code("bo@example.com"))
            sent = [{"email": "bo@example.com", "code": code} for code in codes]
            tried = [(await harness.post("/api/v2/sessions/email_code/complete", json=data)).status_code for data in sent]
            assert tried == [422, 201]

    asyncio.run(run())


async def strangers(harness: Harness, path: str, *, to: str = "bo@example.com") -> None:
    """Request as many emails as strangers can."""
    for network in range(6):
        async with harness.new_client(address=f"198.51.100.{network}") as stranger:
            for _ in range(EMAILS_AN_HOUR):
                await stranger.post(path, json={"email": to})
    await harness.work()
    assert len(harness.mails(to)) == EMAILS_OF_ALL_AN_HOUR


def test_many_networks_together_send_a_few_emails_to_one_address(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            await strangers(harness, "/api/v2/password_resets")

    asyncio.run(run())


@pytest.mark.parametrize("amount", [1, RESETS.amount + 1])
def test_every_try_is_logged_with_its_limit_and_without_an_address(harness: Harness, logged: io.StringIO, amount: int) -> None:
    async def run() -> None:
        async with harness:
            for _ in range(amount):
                await harness.post("/api/v2/password_resets", json={"email": "bo@example.com"})

    asyncio.run(run())
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    tries = [line for line in lines if line["event"] == "limit_counted" and line["limit"] == RESETS.name]
    assert [line["allowed"] for line in tries] == ([True] * RESETS.amount + [False])[-amount:] if amount > 1 else [True]
    assert len({line["caller"] for line in tries}) == 1
    assert all(line["caller"] == line["of"] and line["caller"].startswith("p_") for line in tries)
    assert "203.0.113.7" not in logged.getvalue()
    assert "bo@example.com" not in logged.getvalue()
