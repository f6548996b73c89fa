"""Sample data for viewing the emails of sign-in."""

from __future__ import annotations

from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.module import EmailSample

OWNER = {"to": "leila.haddad@example.com", "name": "Leila Haddad"}
WITH_CODE = {
    **OWNER,
    "code": "40718263",
    "code_minutes": 10,
    "link": Ours("https://phoenix.example/a/link?token=sample"),
    "link_minutes": 60,
}
REAUTHENTICATED = {**WITH_CODE, "reauthenticated_minutes": 15}

EMAILS = (
    EmailSample("sign_in/verify", WITH_CODE),
    EmailSample(
        "sign_in/already_registered",
        {**OWNER, "link": Ours("https://phoenix.example/sign-in"), "reset_link": Ours("https://phoenix.example/forgot-password")},
    ),
    EmailSample("sign_in/password_reset", WITH_CODE),
    EmailSample("sign_in/forced_reset", WITH_CODE),
    EmailSample("sign_in/sign_in_code", WITH_CODE),
    EmailSample("sign_in/unlock", WITH_CODE),
    EmailSample("sign_in/reauthentication_code", REAUTHENTICATED),
    EmailSample("sign_in/address_change", WITH_CODE),
    EmailSample("sign_in/address_changed", OWNER),
)
