"""Sign up with an identity provider: it has verified the address, so no email is needed."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.language import _, language_of
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.accounts.actions.password import NONE
from phoenix.modules.providers.actions.identities import PendingIdentity, connect, use_pending
from phoenix.modules.providers.errors import ProviderRefused
from phoenix.modules.sign_in.actions.sign_up import forget_sign_ups


async def sign_up_with_provider(
    runtime: Runtime, tx: Transaction, pending: PendingIdentity, *, name: str, time_zone: str, locale: str, accept_terms: bool
) -> str:
    """Create an account for the address that the provider verified. Returns its id. It has no password until one is set.

    Raises InvalidInput; ProviderRefused if someone was faster.
    """
    fields = AccountFields()
    name = fields.name(name)
    time_zone = fields.time_zone(time_zone)
    locale = language_of(locale)
    fields.terms(accepted=accept_terms)
    fields.check()
    await use_pending(tx, pending)
    address = parse_address(pending.email)
    account = await create_account(tx, address, name=name, password_hash=NONE, time_zone=time_zone, locale=locale)
    if account is None:
        raise ProviderRefused(_("An account with this address already exists. Sign in to it."))
    await forget_sign_ups(tx, address.key)
    await connect(runtime, tx, account, provider=pending.provider, issuer=pending.issuer, subject=pending.subject, email=pending.email)
    return account
