"""Use a passkey: to sign in with it alone, as the second factor, and to re-authenticate."""

from __future__ import annotations

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.factors.actions.passkeys import PasskeyOptions, PasskeyResponse, passkeys_of
from phoenix.modules.factors.actions.relying_party import REAUTHENTICATING, SECOND_STEP, SIGNING_IN, RelyingParty
from phoenix.modules.factors.actions.relying_party import use_challenge as use_passkey_challenge
from phoenix.modules.factors.actions.verify_passkey import passkey_options, verify_passkey
from phoenix.modules.sessions.actions.renew import set_authenticated
from phoenix.modules.sign_in.actions.start_session import Challenge, read_challenge, use_challenge


def sign_in_options(runtime: Runtime, party: RelyingParty) -> PasskeyOptions:
    """Request any passkey for this site that the device has. The options are the same for everyone."""
    return passkey_options(runtime, party, SIGNING_IN)


async def second_factor_options(runtime: Runtime, db: Reader, party: RelyingParty, challenge: str) -> PasskeyOptions:
    """Request a passkey of the account that needs a second factor. Raises WrongCode for a forged or expired challenge."""
    owed = read_challenge(runtime, challenge)
    allowed = await passkeys_of(db, owed.account)
    return passkey_options(runtime, party, SECOND_STEP, hash_token(challenge).hex(), allowed=allowed, verified=False)


async def reauthentication_options(runtime: Runtime, db: Reader, actor: Actor, party: RelyingParty) -> PasskeyOptions:
    """Request a passkey of the person who is signed in."""
    return passkey_options(runtime, party, REAUTHENTICATING, actor.session, allowed=await passkeys_of(db, actor.account))


async def sign_in(runtime: Runtime, tx: Transaction, party: RelyingParty, response: PasskeyResponse) -> str:
    """The account of a passkey. It is two factors in one: the device, and the device's verification of the person."""
    expected = await use_passkey_challenge(runtime, tx, SIGNING_IN, response.challenge)
    return (await verify_passkey(runtime, tx, party, response, expected, account=None, verified=True)).account


async def answer_challenge(runtime: Runtime, tx: Transaction, party: RelyingParty, challenge: str, response: PasskeyResponse) -> Challenge:
    """A passkey as the second factor of a sign-in. The challenge is used up only if the passkey was right."""
    owed = read_challenge(runtime, challenge)
    expected = await use_passkey_challenge(runtime, tx, SECOND_STEP, response.challenge, hash_token(challenge).hex())
    await verify_passkey(runtime, tx, party, response, expected, account=owed.account, verified=False)
    await use_challenge(tx, challenge)
    return owed


async def reauthenticate(runtime: Runtime, tx: Transaction, actor: Actor, party: RelyingParty, response: PasskeyResponse) -> None:
    """Re-authenticate with a passkey."""
    expected = await use_passkey_challenge(runtime, tx, REAUTHENTICATING, response.challenge, actor.session)
    await verify_passkey(runtime, tx, party, response, expected, account=actor.account, verified=True)
    await set_authenticated(tx, actor, method="passkey")
