"""Re-authentication before a sensitive action (ASVS 5.0, 7.5)."""

from __future__ import annotations

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.email_verification import EmailProof
from phoenix.modules.accounts.actions.password import NONE, password_hash
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.factors.actions import throttle
from phoenix.modules.factors.actions.second_factor import check_factor
from phoenix.modules.sessions.actions.renew import set_authenticated
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions.destination import open_destination, seal_destination
from phoenix.modules.sign_in.actions.emails import SEND_REAUTHENTICATION_CODE, Owner
from phoenix.modules.sign_in.actions.unlock import offer_unlock
from phoenix.modules.sign_in.queries import Protection

PURPOSE = "reauthenticate"


async def protection_of(db: Reader, account: str) -> Protection:
    """What protects an account, in one statement."""
    return await db.one(queries.PROTECTION, account, db.now)


def minutes_reauthenticated(runtime: Runtime) -> int:
    """How long re-authentication allows sensitive actions."""
    return round(runtime.settings.sessions.reauthenticate_within / 60)


def methods_of(found: Protection) -> list[str]:
    """How this person can re-authenticate, best method first: it takes as much as signing in. Email only if there is nothing else."""
    methods = []
    if found.passkeys:
        methods.append("passkey")
    if found.totp_since:
        methods += ["totp", "backup_code"]
    if found.has_password and not methods:
        methods.append("password")
    return methods or ["email_code"]


async def reauthenticate(
    runtime: Runtime, tx: Transaction, actor: Actor, *, method: str, answer: str, password: str = "", token: str = ""
) -> str:
    """Re-authenticate by `method`. Returns where the email of a code leads to, or "". A second factor also needs the `password`, if the account has one.

    Raises WrongCode, or InvalidInput if this account does not have that method.
    """
    async with runtime.database.reader() as db:
        found = await protection_of(db, actor.account)
    if method not in methods_of(found) or method == "passkey":
        raise InvalidInput(errors=(FieldError("method", "unknown", _("This method isn't set up for your account. Choose another one.")),))
    attempt, on_to = None, ""
    if method == "password":
        attempt = await check_own_password(runtime, tx, actor, answer)
    elif method == "email_code":
        proof = EmailProof((actor.session,), token=token, email=actor.record.email, code=answer)
        verified = await email_verification.complete(runtime, tx, PURPOSE, proof, account=actor.account)
        if verified.account != actor.account:
            raise WrongCode(_("This link belongs to another account. Sign in to that account first."))
        on_to = open_destination(runtime, verified.destination, verified.email_key)
    else:
        attempt = await check_own_password(runtime, tx, actor, password)
        # Counted for this session only, so that no stranger can use up the attempts.
        await check_factor(runtime, tx, actor.account, method=method, code=answer, device=actor.session)
    if attempt is not None:
        await throttle.clear(tx, attempt)
    await set_authenticated(tx, actor, method=method)
    return on_to


async def request_code(runtime: Runtime, tx: Transaction, actor: Actor, on_to: str = "") -> None:
    """Send a code to the account's own address. Its link leads to `on_to`."""
    destination = seal_destination(runtime, on_to, parse_address(actor.record.email).key)
    await enqueue(tx, SEND_REAUTHENTICATION_CODE, Owner(actor.account, actor.session, known=True, destination=destination))


async def check_own_password(
    runtime: Runtime, tx: Transaction, actor: Actor, password: str, *, field: str = "password"
) -> throttle.Attempt | None:
    """The attempt to clear, or None if the account has no password. Raises WrongCode on `field` if it is wrong, and counts it.

    The transaction begins only for a wrong one.
    """
    async with runtime.database.reader() as db:
        stored = await password_hash(db, actor.account)
    if stored == NONE:
        return None
    attempt = await throttle.count_attempt(runtime, "confirm", actor.session, account=actor.account)
    if not await runtime.passwords.verify(stored, password):
        await offer_unlock(tx, attempt)
        raise WrongCode(errors=(FieldError(field, "wrong_password", _("The password is wrong.")),))
    return attempt
