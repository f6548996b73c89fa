"""Second factors: time-based codes of an authenticator app (RFC 6238), and backup codes."""

from __future__ import annotations

import base64
import secrets

import pyotp
from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import FieldError
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.enter import Challenge, read_challenge, spend_challenge
from phoenix.modules.accounts.actions.guard import SECOND_FACTOR, forgive, take_try, tell_of_guesses
from phoenix.modules.accounts.errors import NoSecondFactor, SecondFactorThere, WrongProof
from phoenix.modules.accounts.events import BackupCodesMade, BackupCodeUsed, SecondFactorAdded, SecondFactorRemoved
from phoenix.modules.accounts.queries import protection

SEALED_AS = "totp secret"
STEP_SECONDS = 30
# A phone's clock may be a little off: the step before and the one after count as well.
STEPS_AROUND = 1
BACKUP_CODES = 10
# Without letters that look alike; ten of them are 49 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
BACKUP_LENGTH = 10
SALT_BYTES = 16


class Enrolment(Struct, frozen=True):
    """What an authenticator app needs: the secret in base32 and the same as an otpauth:// address, for a QR code."""

    secret: str
    uri: str


async def begin_totp(runtime: Runtime, tx: Transaction, actor: Actor) -> Enrolment:
    """Make a secret. It protects nothing until a code of it was typed. Raises SecondFactorThere where one is on."""
    found = await tx.maybe(protection.TOTP, actor.account)
    if found is not None and found.confirmed_at is not None:
        raise SecondFactorThere(_("An authenticator app is on already. Turn it off first to replace it."))
    secret = secrets.token_bytes(20)
    await tx.execute(protection.BEGIN_TOTP, actor.account, runtime.keys.seal(SEALED_AS, secret, bound_to=actor.account), tx.now)
    return _enrolment(actor, secret)


async def waiting_totp(runtime: Runtime, db: Reader, actor: Actor) -> Enrolment | None:
    """The secret that waits for its first code; None where none waits."""
    found = await db.maybe(protection.TOTP, actor.account)
    secret = None if found is None or found.confirmed_at else runtime.keys.unseal(SEALED_AS, found.sealed, bound_to=actor.account)
    return None if secret is None else _enrolment(actor, secret)


async def confirm_totp(runtime: Runtime, tx: Transaction, actor: Actor, code: str) -> list[str]:
    """Turn it on by its first code; the ten backup codes, shown this once. Raises WrongProof."""
    found = await tx.maybe(protection.TOTP, actor.account)
    if found is None:
        raise NoSecondFactor(_("No authenticator app is being set up. Begin again."))
    if found.confirmed_at is not None:
        raise SecondFactorThere(
            _("The authenticator app is on already. Its backup codes were shown once; make ten new ones if they are lost.")
        )
    guard = await take_try(runtime, "totp set-up", actor.account, account=actor.account)
    if not await _totp_holds(runtime, tx, actor.account, found, code):
        raise _wrong(_("This code is wrong. Type the six digits that the app shows now; look whether your phone's clock is right."))
    await forgive(tx, guard)
    await tx.maybe(protection.CONFIRM_TOTP, actor.account, tx.now)
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(SecondFactorAdded(subject=actor.account, factor="totp"))
    await enqueue(tx, "accounts.send_security_notice", {"account": actor.account, "what": "totp_added"})
    return await make_backup_codes(runtime, tx, actor.account)


async def remove_totp(tx: Transaction, account: str) -> None:
    """Turn it off, with its backup codes. Raises NoSecondFactor where it is not on."""
    if await tx.maybe(protection.REMOVE_TOTP, account) is None:
        raise NoSecondFactor(_("No authenticator app is on."))
    await tx.execute(protection.REMOVE_BACKUP_CODES, account)
    tx.invalidate(ACCOUNT(account))
    tx.record(SecondFactorRemoved(subject=account, factor="totp"))
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "totp_removed"})


