"""Emails with codes and links, and deleting what is no longer needed. A job's record holds ids, never an address."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import Job, SecurityNotice
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.accounts import Account, find_account, find_by_email
from phoenix.modules.accounts.actions.addresses import new_address
from phoenix.modules.accounts.actions.email_verification import CODE_LIVES, link_lives
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions import change_address, email_code, reauthenticate, reset_password, sign_up, unlock, verify


async def send_verification(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Email the code and link of a sign-up. Run again, it sends new ones."""
    async with runtime.database.transaction() as tx:
        found = await tx.maybe(queries.SIGN_UP, payload["sign_up"])
        if found is None or await find_by_email(tx, found.email_key) is not None:
            return
        token, code = await email_verification.start(runtime.keys, tx, purpose=verify.PURPOSE, email_key=found.email_key, sign_up=found.id)
    await _send(runtime, verify.PURPOSE, "verify", found.email, found.name, "/verify/link", token, code)


async def send_already_registered(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Tell the owner of an address that someone tried to sign up with it."""
    account = await _account(runtime, payload)
    if account is not None:
        url = runtime.settings.public_url
        await runtime.mailer.send_template(
            "sign_in/already_registered", to=account.email, name=account.name, link=f"{url}/sign-in", reset_link=f"{url}/forgot-password"
        )


async def send_password_reset(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Email the code and link for a new password."""
    await _send_to_owner(runtime, payload, reset_password.PURPOSE, "password_reset", "/reset-password")


async def send_forced_reset(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Email the code and link for a new password to someone whose old one staff removed."""
    await _send_to_owner(runtime, payload, reset_password.PURPOSE, "forced_reset", "/reset-password")


async def send_sign_in_code(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Email the code to sign in with."""
    await _send_to_owner(runtime, payload, email_code.PURPOSE, "sign_in_code", "/sign-in/by-mail")


async def send_unlock(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Email the code and link that end the wait after too many wrong tries."""
    await _send_to_owner(runtime, payload, unlock.PURPOSE, "unlock", "/unlock")


async def send_reauthentication_code(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Email the code that confirms that it is still the owner."""
    await _send_to_owner(runtime, payload, reauthenticate.PURPOSE, "reauthentication_code", "/confirm")


async def send_address_change(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Email a code and link to a new address."""
    async with runtime.database.transaction() as tx:
        account = await find_account(tx, payload["account"])
        requested = await new_address(tx, payload["account"])
        if account is None or not requested:
            return
        key = parse_address(requested).key
        token, code = await email_verification.start(runtime.keys, tx, purpose=change_address.PURPOSE, email_key=key, account=account.id)
    await _send(runtime, change_address.PURPOSE, "address_change", requested, account.name, "/settings/address/confirm", token, code)


async def send_address_changed(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Warn the old address that it is no longer the account's."""
    account = await _account(runtime, payload)
    sealed = from_base64url(payload["old"])
    old = None if sealed is None else runtime.keys.unseal(change_address.OLD_ADDRESS, sealed, bound_to=payload["account"])
    if account is not None and old is not None:
        await runtime.mailer.send_template("sign_in/address_changed", to=old.decode(), name=account.name)


async def forget_old(runtime: Runtime) -> None:
    """Delete the sign-ups that nobody verified in time."""
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.FORGET_OLD_SIGN_UPS, tx.now - sign_up.KEEP)


async def _account(runtime: Runtime, payload: dict[str, Any]) -> Account | None:
    """The account of a job; None where it is gone, or where the job stands for an address nobody has."""
    if payload["account"] is None:
        return None
    async with runtime.database.reader() as db:
        return await find_account(db, payload["account"])


async def _send_to_owner(runtime: Runtime, payload: dict[str, Any], purpose: str, template: str, path: str) -> None:
    account = await _account(runtime, payload)
    if account is None:
        return
    async with runtime.database.transaction() as tx:
        key = parse_address(account.email).key
        token, code = await email_verification.start(runtime.keys, tx, purpose=purpose, email_key=key, account=account.id)
    await _send(runtime, purpose, template, account.email, account.name, path, token, code)


async def _send(runtime: Runtime, purpose: str, template: str, to: str, name: str, path: str, token: str, code: str) -> None:
    await runtime.mailer.send_template(
        f"sign_in/{template}",
        to=to,
        name=name,
        link=f"{runtime.settings.public_url}{path}?token={quote(token)}",
        code=code,
        code_minutes=round(CODE_LIVES.total_seconds() / 60),
        link_minutes=round(link_lives(purpose).total_seconds() / 60),
        reauthenticated_minutes=reauthenticate.minutes_reauthenticated(runtime),
    )


JOBS = (
    Job("sign_in.send_verification", send_verification),
    Job("sign_in.send_already_registered", send_already_registered),
    Job("sign_in.send_password_reset", send_password_reset),
    Job("sign_in.send_forced_reset", send_forced_reset),
    Job("sign_in.send_sign_in_code", send_sign_in_code),
    Job("sign_in.send_unlock", send_unlock),
    Job("sign_in.send_reauthentication_code", send_reauthentication_code),
    Job("sign_in.send_address_change", send_address_change),
    Job("sign_in.send_address_changed", send_address_changed),
)
NOTICES = (
    SecurityNotice("password_changed", _("Your password was changed. All other devices were signed out.")),
    SecurityNotice("password_reset", _("Your password was reset by email. All devices were signed out.")),
)
