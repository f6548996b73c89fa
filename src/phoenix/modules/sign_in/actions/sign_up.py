"""Sign up: no account exists until the address is verified by email. Whether the address is known is not revealed."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.language import language_of
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import find_by_email
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions.destination import seal_destination
from phoenix.modules.sign_in.actions.emails import SEND_ALREADY_REGISTERED, SEND_VERIFICATION, Owner, PendingSignUp
from phoenix.modules.sign_in.actions.request_email import requested_address

KEEP = timedelta(days=1)


async def sign_up(
    runtime: Runtime,
    tx: Transaction,
    *,
    email: str,
    password: str,
    name: str,
    time_zone: str,
    locale: str,
    accept_terms: bool,
    asked_by: str,
    on_to: str = "",
) -> str:
    """Sign up. Returns the id of the sign-up. Confirming the address leads to `on_to`, in every browser. Raises InvalidInput with every invalid field.

    A known address takes the same time and gets the same response, and its owner is notified by email. Such a sign-up can
    never become an account: it is stored so that signing in with its password gets the same response as well.
    """
    fields = AccountFields()
    address = fields.email(email)
    name = fields.name(name)
    await fields.password(runtime, password, email, name)
    time_zone = fields.time_zone(time_zone)
    locale = language_of(locale)
    fields.terms(accepted=accept_terms)
    fields.check()
    sign_up_id = new_id("sup")
    password_hash = await runtime.passwords.hash(password)
    known = await find_by_email(tx, address.key)
    destination = seal_destination(runtime, on_to, sign_up_id)
    await tx.execute(
        queries.INSERT_SIGN_UP,
        sign_up_id,
        address.display,
        address.key,
        name,
        password_hash,
        time_zone,
        locale,
        tx.now,
        destination,
    )
    if known is not None:
        await enqueue(tx, SEND_ALREADY_REGISTERED, Owner(known.id, asked_by, destination=seal_destination(runtime, on_to, address.key)))
    else:
        await enqueue(tx, SEND_VERIFICATION, PendingSignUp(sign_up_id, asked_by))
    return sign_up_id


async def resend_verification(tx: Transaction, *, email: str, asked_by: str) -> None:
    """Send the code again, at most five times an hour. The response does not reveal whether there is anything to verify."""
    address = requested_address(email)
    newest = await tx.maybe(queries.NEWEST_SIGN_UP, address.key, tx.now - KEEP)
    await enqueue(tx, SEND_VERIFICATION, PendingSignUp(newest.id if newest else None, asked_by))


async def forget_sign_ups(tx: Transaction, email_key: str) -> None:
    """Delete the sign-ups of an address, so that none of them can become an account."""
    await tx.execute(queries.FORGET_SIGN_UPS, email_key)
