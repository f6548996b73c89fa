"""Mails about accounts, and the clearing away of what is no longer needed. A job's record holds ids, never an address."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import (
    change_address,
    confirm,
    delete_account,
    email_code,
    export_data,
    reset_password,
    sign_up,
    unlock,
    verify,
)
from phoenix.modules.accounts.actions.prove import CODE_LIVES, link_lives, new_proof
from phoenix.modules.accounts.queries import guards, personal, staff

KEEP_ENDED = timedelta(days=90)
KEEP_DEVICES = timedelta(days=400)
KEEP_GUARDS = timedelta(days=2)

# What the owner of an account is told of, in a sentence.
NOTICES = {
    "password_changed": _("Your password was changed. Every other device was signed out."),
    "password_reset": _("Your password was set anew by a mail to this address. Every device was signed out."),
    "totp_added": _("An authenticator app now protects your account."),
    "totp_removed": _("The authenticator app no longer protects your account."),
    "second_factor_guessed": _(
        "Somebody got past the first step of signing in, and was wrong five times at the second. Set a new password."
    ),
    "backup_code_used": _("A backup code was used to sign in."),
    "passkey_added": _("A passkey was added to your account."),
    "passkey_removed": _("A passkey was removed from your account."),
    "passkey_doubted": _("A passkey of your account was refused: it may have been copied. Remove it and add a new one."),
    "identity_connected": _("Your account can now be entered with an account elsewhere."),
    "identity_disconnected": _("An account elsewhere no longer opens your account."),
    "api_key_made": _("An API key was made for your account."),
    "second_factors_reset": _("Staff removed the second factors of your account, as somebody asked in your name."),
    "export_ready": _("The copy of your data is ready. Fetch it within a week under Settings, Your data."),
    "export_by_staff": _("Staff are making a copy of your data, as somebody asked in your name. You can fetch it as well."),
    "deletion_asked": _("You asked us to delete your account. On {day} it is erased. Until then you can sign in and keep it."),
    "impersonated": _("{staff} may look at Phoenix through your account until {until}. The reason they gave: “{reason}”."),
    "locked": _("Those who run this Phoenix locked your account. Every device was signed out."),
    "opened": _("Your account is open again. You can sign in as before."),
}
ABOUT_DATA = frozenset({"export_ready", "export_by_staff", "deletion_asked"})
# What to do about it, where that is not what one does about a stranger.
FEET = {
    "export_ready": _("You did not ask for it? Change your password, and end all other sessions."),
    "export_by_staff": _("You did not ask for it? Write to those who run this Phoenix."),
    "deletion_asked": _("You did not ask for it? Sign in, keep your account, and change your password."),
    "impersonated": _("You can end it under Security. Do you wonder why? Write to those who run this Phoenix."),
    "locked": _("Do you wonder why? Write to those who run this Phoenix."),
    "opened": _("Do you wonder why it was locked? Write to those who run this Phoenix."),
    "second_factors_reset": _("You did not ask for it? Sign in, set up a new second factor, and write to those who run this Phoenix."),
}
STRANGER = _("It was not you? Change your password, end all other sessions, and write to those who run this Phoenix.")


async def send_verification(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the proof of a sign-up. Run again, it sends a new one."""
    async with runtime.database.transaction() as tx:
        waiting = await tx.maybe(queries.SIGN_UP, payload["sign_up"])
        if waiting is None or await tx.maybe(queries.ACCOUNT_BY_EMAIL, waiting.email_key) is not None:
            return
        token, code = await new_proof(runtime.keys, tx, purpose=verify.PURPOSE, email_key=waiting.email_key, sign_up=waiting.id)
    await _send_proof(runtime, verify.PURPOSE, "verify", waiting.email, waiting.name, "/verify/link", token, code)


