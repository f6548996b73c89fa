"""What the JSON routes of accounts take and give."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.accounts import queries

Text = Annotated[str, Meta(max_length=2000)]

SIGN_UPS = Limit("sign_up", 30, 3600)
LOG_INS = Limit("log_in", 60, 900)
PROOFS = Limit("proof", 60, 900)
RESETS = Limit("password_reset", 10, 3600)
REFRESHES = Limit("refresh", 600, 900)
# Asked for by every sign-in page that is opened, so that the browser can offer a passkey beside the address.
PASSKEY_OFFERS = Limit("passkey_offer", 600, 900)


class EmailData(Struct, forbid_unknown_fields=True):
    email: Text


class MailWishData(EmailData, forbid_unknown_fields=True):
    """`captcha` is the answer of the CAPTCHA, where the installation asks for one."""

    captcha: Text = ""


class ProofData(Struct, forbid_unknown_fields=True):
    """Either `token`, from the link, or `email` and `code`."""

    token: Text = ""
    email: Text = ""
    code: Text = ""


class PasskeyData(Struct, forbid_unknown_fields=True):
    """`challenge` as it came with the options; `credential` as the browser's PublicKeyCredential.toJSON() writes it."""

    challenge: Text
    credential: dict[str, Any]


class Nothing(Struct):
    """An answer that is always the same."""


class AccountAnswer(Struct):
    id: str
    email: str
    name: str
    time_zone: str
    locale: str
    contact: str
    picture: str | None
    email_verified: bool
    created_at: Instant
    version: int


def account_answer(account: queries.Account) -> AccountAnswer:
    return AccountAnswer(
        account.id,
        account.email,
        account.name,
        account.time_zone,
        account.locale,
        account.contact,
        None,
        email_verified=True,
        created_at=instant(account.created_at),
        version=account.version,
    )
