"""Show a passkey: to log in with it alone, as the second step, and to show again who is there."""

from __future__ import annotations

from webauthn import generate_authentication_options, verify_authentication_response
from webauthn.helpers import options_to_json_dict, parse_authentication_credential_json
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, same
from phoenix.modules.accounts.actions import enter
from phoenix.modules.accounts.actions.confirm import prove_session
from phoenix.modules.accounts.actions.passkeys import GivenPasskey, Offer, descriptor, readable, refuse_frames, user_handle
from phoenix.modules.accounts.actions.relying_party import (
    CONFIRMING,
    LOGGING_IN,
    SECOND_STEP,
    RelyingParty,
    challenge_bytes,
    new_challenge,
    spend_challenge,
)
from phoenix.modules.accounts.errors import WrongPasskey
from phoenix.modules.accounts.events import PasskeyDoubted
from phoenix.modules.accounts.queries import passkeys
from phoenix.modules.accounts.queries.passkeys import Passkey


def offer_log_in(runtime: Runtime, party: RelyingParty) -> Offer:
    """Ask for any passkey of ours that the device has. The answer is the same for everybody."""
    return _offer(runtime, party, LOGGING_IN, "", [], UserVerificationRequirement.REQUIRED)


async def offer_second_step(runtime: Runtime, db: Reader, party: RelyingParty, challenge: str) -> Offer:
    """Ask for a passkey of the account that owes a second step. Raises WrongProof for a challenge that is forged or too old."""
    owed = enter.read_challenge(runtime, challenge)
    allowed = [descriptor(passkey) for passkey in await db.all(passkeys.PASSKEYS, owed.account)]
    return _offer(runtime, party, SECOND_STEP, hash_token(challenge).hex(), allowed, UserVerificationRequirement.PREFERRED)


async def offer_confirmation(runtime: Runtime, db: Reader, actor: Actor, party: RelyingParty) -> Offer:
    """Ask for a passkey of who is logged in."""
    allowed = [descriptor(passkey) for passkey in await db.all(passkeys.PASSKEYS, actor.account)]
    return _offer(runtime, party, CONFIRMING, actor.session, allowed, UserVerificationRequirement.REQUIRED)


async def log_in(runtime: Runtime, tx: Transaction, party: RelyingParty, given: GivenPasskey) -> str:
    """The account of a passkey. It is two factors in one: the device, and what the device asked of the person."""
    expected = await spend_challenge(runtime, tx, LOGGING_IN, given.challenge)
    return (await _check(runtime, tx, party, given, expected, account=None, verified=True)).account


async def answer_challenge(runtime: Runtime, tx: Transaction, party: RelyingParty, challenge: str, given: GivenPasskey) -> enter.Challenge:
    """The second step of a log-in by passkey. The challenge is used up only when it held."""
    owed = enter.read_challenge(runtime, challenge)
    expected = await spend_challenge(runtime, tx, SECOND_STEP, given.challenge, hash_token(challenge).hex())
    await _check(runtime, tx, party, given, expected, account=owed.account, verified=False)
    await enter.spend_challenge(tx, challenge)
    return owed


async def confirm(runtime: Runtime, tx: Transaction, actor: Actor, party: RelyingParty, given: GivenPasskey) -> None:
    """Show again that it is you, by passkey."""
    expected = await spend_challenge(runtime, tx, CONFIRMING, given.challenge, actor.session)
    await _check(runtime, tx, party, given, expected, account=actor.account, verified=True)
    await prove_session(tx, actor, method="passkey")


async def _check(
    runtime: Runtime, tx: Transaction, party: RelyingParty, given: GivenPasskey, expected: bytes, *, account: str | None, verified: bool
) -> Passkey:
    """The passkey that signed `expected`, noted as used (WebAuthn Level 3, 7.2). Raises WrongPasskey.

    `account` is whose it must be, where that is known; `verified` asks that the device made sure who holds it.
    """
    credential = readable(parse_authentication_credential_json, given.credential)
    found = await tx.maybe(passkeys.PASSKEY_BY_CREDENTIAL, credential.raw_id)
    if found is None or account not in {None, found.account}:
        raise WrongPasskey(_("This passkey is not known here. It may have been removed; use another way."))
    handle = credential.response.user_handle or None
    if (handle is None and account is None) or (handle is not None and not same(handle, user_handle(runtime.keys, found.account))):
        raise WrongPasskey(_("This passkey belongs to another account."))
    shown = readable(
        verify_authentication_response,
        credential=credential,
        expected_challenge=expected,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        credential_public_key=found.public_key,
        # The library would look at the count before the signature; ours is looked at when the signature held.
        credential_current_sign_count=0,
        require_user_verification=verified,
    )
    refuse_frames(credential.response.client_data_json)
    if await tx.maybe(passkeys.USE_PASSKEY, found.id, shown.new_sign_count, shown.credential_backed_up, tx.now) is None:
        # A copy of the key may be about. Whether it is the copy or the owner that stands here nobody can tell.
        tx.record(PasskeyDoubted(subject=found.account, passkey=found.id))
        await enqueue(tx, "accounts.send_security_notice", {"account": found.account, "what": "passkey_doubted"})
        raise WrongPasskey(_("This passkey may have been copied, so it was refused. Use another way, then remove it and add a new one."))
    return found


def _offer(
    runtime: Runtime,
    party: RelyingParty,
    purpose: str,
    bound_to: str,
    allowed: list[PublicKeyCredentialDescriptor],
    verification: UserVerificationRequirement,
) -> Offer:
    token = new_challenge(runtime, purpose, bound_to)
    options = generate_authentication_options(
        rp_id=party.id, challenge=challenge_bytes(token), timeout=120_000, allow_credentials=allowed, user_verification=verification
    )
    return Offer(token, options_to_json_dict(options))
