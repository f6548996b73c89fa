"""Sign up: only an email is sent until its reader verifies the address. Whether the address was known stays unsaid."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import find_by_email
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions.emails import SEND_ALREADY_REGISTERED, SEND_VERIFICATION, Owner, PendingSignUp
from phoenix.modules.sign_in.actions.request_email import may_email, requested_address

KEEP = timedelta(days=1)


async def sign_up(
    runtime: Runtime, tx: Transaction, *, email: str, password: str, name: str, time_zone: str, locale: str, accept_terms: bool
) -> str:
    """Sign up; the id of the sign-up. Raises InvalidInput with every field that cannot be used.

    A known address takes the same time and gets the same answer; an email tells its owner. Nothing can come of such a
    sign-up: it is stored so that signing in with its password gets the same answer as well.
    """
    fields = AccountFields()
    address = fields.email(email)
    name = fields.name(name)
    await fields.password(runtime, password, email, name)
    fields.time_zone(time_zone)
    fields.locale(locale)
    fields.terms(accepted=accept_terms)
    fields.check()
    sign_up_id = new_id("sup")
    password_hash = await runtime.passwords.hash(password)
    if not await may_email(runtime, address):
        return sign_up_id
    known = await find_by_email(tx, address.key)
    await tx.execute(queries.INSERT_SIGN_UP, sign_up_id, address.display, address.key, name, password_hash, time_zone, locale, tx.now)
    if known is not None:
        await enqueue(tx, SEND_ALREADY_REGISTERED, Owner(known.id))
    else:
        await enqueue(tx, SEND_VERIFICATION, PendingSignUp(sign_up_id))
    return sign_up_id


async def resend_verification(runtime: Runtime, tx: Transaction, *, email: str) -> None:
    """Send the code again, five times an hour at most. Says nothing about whether there is anything to verify."""
    address = await requested_address(runtime, email)
    if address is None:
        return
    newest = await tx.maybe(queries.NEWEST_SIGN_UP, address.key, tx.now - KEEP)
    await enqueue(tx, SEND_VERIFICATION, PendingSignUp(newest.id if newest else None))


async def forget_sign_ups(tx: Transaction, email_key: str) -> None:
    """Delete the sign-ups of an address, so that none of them becomes an account any more."""
    await tx.execute(queries.FORGET_SIGN_UPS, email_key)
