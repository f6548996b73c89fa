"""Mails about accounts, and the clearing away of what is no longer needed. A job's record holds ids, never an address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from phoenix.kernel.addresses import parse_address
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import reset_password, sign_up, verify
from phoenix.modules.accounts.actions.prove import CODE_LIVES, LINK_LIVES, new_proof

KEEP_ENDED = timedelta(days=90)


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)


async def send_verification(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the proof of a sign-up. Run again, it sends a new one."""
    async with runtime.database.transaction() as tx:
        waiting = await tx.maybe(queries.SIGN_UP, payload["sign_up"])
        if waiting is None:
            return
        token, code = await new_proof(runtime.keys, tx, purpose=verify.PURPOSE, email_key=waiting.email_key, sign_up=waiting.id)
    await runtime.mailer.send_template(
        "accounts/verify",
        to=waiting.email,
        name=waiting.name,
        link=f"{runtime.settings.public_url}/verify/link?token={quote(token)}",
        code=code,
        code_minutes=_minutes(CODE_LIVES),
        link_minutes=_minutes(LINK_LIVES),
    )


async def send_already_registered(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Tell the owner of an address that somebody tried to sign up with it."""
    async with runtime.database.reader() as db:
        account = await db.maybe(queries.ACCOUNT, payload["account"])
    if account is not None:
        url = runtime.settings.public_url
        await runtime.mailer.send_template(
            "accounts/already_registered", to=account.email, name=account.name, link=f"{url}/sign-in", reset_link=f"{url}/forgot-password"
        )


async def send_reset(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail the proof for a new password."""
    async with runtime.database.transaction() as tx:
        account = await tx.maybe(queries.ACCOUNT, payload["account"])
        if account is None:
            return
        key = parse_address(account.email).key
        token, code = await new_proof(runtime.keys, tx, purpose=reset_password.PURPOSE, email_key=key, account=account.id)
    await runtime.mailer.send_template(
        "accounts/password_reset",
        to=account.email,
        name=account.name,
        link=f"{runtime.settings.public_url}/reset-password?token={quote(token)}",
        code=code,
        code_minutes=_minutes(CODE_LIVES),
        link_minutes=_minutes(LINK_LIVES),
    )


async def forget_the_old(runtime: Runtime) -> None:
    """Clear away sign-ups that were never proven, spent proofs and sessions that ended long ago."""
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.FORGET_OLD_SIGN_UPS, tx.now - sign_up.KEEP)
        await tx.execute(queries.FORGET_OLD_PROOFS, tx.now - sign_up.KEEP)
        await tx.execute(queries.FORGET_OLD_SESSIONS, tx.now - KEEP_ENDED)
