"""Sample data for viewing the emails of sign-in."""

from __future__ import annotations

from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.module import EmailSample
from phoenix.modules.accounts.actions.email_verification import expiry
from phoenix.modules.sign_in.actions import change_address, email_code, reauthenticate, reset_password, unlock, verify
from phoenix.modules.sign_in.actions.reauthenticate import minutes_reauthenticated
from phoenix.settings import SessionSettings

OWNER = {"to": "leila.haddad@example.com", "name": "Leila Haddad"}
WITH_CODE = {
    **OWNER,
    "code": "40718263",
    "link": Ours("https://phoenix.example/a/link?token=sample"),
}


def _with_code(template: str, purpose: str, *, warns: bool = False) -> EmailSample:
    """An email with a code and a link, which works as long as what is sent."""
    values = {**WITH_CODE, "reauthenticated_minutes": round(SessionSettings().reauthenticate_within / 60)}
    return EmailSample(
        template, {**values, **expiry(purpose)}, lambda runtime: {"reauthenticated_minutes": minutes_reauthenticated(runtime)}, warns
    )


EMAILS = (
    _with_code("sign_in/verify", verify.PURPOSE),
    EmailSample(
        "sign_in/already_registered",
        {**OWNER, "link": Ours("https://phoenix.example/sign-in"), "reset_link": Ours("https://phoenix.example/forgot-password")},
    ),
    _with_code("sign_in/password_reset", reset_password.PURPOSE),
    _with_code("sign_in/forced_reset", reset_password.PURPOSE, warns=True),
    _with_code("sign_in/sign_in_code", email_code.PURPOSE),
    _with_code("sign_in/unlock", unlock.PURPOSE),
    _with_code("sign_in/reauthentication_code", reauthenticate.PURPOSE),
    _with_code("sign_in/address_change", change_address.PURPOSE),
    EmailSample("sign_in/address_changed", OWNER, warns=True),
)
