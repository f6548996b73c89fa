"""Verify an email address: a link and a code in one email, either of which works once.

Opening the link does not use it up, since mail scanners open links; a POST does. A wrong code counts as an attempt, even
though the request is refused. Both are stored as hashes.

Attempts count for each code and each network (or session) that guesses, so that a stranger's wrong codes are not the owner's. All
strangers together have a few more, and whoever requested the email has their own in any case. The link is not counted: it cannot be guessed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.digits import digits_in
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys, hash_token, new_code, new_token
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.accounts.queries import email_verification as queries
from phoenix.modules.accounts.queries.email_verification import EmailVerification, Link

CODE_LIVES = timedelta(minutes=10)
LINK_LIVES = timedelta(minutes=60)
# What starts or elevates a session ends with its code (ASVS 5.0, 6.5.5), and with the next email (6.6.2).
SHORT_LIVED = frozenset({"sign_in", "reauthenticate"})
TRIES = 5
# Of all but the one who requested the email. Strangers can have 20 codes an hour sent, and guess each 30 times, out of 10^8: one in
# 160,000 is right, for an owner who gets those emails all hour.
TRIES_OF_ALL = 25


class EmailProof(Struct, frozen=True):
    """What someone received in an email: the token of its link, or the address with the code that was sent to it.

    `by` are the names of whoever sends it: first the one that attempts are counted by, then others that may have requested the email.
    """

    by: tuple[str, ...]
    token: str = ""
    email: str = ""
    code: str = ""


def proof_of(form: Mapping[str, str], by: tuple[str, ...]) -> EmailProof:
    """The code entered in a form, or the token of a link."""
    return EmailProof(by, form.get("token", ""), form.get("email", ""), form.get("code", ""))


async def start(
    keys: Keys,
    tx: Transaction,
    *,
    purpose: str,
    email_key: str,
    account: str | None = None,
    sign_up: str | None = None,
    asked_by: str = "",
    destination: str = "",
) -> tuple[str, str]:
    """Create a verification. Returns the link's token and the code, which exist nowhere else in readable form.

    `destination` comes back with the verification. It replaces what the same asker requested before, and nothing that another did: a stranger must not make the owner's code useless.
    """
    verification, token, code = new_id("prf"), new_token(), new_code()
    if account is not None and purpose in SHORT_LIVED:
        await tx.execute(queries.USE_ALL_FOR, account, purpose, tx.now, asked_by)
    await tx.execute(
        queries.INSERT,
        verification,
        account,
        sign_up,
        email_key,
        purpose,
        hash_token(token),
        code_hash(keys, verification, code),
        tx.now + CODE_LIVES,
        tx.now + link_lives(purpose),
        TRIES_OF_ALL,
        tx.now,
        asked_by,
        destination,
    )
    return token, code


def link_lives(purpose: str) -> timedelta:
    """How long the link of an email works."""
    return CODE_LIVES if purpose in SHORT_LIVED else LINK_LIVES


def expiry(purpose: str) -> dict[str, Any]:
    """What an email says about how long its code and link work, in minutes."""
    return {"code_minutes": round(CODE_LIVES.total_seconds() / 60), "link_minutes": round(link_lives(purpose).total_seconds() / 60)}


async def look(db: Reader, purpose: str, token: str) -> Link | None:
    """The link with this token, used up or not, or None. Looking uses nothing up."""
    return await db.maybe(queries.LINK, hash_token(token), purpose, db.now)


async def complete(runtime: Runtime, tx: Transaction, purpose: str, proof: EmailProof, *, account: str | None = None) -> EmailVerification:
    """Use a verification up and return it. Raises WrongCode if none matches. Of two simultaneous uses exactly one succeeds.

    If the caller refuses what it was for, it still works. Of someone who is signed in, codes are compared only with those of their
    `account`: no one else's attempts are used up.
    """
    if proof.token:
        await tx.all(queries.HOLD_BY_LINK, hash_token(proof.token))
        found = await tx.maybe(queries.BY_LINK, hash_token(proof.token), purpose, tx.now)
        if found is None:
            raise WrongCode(_("This link has been used, replaced or has expired. Request a new email."))
    else:
        found = await _by_code(runtime, tx, purpose, proof, account)
    await tx.spend(queries.USE, found.id, tx.now)
    return found


async def cancel_all(tx: Transaction, account: str) -> None:
    """Invalidate every code and link that was sent to an account."""
    await tx.execute(queries.USE_ALL, account, tx.now)


async def use_once(tx: Transaction, token: str, lives: timedelta) -> bool:
    """Whether this is the first use of a signed token with this lifetime. Of two simultaneous uses exactly one is the first.

    A use that is refused after all does not count.
    """
    return await tx.spend(queries.USE_TOKEN, hash_token(token), tx.now + lives) is not None


async def _by_code(runtime: Runtime, tx: Transaction, purpose: str, proof: EmailProof, account: str | None) -> EmailVerification:
    if not proof.code.strip():
        raise InvalidInput(errors=(FieldError("code", "missing", _("Enter the 8 digits from the email.")),))
    code = digits_in(proof.code)
    email_key = parse_address(proof.email).key
    await tx.all(queries.HOLD_BY_CODE, email_key, purpose, account)
    sent = await tx.all(queries.BY_CODE, email_key, purpose, tx.now, account)
    tried = [(verification, guesser) for verification in sent if (guesser := _guesser(verification, proof.by))]
    if tried:
        await tx.execute(
            queries.COUNT_TRY, [verification.id for verification, _name in tried], [guesser for _verification, guesser in tried]
        )
    for verification, _name in tried:
        if secrets.compare_digest(code_hash(runtime.keys, verification.id, code), verification.code_hash):
            return verification
    sentence = _(
        "This code is wrong, has been used or replaced, or is more than 10 minutes old. After 5 wrong attempts, open the link in the email or request a new email."
    )
    raise WrongCode(errors=(FieldError("code", "wrong_code", sentence),))


def _guesser(verification: EmailVerification, by: tuple[str, ...]) -> str:
    """The name that an attempt at a code is counted by; "" where none is left."""
    guesser = verification.asked_by if verification.asked_by in by else by[0]
    if verification.tried_by.count(guesser) >= TRIES or (guesser != verification.asked_by and verification.tries_left <= 0):
        return ""
    return guesser


def code_hash(keys: Keys, verification: str, code: str) -> bytes:
    """A keyed hash: without a key, eight digits could be found by trying them all."""
    return keys.mac("proof", verification, code)
