"""Second factors: time-based codes from an authenticator app (RFC 6238), and backup codes."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping

import pyotp
from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import FieldError
from phoenix.kernel.i18n.digits import digits_in, letters_and_digits_in
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.factors.actions.throttle import SECOND_FACTOR, clear, count_attempt, notify_of_guesses
from phoenix.modules.factors.errors import NoSecondFactor, SecondFactorExists
from phoenix.modules.factors.events import BackupCodesCreated, BackupCodeUsed, PasskeyRemoved, SecondFactorAdded, SecondFactorRemoved
from phoenix.modules.factors.notices import BACKUP_CODE_USED, TOTP_ADDED, TOTP_REMOVED
from phoenix.modules.factors.queries import passkeys
from phoenix.modules.factors.queries import second_factor as queries
from phoenix.modules.factors.queries.second_factor import SecondFactors, Totp

__all__ = ["SecondFactors"]

SEALED_AS = "totp secret"
STEP_SECONDS = 30
# A phone's clock may be slightly wrong, so the steps before and after are accepted as well.
STEPS_AROUND = 1
BACKUP_CODES = 10
# From this number on, we say that few are left.
BACKUP_CODES_LOW = 3
# Without characters that look alike; ten of them are 49 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
BACKUP_LENGTH = 10
SALT_BYTES = 16


class Enrolment(Struct, frozen=True):
    """What an authenticator app needs: the secret in base32, and as an otpauth:// URL for a QR code."""

    secret: str
    uri: str


async def set_up_totp(runtime: Runtime, tx: Transaction, actor: Actor) -> Enrolment:
    """Create a secret. It is not active until a code from it is entered. Raises SecondFactorExists if one is active."""
    found = await tx.maybe(queries.TOTP, actor.account)
    if found is not None and found.confirmed_at is not None:
        raise SecondFactorExists(_("An authenticator app is already set up. Turn it off before you set up another."))
    secret = secrets.token_bytes(20)
    await tx.execute(queries.SET_UP_TOTP, actor.account, runtime.keys.seal(SEALED_AS, secret, bound_to=actor.account), tx.now)
    return _enrolment(actor, secret)


async def unconfirmed_totp(runtime: Runtime, db: Reader, actor: Actor) -> Enrolment | None:
    """The secret waiting for its first code, or None."""
    found = await db.maybe(queries.TOTP, actor.account)
    secret = None if found is None or found.confirmed_at else runtime.keys.unseal(SEALED_AS, found.sealed, bound_to=actor.account)
    return None if secret is None else _enrolment(actor, secret)


async def confirm_totp(runtime: Runtime, tx: Transaction, actor: Actor, code: str) -> list[str]:
    """Turn it on with its first code. Returns the ten backup codes, shown only once. Raises WrongCode."""
    async with runtime.database.reader() as db:
        found = await db.maybe(queries.TOTP, actor.account)
    if found is None:
        raise NoSecondFactor(_("No authenticator app is being set up. Start again."))
    if found.confirmed_at is not None:
        raise SecondFactorExists(_("The authenticator app is already turned on. If you lost its backup codes, create new ones."))
    attempt = await count_attempt(runtime, "totp set-up", actor.session, account=actor.account)
    step = _step_of(runtime, actor.account, found, code)
    codes = None if step is None else await _new_backup_codes(runtime, actor.account)
    if codes is None or await tx.spend(queries.USE_TOTP_STEP, actor.account, step, found.sealed) is None:
        raise _wrong(_("This code is wrong. Enter the 6 digits the app shows now, and check that your phone's clock is right."))
    if await tx.maybe(queries.CONFIRM_TOTP, actor.account, tx.now) is None:
        raise SecondFactorExists(_("The authenticator app is already turned on. If you lost its backup codes, create new ones."))
    await clear(tx, attempt)
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(SecondFactorAdded(subject=actor.account, factor="totp"))
    await notify(tx, actor.account, TOTP_ADDED)
    return await _save(tx, actor.account, codes)


async def remove_totp(tx: Transaction, account: str) -> None:
    """Turn it off, together with its backup codes. Raises NoSecondFactor if it is not on."""
    if await tx.maybe(queries.REMOVE_TOTP, account) is None:
        raise NoSecondFactor(_("No authenticator app is set up."))
    await tx.execute(queries.REMOVE_BACKUP_CODES, account)
    tx.invalidate(ACCOUNT(account))
    tx.record(SecondFactorRemoved(subject=account, factor="totp"))
    await notify(tx, account, TOTP_REMOVED)


async def remove_all(tx: Transaction, account: str) -> None:
    """Remove every second factor of an account, including passkeys. Raises NoSecondFactor if there is none."""
    totp = await tx.maybe(queries.REMOVE_TOTP, account) is not None
    await tx.execute(queries.REMOVE_BACKUP_CODES, account)
    removed = await tx.all(passkeys.REMOVE_PASSKEYS, account)
    if not totp and not removed:
        raise NoSecondFactor(_("Two-step verification isn't set up for this account."))
    if totp:
        tx.record(SecondFactorRemoved(subject=account, factor="totp"))
    for passkey in removed:
        tx.record(PasskeyRemoved(subject=account, passkey=passkey))
    tx.invalidate(ACCOUNT(account))


