"""Sign in with address and password."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.accounts.actions.password import replace_hash
from phoenix.modules.factors.actions import throttle
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions.destination import seal_destination
from phoenix.modules.sign_in.actions.sign_up import KEEP
from phoenix.modules.sign_in.actions.unlock import offer_unlock
from phoenix.modules.sign_in.errors import AddressNotVerified, WrongCredentials


class PasswordProof(Struct, frozen=True):
    """Whose password was entered, and the generation of the account's credentials at that moment."""

    account: str
    generation: int | None


async def check_password(
    runtime: Runtime, tx: Transaction, *, email: str, password: str, device: str = "", on_to: str = ""
) -> PasswordProof:
    """Whose password this is. An email that unlocks sign-in leads to `on_to`.

    Raises WrongCredentials, in the same time whether or not the address is known. Raises AddressNotVerified for someone who
    knows the password of a sign-up, even if the address has an account, since the response would otherwise reveal it.
    Raises TooManyRequests after five attempts at an address without an account, from an unknown device.
    """
    try:
        address = parse_address(email)
    except InvalidInput:
        await runtime.passwords.burn()
        raise WrongCredentials(_("The email address or the password is wrong.")) from None
    async with runtime.database.reader() as db:
        # Read on its own, so that no transaction waits while the password is hashed.
        found = await db.one(queries.CREDENTIALS, address.key, tx.now - KEEP, hash_token(device))
    attempt = await throttle.count_attempt(
        runtime, "password", address.key, account=found.account, device=device if found.knows_device else ""
    )
    if found.password_hash is None:
        await runtime.passwords.burn()
    if found.account is None or found.password_hash is None or not await runtime.passwords.verify(found.password_hash, password):
        # The counter is not reset: anyone could reset it by signing up with that address.
        signed_up = found.sign_up_hash is not None and await runtime.passwords.verify(found.sign_up_hash, password)
        await offer_unlock(tx, attempt, seal_destination(runtime, on_to, address.key))
        if found.sign_up is not None and signed_up:
            sentence = _("Your address isn't confirmed yet. Open the link in the email we sent, or enter its code.")
            raise AddressNotVerified(sentence, sign_up=found.sign_up)
        raise WrongCredentials(_("The email address or the password is wrong."))
    rehashed = await runtime.passwords.hash(password) if runtime.passwords.needs_rehash(found.password_hash) else None
    await throttle.clear(tx, attempt)
    if rehashed is not None:
        await replace_hash(tx, found.account, former=found.password_hash, now=rehashed)
    return PasswordProof(found.account, found.generation)
