"""Sign up: nothing but a mail happens until its reader proves the address. Whether the address was known stays unsaid."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.fields import Fields

KEEP = timedelta(days=1)
MAILS_AN_HOUR = Limit("mail_to_address", 5, 3600)


async def sign_up(
    runtime: Runtime, tx: Transaction, *, email: str, password: str, name: str, time_zone: str, locale: str, accept_terms: bool
) -> str:
    """Begin an account; the id of the sign-up. Raises InvalidInput with every field that cannot be used.

    A known address takes the same time and gets the same answer; its owner is told by mail. Nothing can come of such a
    sign-up: it is written down so that a log-in with its password gets the same answer as well.
    """
    fields = Fields()
    address = fields.email(email)
    name = fields.name(name)
    await fields.new_password(runtime, password, email, name)
    fields.time_zone(time_zone)
    fields.locale(locale)
    if not accept_terms:
        fields.refuse("accept_terms", "missing", _("Accept the terms to go on."))
    fields.check()
    sign_up_id = new_id("sup")
    if address is None:
        return sign_up_id
    password_hash = await runtime.passwords.hash(password)
    if not (await runtime.limiter.hit(MAILS_AN_HOUR, address.key)).allowed:
        return sign_up_id
    known = await tx.maybe(queries.ACCOUNT_BY_EMAIL, address.key)
    await tx.execute(queries.INSERT_SIGN_UP, sign_up_id, address.display, address.key, name, password_hash, time_zone, locale, tx.now)
    if known is not None:
        await enqueue(tx, "accounts.send_already_registered", {"account": known.id})
    else:
        await enqueue(tx, "accounts.send_verification", {"sign_up": sign_up_id})
    return sign_up_id


async def resend_verification(runtime: Runtime, tx: Transaction, *, email: str) -> None:
    """Send the proof again, five times an hour at most. Says nothing about whether there is anything to prove."""
    fields = Fields()
    address = fields.email(email)
    fields.check()
    if address is None or not (await runtime.limiter.hit(MAILS_AN_HOUR, address.key)).allowed:
        return
    waiting = await tx.maybe(queries.NEWEST_SIGN_UP, address.key, tx.now - KEEP)
    await enqueue(tx, "accounts.send_verification", {"sign_up": waiting.id if waiting else None})