async def second_factors(db: Reader, account: str) -> SecondFactors:
    """A summary of an account's second factors."""
    return await db.one(queries.SECOND_FACTORS, account)


async def replace_backup_codes(runtime: Runtime, tx: Transaction, account: str) -> list[str]:
    """Create ten new codes and invalidate the old ones. Raises NoSecondFactor for an account without an authenticator app."""
    async with runtime.database.reader() as db:
        before = await db.maybe(queries.TOTP, account)
    _require_confirmed(before)
    codes = await _new_backup_codes(runtime, account)
    now = await tx.maybe(queries.TOTP, account)
    _require_confirmed(now)
    return await _save(tx, account, codes)


def _require_confirmed(found: Totp | None) -> None:
    if found is None or found.confirmed_at is None:
        raise NoSecondFactor(_("Set up an authenticator app first. Backup codes come with it."))


async def _new_backup_codes(runtime: Runtime, account: str) -> dict[str, bytes]:
    """Ten codes with their slow hashes, which share one salt."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(BACKUP_LENGTH)) for _ in range(BACKUP_CODES)]
    salt = secrets.token_bytes(SALT_BYTES)
    return {code: await _backup_hash(runtime, account, code, salt) for code in codes}


async def _save(tx: Transaction, account: str, codes: Mapping[str, bytes]) -> list[str]:
    """Store the hashes in place of the old ones. Returns the codes, which are shown only once."""
    await tx.execute(queries.REMOVE_BACKUP_CODES, account)
    await tx.execute(queries.ADD_BACKUP_CODES, account, list(codes.values()), tx.now)
    tx.record(BackupCodesCreated(subject=account))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def check_factor(runtime: Runtime, tx: Transaction, account: str, *, method: str, code: str, device: str) -> None:
    """Raises WrongCode unless the code is right and unused. Wrong ones are counted, separately for a device the account knows."""
    attempt = await count_attempt(runtime, SECOND_FACTOR, account, account=account, device=device)
    async with runtime.database.reader() as db:
        found = await db.maybe(queries.TOTP, account)
        # The codes of a set share a salt, so that checking one guess takes one hash.
        of_the_set = await db.maybe(queries.BACKUP_HASH, account)
    holds = False
    if found is not None and found.confirmed_at is not None:
        if method == "totp":
            step = _step_of(runtime, account, found, code)
            holds = step is not None and await tx.spend(queries.USE_TOTP_STEP, account, step, found.sealed) is not None
        elif method == "backup_code" and of_the_set is not None:
            hashed = await _backup_hash(runtime, account, letters_and_digits_in(code), of_the_set[:SALT_BYTES])
            holds = await _use_backup_code(tx, account, hashed)
    if not holds:
        await notify_of_guesses(tx, attempt)
        raise _wrong(_("This code is wrong or has already been used."))
    await clear(tx, attempt)


def _step_of(runtime: Runtime, account: str, found: Totp, code: str) -> int | None:
    """The step of time whose code this is; None if it is none of those accepted now."""
    secret = runtime.keys.unseal(SEALED_AS, found.sealed, bound_to=account)
    digits = digits_in(code)
    if secret is None or not digits:
        return None
    totp = pyotp.TOTP(base64.b32encode(secret).decode(), interval=STEP_SECONDS)
    now = int(runtime.clock.now().timestamp()) // STEP_SECONDS
    steps = range(now - STEPS_AROUND, now + STEPS_AROUND + 1)
    return next((step for step in steps if secrets.compare_digest(totp.generate_otp(step), digits)), None)


async def _use_backup_code(tx: Transaction, account: str, hashed: bytes) -> bool:
    if await tx.spend(queries.USE_BACKUP_CODE, account, hashed, tx.now) is None:
        return False
    left = await tx.one(queries.BACKUP_CODES_LEFT, account)
    tx.record(BackupCodeUsed(subject=account, left=left))
    await notify(tx, account, BACKUP_CODE_USED)
    return True


def _enrolment(actor: Actor, secret: bytes) -> Enrolment:
    text = base64.b32encode(secret).decode()
    return Enrolment(text, pyotp.TOTP(text, interval=STEP_SECONDS).provisioning_uri(name=actor.record.email, issuer_name="Phoenix"))


async def _backup_hash(runtime: Runtime, account: str, code: str, salt: bytes) -> bytes:
    """Fewer than 112 bits want the hash of a password (ASVS 5.0, 6.5.2); a keyed one around it protects them from someone who has only the database."""
    return salt + runtime.keys.mac("backup code", account, await runtime.passwords.stretch(code, salt))


def _wrong(sentence: str) -> WrongCode:
    return WrongCode(errors=(FieldError("code", "wrong_code", sentence),))