async def send_already_registered(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Tell the owner of an address that somebody tried to sign up with it."""
    account = await _account(runtime, payload)
    if account is not None:
        url = runtime.settings.public_url
        await runtime.mailer.send_template(
            "accounts/already_registered", to=account.email, name=account.name, link=f"{url}/sign-in", reset_link=f"{url}/forgot-password"
        )


async def send_reset(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the proof for a new password."""
    await _send_own_proof(runtime, payload, reset_password.PURPOSE, "password_reset", "/reset-password")


async def send_forced_reset(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the proof for a new password to somebody whose old one staff ended."""
    await _send_own_proof(runtime, payload, reset_password.PURPOSE, "password_taken", "/reset-password")


async def send_log_in_code(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the code to log in with."""
    await _send_own_proof(runtime, payload, email_code.PURPOSE, "log_in_code", "/sign-in/by-mail")


async def send_unlock(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the way out of waiting after too many wrong tries."""
    await _send_own_proof(runtime, payload, unlock.PURPOSE, "unlock", "/unlock")


async def send_confirmation_code(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the code that shows again who is there."""
    await _send_own_proof(runtime, payload, confirm.PURPOSE, "confirmation_code", "/confirm")


async def send_address_change(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the proof of a new address to that address."""
    async with runtime.database.transaction() as tx:
        account = await tx.maybe(queries.ACCOUNT, payload["account"])
        waiting = await tx.maybe(queries.AWAITED_ADDRESS, payload["account"])
        if account is None or not waiting:
            return
        key = parse_address(waiting).key
        token, code = await new_proof(runtime.keys, tx, purpose=change_address.PURPOSE, email_key=key, account=account.id)
    await _send_proof(runtime, change_address.PURPOSE, "address_change", waiting, account.name, "/settings/address/confirm", token, code)


async def send_address_changed(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Warn the old address that it is no longer the account's."""
    account = await _account(runtime, payload)
    sealed = from_base64url(payload["old"])
    old = None if sealed is None else runtime.keys.unseal(change_address.OLD_ADDRESS, sealed, bound_to=payload["account"])
    if account is not None and old is not None:
        await runtime.mailer.send_template("accounts/address_changed", to=old.decode(), name=account.name)


async def send_new_device(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Tell of a log-in from a device that was not used before."""
    account = await _account(runtime, payload)
    async with runtime.database.reader() as db:
        session = await db.maybe(queries.SESSION_SEEN, payload["session"])
    if account is not None and session is not None:
        device, place, at = session
        here = at.astimezone(ZoneInfo(account.time_zone))
        await runtime.mailer.send_template(
            "accounts/new_device",
            to=account.email,
            name=account.name,
            device=device,
            place=place,
            when=f"{here.day} {here:%B %Y, %H:%M} ({account.time_zone})",
            link=f"{runtime.settings.public_url}/settings/security",
        )


async def send_security_notice(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Tell the owner what changed about the safety of the account."""
    account, what = await _account(runtime, payload), payload["what"]
    if account is not None:
        facts = await _facts(runtime, payload, ZoneInfo(account.time_zone))
        await runtime.mailer.send_template(
            "accounts/security_notice",
            to=account.email,
            name=account.name,
            sentence=NOTICES[what].format(**facts),
            foot=FEET.get(what, STRANGER),
            link=f"{runtime.settings.public_url}/settings/{'data' if what in ABOUT_DATA else 'security'}",
        )


async def _facts(runtime: Runtime, payload: dict[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """What the sentence of a notice names: read when it is sent, so that no job holds a name or a reason."""
    async with runtime.database.reader() as db:
        if payload["what"] == "deletion_asked" and (at := await db.maybe(personal.ERASE_AT, payload["account"])) is not None:
            here = at.astimezone(zone)
            return {"day": f"{here.day} {here:%B %Y}"}
        if payload["what"] == "impersonated" and (looking := await db.maybe(staff.LOOKED, payload["session"])) is not None:
            here = looking.until.astimezone(zone)
            return {"staff": looking.staff_name, "until": f"{here:%H:%M} ({zone.key})", "reason": looking.reason}
    return {"day": _("the day we said"), "staff": _("Staff"), "until": _("soon"), "reason": ""}


async def make_export(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Make the archive a person asked for, and tell them where it is."""
    async with runtime.database.reader() as db:
        found = await db.maybe(personal.EXPORT, payload["export"])
        if found is None or found.ready_at is not None:
            return
        parts = await export_data.collect(runtime, db, found.account)
    archive = await asyncio.to_thread(export_data.pack, runtime, parts)
    async with runtime.database.transaction() as tx:
        await tx.execute(personal.FINISH_EXPORT, found.id, archive, tx.now)
        await enqueue(tx, "accounts.send_security_notice", {"account": found.account, "what": "export_ready"})


async def erase(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Erase an account whose time to think is over."""
    async with runtime.database.transaction() as tx:
        await delete_account.erase_account(runtime, tx, payload["account"])


async def erase_who_is_due(runtime: Runtime) -> None:
    """One job for each account that is due, so that one that fails holds up no other."""
    async with runtime.database.transaction() as tx:
        for account in await tx.all(personal.DUE_FOR_ERASURE, tx.now):
            await enqueue(tx, "accounts.erase", {"account": account}, key=f"erase:{account}")


async def forget_the_old(runtime: Runtime) -> None:
    """Clear away what has no more use: unproven sign-ups, spent proofs and tokens, old sessions, devices and counters."""
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.FORGET_OLD_SIGN_UPS, tx.now - sign_up.KEEP)
        await tx.execute(queries.FORGET_OLD_PROOFS, tx.now - sign_up.KEEP)
        await tx.execute(queries.FORGET_OLD_SESSIONS, tx.now - KEEP_ENDED)
        await tx.execute(guards.FORGET_OLD_GUARDS, tx.now - KEEP_GUARDS)
        await tx.execute(guards.FORGET_OLD_DEVICES, tx.now - KEEP_DEVICES)
        await tx.execute(guards.FORGET_SPENT_TOKENS, tx.now)
        await tx.execute(personal.FORGET_OLD_EXPORTS, tx.now)


async def _account(runtime: Runtime, payload: dict[str, Any]) -> queries.Account | None:
    """The account of a job; None where it is gone, or where the job stands for an address nobody has."""
    if payload["account"] is None:
        return None
    async with runtime.database.reader() as db:
        return await db.maybe(queries.ACCOUNT, payload["account"])


async def _send_own_proof(runtime: Runtime, payload: dict[str, Any], purpose: str, template: str, path: str) -> None:
    account = await _account(runtime, payload)
    if account is None:
        return
    async with runtime.database.transaction() as tx:
        key = parse_address(account.email).key
        token, code = await new_proof(runtime.keys, tx, purpose=purpose, email_key=key, account=account.id)
    await _send_proof(runtime, purpose, template, account.email, account.name, path, token, code)


async def _send_proof(runtime: Runtime, purpose: str, template: str, to: str, name: str, path: str, token: str, code: str) -> None:
    await runtime.mailer.send_template(
        f"accounts/{template}",
        to=to,
        name=name,
        link=f"{runtime.settings.public_url}{path}?token={quote(token)}",
        code=code,
        code_minutes=round(CODE_LIVES.total_seconds() / 60),
        link_minutes=round(link_lives(purpose).total_seconds() / 60),
    )
