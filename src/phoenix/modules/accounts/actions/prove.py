"""Proofs of an address: a link and a code in one mail, either of which works once.

Opening the link spends nothing, since mail scanners open links; a POST does. A wrong code costs a try, and the try
stays spent although the request is refused. Both are hashed at rest.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys, hash_token, new_code, new_token
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.errors import WrongProof
from phoenix.modules.accounts.queries import Proof

CODE_LIVES = timedelta(minutes=10)
LINK_LIVES = timedelta(minutes=60)
# What opens a session, or what a session may do, ends with its code (ASVS 5.0, 6.5.5), and with the next mail (6.6.2).
OPENING = frozenset({"log_in", "confirm"})
TRIES = 5


class Given(Struct, frozen=True):
    """What somebody offers as proof: a link's token, or an address with the code sent to it."""

    token: str = ""
    email: str = ""
    code: str = ""


async def new_proof(
    keys: Keys, tx: Transaction, *, purpose: str, email_key: str, account: str | None = None, sign_up: str | None = None
) -> tuple[str, str]:
    """A fresh proof; the link's token and the code, which exist nowhere else in readable form."""
    proof, token, code = new_id("prf"), new_token(), new_code()
    if account is not None and purpose in OPENING:
        await tx.execute(queries.SPEND_PROOFS_OF_ACCOUNT, account, purpose, tx.now)
    await tx.execute(
        queries.INSERT_PROOF,
        proof,
        account,
        sign_up,
        email_key,
        purpose,
        hash_token(token),
        code_hash(keys, proof, code),
        tx.now + CODE_LIVES,
        tx.now + link_lives(purpose),
        TRIES,
        tx.now,
    )
    return token, code


def link_lives(purpose: str) -> timedelta:
    """How long the link of a proof works."""
    return CODE_LIVES if purpose in OPENING else LINK_LIVES


async def spend_proof(runtime: Runtime, tx: Transaction, purpose: str, given: Given) -> Proof:
    """The proof, spent. Raises WrongProof where it does not hold; of two at once exactly one holds."""
    if given.token:
        found = await tx.maybe(queries.PROOF_BY_LINK, hash_token(given.token), purpose, tx.now)
        if found is None:
            too_old = _("ten minutes") if purpose in OPENING else _("an hour")
            raise WrongProof(_("This link was used already, or it is older than {age}. Ask for a new mail.").format(age=too_old))
    else:
        found = await _by_code(runtime, tx, purpose, given)
    await tx.execute(queries.SPEND_PROOF, found.id, tx.now)
    return found


async def _by_code(runtime: Runtime, tx: Transaction, purpose: str, given: Given) -> Proof:
    if not given.code.strip():
        raise InvalidInput(errors=(FieldError("code", "missing", _("Type the eight digits from the mail.")),))
    code = "".join(c for c in given.code if c.isdecimal())
    proofs = await tx.all(queries.PROOFS_BY_CODE, parse_address(given.email).key, purpose, tx.now)
    if proofs:
        await tx.execute(queries.SPEND_TRIES, [proof.id for proof in proofs])
    for proof in proofs:
        if secrets.compare_digest(code_hash(runtime.keys, proof.id, code), proof.code_hash):
            return proof
    sentence = _("This code is wrong, was used, or is older than ten minutes. After five wrong tries ask for a new mail.")
    raise WrongProof(errors=(FieldError("code", "wrong_code", sentence),))


def code_hash(keys: Keys, proof: str, code: str) -> bytes:
    """A keyed hash: eight digits alone would be found by trying them all."""
    return keys.mac("proof", proof, code)
