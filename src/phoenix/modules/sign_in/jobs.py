"""Emails with codes and links, and the deletion of old sign-ups. Job records hold ids, never an address."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.data.purge import forget
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import reading
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.accounts import Account, find_account, find_by_email
from phoenix.modules.accounts.actions.addresses import new_address
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions import change_address, email_code, emails, reauthenticate, reset_password, sign_up, unlock, verify
from phoenix.modules.sign_in.actions.destination import open_destination
from phoenix.modules.sign_in.actions.emails import FormerAddress, Owner, PendingSignUp


async def send_verification(runtime: Runtime, pending: PendingSignUp) -> None:
    """Email the code and link of a sign-up. A second run sends new ones."""
    async with runtime.database.transaction() as tx:
        found = await tx.maybe(queries.SIGN_UP, pending.sign_up)
        if found is None or await find_by_email(tx, found.email_key) is not None:
            return
        if not await runtime.mailer.admits("sign_in/verify", to=found.email, asked_by=pending.asker):
            return
        made = {"email_key": found.email_key, "sign_up": found.id, "asked_by": pending.asked_by}
        token, code = await email_verification.start(runtime.keys, tx, purpose=verify.PURPOSE, **made)
    with reading(found.locale):
        await _send(runtime, verify.PURPOSE, "verify", found.email, found.name, "/verify/link", token, code)


async def send_already_registered(runtime: Runtime, owner: Owner) -> None:
    """Notify the owner of an address that someone tried to sign up with it."""
    account = await _account(runtime, owner.account)
    if account is not None:
        url, on_to = runtime.settings.public_url, open_destination(runtime, owner.destination, parse_address(account.email).key)
        with reading(account.locale):
            await runtime.mailer.send_template(
                "sign_in/already_registered",
                to=account.email,
                asked_by=owner.asker,
                essential=True,
                name=account.name,
                link=Ours(url + query("/sign-in", next=on_to)),
                reset_link=Ours(url + query("/forgot-password", next=on_to)),
            )


async def send_password_reset(runtime: Runtime, owner: Owner) -> None:
    """Email the code and link for a new password."""
    await _send_to_owner(runtime, owner, reset_password.PURPOSE, "password_reset", "/reset-password")


async def send_forced_reset(runtime: Runtime, owner: Owner) -> None:
    """Email the code and link for a new password to someone whose password staff removed."""
    await _send_to_owner(runtime, owner, reset_password.PURPOSE, "forced_reset", "/reset-password")


async def send_sign_in_code(runtime: Runtime, owner: Owner) -> None:
    """Email the code to sign in with."""
    await _send_to_owner(runtime, owner, email_code.PURPOSE, "sign_in_code", "/sign-in/by-email")


async def send_unlock(runtime: Runtime, owner: Owner) -> None:
    """Email the code and link that unlock sign-in."""
    await _send_to_owner(runtime, owner, unlock.PURPOSE, "unlock", "/unlock")


async def send_reauthentication_code(runtime: Runtime, owner: Owner) -> None:
    """Email the code for re-authentication."""
    await _send_to_owner(runtime, owner, reauthenticate.PURPOSE, "reauthentication_code", "/confirm")


async def send_address_change(runtime: Runtime, owner: Owner) -> None:
    """Email a code and link to a new address."""
    async with runtime.database.transaction() as tx:
        account = await find_account(tx, owner.account) if owner.account else None
        requested = await new_address(tx, account.id) if account else ""
        if account is None or not requested:
            return
        if not await runtime.mailer.admits("sign_in/address_change", to=requested, asked_by=owner.asker):
            return
        made = {"email_key": parse_address(requested).key, "account": account.id, "asked_by": owner.asked_by}
        token, code = await email_verification.start(runtime.keys, tx, purpose=change_address.PURPOSE, **made)
    with reading(account.locale):
        await _send(runtime, change_address.PURPOSE, "address_change", requested, account.name, "/settings/address/confirm", token, code)


async def send_address_changed(runtime: Runtime, former: FormerAddress) -> None:
    """Notify the old address that it no longer belongs to the account."""
    account = await _account(runtime, former.account)
    sealed = from_base64url(former.old)
    old = None if sealed is None else runtime.keys.unseal(change_address.OLD_ADDRESS, sealed, bound_to=former.account)
    if account is not None and old is not None:
        with reading(account.locale):
            await runtime.mailer.send_template("sign_in/address_changed", to=old.decode(), essential=True, name=account.name)


async def forget_old(runtime: Runtime) -> None:
    """Delete the sign-ups that nobody verified in time."""
    await forget(runtime.database, queries.FORGET_OLD_SIGN_UPS, runtime.clock.now() - sign_up.KEEP)


async def _account(runtime: Runtime, account: str | None) -> Account | None:
    """The account of a job; None if it was erased, or if the job is for an unknown address."""
    if account is None:
        return None
    async with runtime.database.reader() as db:
        return await find_account(db, account)


async def _send_to_owner(runtime: Runtime, owner: Owner, purpose: str, template: str, path: str) -> None:
    account = await _account(runtime, owner.account)
    if account is None or not await runtime.mailer.admits(f"sign_in/{template}", to=account.email, asked_by=owner.asker):
        return
    async with runtime.database.transaction() as tx:
        made = {"email_key": parse_address(account.email).key, "account": account.id, "asked_by": owner.asked_by}
        token, code = await email_verification.start(runtime.keys, tx, purpose=purpose, destination=owner.destination, **made)
    with reading(account.locale):
        await _send(runtime, purpose, template, account.email, account.name, path, token, code)


async def _send(runtime: Runtime, purpose: str, template: str, to: str, name: str, path: str, token: str, code: str) -> None:
    await runtime.mailer.send_template(
        f"sign_in/{template}",
        to=to,
        essential=True,
        name=name,
        link=Ours(f"{runtime.settings.public_url}{path}?token={quote(token)}"),
        code=code,
        reauthenticated_minutes=reauthenticate.minutes_reauthenticated(runtime),
        **email_verification.expiry(purpose),
    )


JOBS = (
    Job(emails.SEND_VERIFICATION, send_verification),
    Job(emails.SEND_ALREADY_REGISTERED, send_already_registered),
    Job(emails.SEND_PASSWORD_RESET, send_password_reset),
    Job(emails.SEND_FORCED_RESET, send_forced_reset),
    Job(emails.SEND_SIGN_IN_CODE, send_sign_in_code),
    Job(emails.SEND_UNLOCK, send_unlock),
    Job(emails.SEND_REAUTHENTICATION_CODE, send_reauthentication_code),
    Job(emails.SEND_ADDRESS_CHANGE, send_address_change),
    Job(emails.SEND_ADDRESS_CHANGED, send_address_changed),
)