async def make_backup_codes(runtime: Runtime, tx: Transaction, account: str) -> list[str]:
    """Ten new codes; the old ones end. They are kept as slow hashes with a salt of the set, and can be shown this once."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(BACKUP_LENGTH)) for _ in range(BACKUP_CODES)]
    await tx.execute(protection.REMOVE_BACKUP_CODES, account)
    salt = secrets.token_bytes(SALT_BYTES)
    hashes = [await _backup_hash(runtime, account, code, salt) for code in codes]
    await tx.execute(protection.ADD_BACKUP_CODES, account, hashes, tx.now)
    tx.record(BackupCodesMade(subject=account))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def remake_backup_codes(runtime: Runtime, tx: Transaction, account: str) -> list[str]:
    """As `make_backup_codes`, where there is an app they stand in for. Raises NoSecondFactor."""
    found = await tx.maybe(protection.TOTP, account)
    if found is None or found.confirmed_at is None:
        raise NoSecondFactor(_("Backup codes stand in for an authenticator app. Set one up first."))
    return await make_backup_codes(runtime, tx, account)


async def answer_challenge(runtime: Runtime, tx: Transaction, token: str, *, method: str, code: str) -> Challenge:
    """Who showed the second factor now; the challenge is used up. Raises WrongProof, and TooManyRequests after five tries."""
    challenge = read_challenge(runtime, token)
    await check_factor(runtime, tx, challenge.account, method=method, code=code, device=challenge.device)
    await spend_challenge(tx, token)
    return challenge


async def check_factor(runtime: Runtime, tx: Transaction, account: str, *, method: str, code: str, device: str) -> None:
    """Raises WrongProof unless the code is right and new. Wrong ones are counted, for a device the account knows apart."""
    guard = await take_try(runtime, SECOND_FACTOR, account, account=account, device=device)
    found = await tx.maybe(protection.TOTP, account)
    holds = False
    if found is not None and found.confirmed_at is not None:
        if method == "totp":
            holds = await _totp_holds(runtime, tx, account, found, code)
        elif method == "backup_code":
            holds = await _use_backup_code(runtime, tx, account, code)
    if not holds:
        await tell_of_guesses(tx, guard)
        raise _wrong(_("This code is wrong, or was used already."))
    await forgive(tx, guard)


async def _totp_holds(runtime: Runtime, tx: Transaction, account: str, found: protection.Totp, code: str) -> bool:
    secret = runtime.keys.unseal(SEALED_AS, found.sealed, bound_to=account)
    digits = "".join(c for c in code if c.isdecimal() and c.isascii())
    if secret is None or not digits:
        return False
    totp = pyotp.TOTP(base64.b32encode(secret).decode(), interval=STEP_SECONDS)
    now = int(tx.now.timestamp()) // STEP_SECONDS
    for step in range(now - STEPS_AROUND, now + STEPS_AROUND + 1):
        if secrets.compare_digest(totp.generate_otp(step), digits):
            return await tx.maybe(protection.USE_TOTP_STEP, account, step) is not None
    return False


async def _use_backup_code(runtime: Runtime, tx: Transaction, account: str, code: str) -> bool:
    # The codes of a set share its salt, so that one guess costs one hash.
    of_the_set = await tx.maybe(protection.BACKUP_HASH, account)
    if of_the_set is None:
        return False
    hashed = await _backup_hash(runtime, account, "".join(c for c in code.lower() if c.isalnum()), of_the_set[:SALT_BYTES])
    if await tx.maybe(protection.USE_BACKUP_CODE, account, hashed, tx.now) is None:
        return False
    left = await tx.one(protection.BACKUP_CODES_LEFT, account)
    tx.record(BackupCodeUsed(subject=account, left=left))
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "backup_code_used"})
    return True


def _enrolment(actor: Actor, secret: bytes) -> Enrolment:
    text = base64.b32encode(secret).decode()
    return Enrolment(text, pyotp.TOTP(text, interval=STEP_SECONDS).provisioning_uri(name=actor.record.email, issuer_name="Phoenix"))


async def _backup_hash(runtime: Runtime, account: str, code: str, salt: bytes) -> bytes:
    """Fewer than 112 bits want the hash of a password (ASVS 5.0, 6.5.2); a keyed one around it keeps out who has the database alone."""
    return salt + runtime.keys.mac("backup code", account, await runtime.passwords.stretch(code, salt))


def _wrong(sentence: str) -> WrongProof:
    return WrongProof(errors=(FieldError("code", "wrong_code", sentence),))
