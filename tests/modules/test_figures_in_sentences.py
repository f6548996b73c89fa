"""Every duration and number that a page, an email or the API document names is the one that the code uses."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pyotp
import pytest
from tests.modules.test_what_is_said_is_true import declared
from tests.test_words import ROOT, descriptions, said

from phoenix.app import openapi_document
from phoenix.composition import REGISTRY
from phoenix.embedded.mailbox import checks as mailbox_checks
from phoenix.kernel.data.cursors import DEFAULT_LIMIT, HIGHEST_LIMIT
from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.language import DEFAULT_LOCALE, reading
from phoenix.kernel.security.crypto import new_code
from phoenix.kernel.sms.numbers import masked
from phoenix.kernel.web.shown_once import SHOWN_FOR
from phoenix.modules.accounts.actions import email_verification, export_data, fields, limits
from phoenix.modules.accounts.actions.email_verification import expiry
from phoenix.modules.entries import actions as entries
from phoenix.modules.entries import cards
from phoenix.modules.factors.actions import relying_party, second_factor, throttle
from phoenix.modules.factors.queries import throttle as guards
from phoenix.modules.impersonation import actions as impersonation
from phoenix.modules.keys.actions import api_keys
from phoenix.modules.organisations.actions import invite
from phoenix.modules.organisations.queries import invited
from phoenix.modules.sessions.actions.list import ON_A_PAGE
from phoenix.modules.sign_in.actions import change_address, email_code, reauthenticate, reset_password, unlock, verify
from phoenix.modules.sms.actions import send as texts_sent
from phoenix.modules.sms.actions.send_code import CODE_LIVES as CODE_BY_SMS_LIVES
from phoenix.modules.webhooks import jobs as hooks_jobs
from phoenix.modules.webhooks.actions import endpoints
from phoenix.modules.webhooks.actions import send as hooks
from phoenix.settings import EmailSettings, SessionSettings

# A number with what it counts. Placeholders are filled from constants, and need no row below.
NUMBER = r"(?:\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|an?|next|last)"
COUNTED = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|digits|characters|(?:backup )?codes|copies|times|(?:wrong )?attempts)"
FIGURE = re.compile(
    rf"\d+ an hour|(?<![\w.{{%-]){NUMBER} {COUNTED}\b(?! before| factor| passkey)(?:(?<=copies) a day)?|\d+ by default|at most \d+|%\(left\)s of \d+",
    re.IGNORECASE,
)
KEPT = timedelta(days=7)
# What is said, and whether it is so.
IN_SENTENCES = {
    "8 digits": len(new_code()) == 8,
    "6 digits": pyotp.TOTP("A" * 32).digits == 6,
    "30 seconds": second_factor.STEP_SECONDS == 30,
    "10 characters": second_factor.BACKUP_LENGTH == fields.REASON_LEAST == 10,
    "10 backup codes": second_factor.BACKUP_CODES == 10,
    "%(left)s of 10": second_factor.BACKUP_CODES == 10,
    "five times": throttle.FREE_TRIES == 5,
    "5 wrong attempts": email_verification.TRIES == 5,
    "50 characters": mailbox_checks.LONGEST_SUBJECT == 50,
    "10 minutes": timedelta(minutes=10) == email_verification.CODE_LIVES == SHOWN_FOR == CODE_BY_SMS_LIVES,
    # How long to wait before trying again: an advice, not a promise.
    "a minute": True,
    "an hour": "least(3600," in guards.COUNT.sql,
    "next minute": timedelta(minutes=1) == impersonation.LINK_LIVES,
    "7 days": KEPT == export_data.KEEP == invite.LIVES,
    "three copies a day": (export_data.EXPORTS_A_DAY.amount, export_data.EXPORTS_A_DAY.seconds) == (3, 86_400),
    "a day": True,
    "24 hours": timedelta(hours=24) == endpoints.FORMER_VALID,
    "three days": timedelta(days=3) == hooks.SUSTAINED,
    "150 years": timedelta(days=366 * 150) == entries.PAST_MOST,
    "next year": timedelta(days=366) == entries.FUTURE_MOST,
    "14 days": "generate_series(0, 13)" in cards.PER_DAY.sql,
    "30 days": api_keys.MOST_DAYS >= 30 == hooks_jobs.KEPT.days,
    "90 days": api_keys.MOST_DAYS >= 90,
    "1 year": api_keys.MOST_DAYS >= 365,
    "20 by default": DEFAULT_LIMIT == 20,
    "at most 100": HIGHEST_LIMIT == 100,
    "at most 20": texts_sent.MOST_A_DAY == 20,
}
IN_THE_API = {
    "5 minutes": timedelta(minutes=5) == relying_party.CHALLENGE_LIVES,
    "15 minutes": SessionSettings().reauthenticate_within == 15 * 60,
    "10 minutes": timedelta(minutes=10) == CODE_BY_SMS_LIVES,
    "two digits": masked("+491701234567") == "+49 … 67",
    "7 days": KEPT == export_data.KEEP,
    "10 an hour": (limits.RESETS.amount, limits.RESETS.seconds)
    == (limits.VERIFICATION_EMAILS.amount, limits.VERIFICATION_EMAILS.seconds)
    == (10, 3600),
    "10 backup codes": second_factor.BACKUP_CODES == 10,
    "24 hours": timedelta(hours=24) == endpoints.FORMER_VALID,
    "30 days": timedelta(days=30) == hooks_jobs.KEPT,
    "at most 20": "LIMIT 20" in invited.OPEN_TO.sql,
    "at most 200": invite.MOST_INVITATIONS == 200,
    "100 by default": ON_A_PAGE == 100,
}


def found(texts: list[str]) -> set[str]:
    return {figure[0].lower() for text in texts for figure in FIGURE.finditer(text)}


def test_every_figure_in_a_sentence_is_that_of_the_code() -> None:
    texts = [
        " ".join(text.split())
        for path in sorted((ROOT / "src/phoenix").rglob("*"))
        if path.suffix in {".py", ".html", ".mjml"} and "migrations" not in path.parts
        for _line, text in said(path)
    ]
    assert found(texts) == set(IN_SENTENCES)
    assert [figure for figure, is_so in IN_SENTENCES.items() if not is_so] == []


def test_every_figure_in_the_api_is_that_of_the_code() -> None:
    texts = list(descriptions(json.loads(openapi_document())))
    assert found(texts) == set(IN_THE_API)
    assert [figure for figure, is_so in IN_THE_API.items() if not is_so] == []


MAILER = Mailer(EmailSettings(), REGISTRY.template_folders)
# The purpose that decides how long the code and link of an email work.
PURPOSES = {
    "sign_in/verify": verify.PURPOSE,
    "sign_in/password_reset": reset_password.PURPOSE,
    "sign_in/forced_reset": reset_password.PURPOSE,
    "sign_in/sign_in_code": email_code.PURPOSE,
    "sign_in/unlock": unlock.PURPOSE,
    "sign_in/reauthentication_code": reauthenticate.PURPOSE,
    "sign_in/address_change": change_address.PURPOSE,
}


def test_every_email_with_a_code_has_a_purpose() -> None:
    assert {name for name, sample in REGISTRY.emails.items() if "code" in sample.values} == set(PURPOSES)


@pytest.mark.parametrize("name", sorted(REGISTRY.emails))
def test_the_preview_of_an_email_names_the_durations_of_the_code(name: str) -> None:
    with reading(DEFAULT_LOCALE):
        text = MAILER.render(name, **REGISTRY.emails[name].values).text
    said_here = re.findall(r"(\d+) (minutes|days)", text)
    lives = expiry(PURPOSES[name]) if name in PURPOSES else {}
    code, link = lives.get("code_minutes"), lives.get("link_minutes")
    expected = [] if code is None else [code] if code == link else [code, link]
    expected += [15] if name == "sign_in/reauthentication_code" else []
    expected += [KEPT.days] if name in {"organisations/invitation", "accounts/security_notice"} else []
    assert [int(number) for number, _unit in said_here] == expected


def test_the_email_about_an_address_change_promises_nothing_that_cannot_be_done() -> None:
    """Nobody can undo a change of address, so the former address is only told whom to ask."""
    settings = EmailSettings(support="help@phoenix.example")
    with reading(DEFAULT_LOCALE):
        mail = Mailer(settings, REGISTRY.template_folders).render(
            "sign_in/address_changed", **REGISTRY.emails["sign_in/address_changed"].values
        )
    for part in (mail.text, mail.html):
        assert "undo" not in part
        assert "contact support immediately" in part
        assert "help@phoenix.example" in part
    assert [path for module in REGISTRY.modules for route in module.routes for path in route.paths if "undo" in path] == []


def test_the_panel_shows_as_many_kinds_of_email_as_there_are_templates_and_notices() -> None:
    kinds = [kind for module in REGISTRY.modules for kind in sorted(declared(module))]
    assert len(kinds) == len(set(kinds)) == len(MAILER.names()) - 1 + len(REGISTRY.notices)


@pytest.mark.parametrize("name", sorted(REGISTRY.notices))
def test_every_notice_has_a_sample_of_what_it_fills_in(name: str) -> None:
    notice = REGISTRY.notices[name]
    assert set(re.findall(r"\{(\w+)\}", notice.sentence + notice.path)) <= set(notice.sample)


def test_the_security_page_names_the_durations_of_codes_and_links() -> None:
    text = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    assert "Codes expire in 10 minutes; links in 60, or in 10 where they start or confirm a session." in text
    lives = {purpose: expiry(purpose) for purpose in PURPOSES.values()}
    assert {each["code_minutes"] for each in lives.values()} == {10}
    assert {purpose for purpose, each in lives.items() if each["link_minutes"] == 10} == {email_code.PURPOSE, reauthenticate.PURPOSE}
    assert {each["link_minutes"] for purpose, each in lives.items() if purpose not in {email_code.PURPOSE, reauthenticate.PURPOSE}} == {60}
