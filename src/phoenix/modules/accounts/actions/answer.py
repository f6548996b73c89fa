"""An account as the API describes it. Sign-in responses contain one as well."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.accounts.queries import Account


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


def account_answer(account: Account) -> AccountAnswer:
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
