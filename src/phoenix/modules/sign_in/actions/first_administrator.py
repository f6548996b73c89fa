"""The first administrator, by a one-time link that `phoenix up` prints while there is none."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.language import current_locale
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.accounts.actions.permissions import grant_permission, has_administrator, hold_permissions
from phoenix.modules.sign_in.errors import SetUpAlready

PURPOSE = "first administrator"
LINK_LIVES = timedelta(days=1)


async def needs_administrator(db: Reader) -> bool:
    return not await has_administrator(db)


def link_token(runtime: Runtime) -> str:
    """The token of the link: valid for a day, and only while there is no administrator."""
    return runtime.keys.sign(PURPOSE, "set up", expires=runtime.clock.now() + LINK_LIVES)


def is_link_token(runtime: Runtime, token: str) -> bool:
    return runtime.keys.verify(PURPOSE, token, now=runtime.clock.now()) == "set up"


async def become_first_administrator(
    runtime: Runtime, tx: Transaction, *, token: str, email: str, password: str, name: str, time_zone: str
) -> str:
    """Create the account with full access to the platform. Returns its id. Raises SetUpAlready if someone was faster."""
    if not is_link_token(runtime, token):
        raise SetUpAlready("This link has expired or is incomplete. Restart Phoenix to get a new one.")
    fields = AccountFields()
    address = fields.email(email)
    name = fields.name(name)
    time_zone = fields.time_zone(time_zone)
    await fields.password(runtime, password, email, name)
    fields.check()
    password_hash = await runtime.passwords.hash(password)
    await hold_permissions(tx)
    if not await needs_administrator(tx):
        raise SetUpAlready("Phoenix already has an administrator. Sign in, or ask an administrator for access.")
    account = await create_account(tx, address, name=name, password_hash=password_hash, time_zone=time_zone, locale=current_locale())
    if account is None:
        raise SetUpAlready("An account with this address already exists. Use another one.")
    await grant_permission(tx, account, ADMINISTRATOR, by=None)
    return account
