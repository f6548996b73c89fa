"""Request a passkey and verify the answer. The caller decides what it is for."""

from __future__ import annotations

from collections.abc import Sequence

from webauthn import generate_authentication_options, verify_authentication_response
from webauthn.helpers import options_to_json_dict, parse_authentication_credential_json
from webauthn.helpers.structs import CredentialDeviceType, UserVerificationRequirement

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import same
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.factors.actions.passkeys import PasskeyOptions, PasskeyResponse, descriptor, readable, refuse_frames, user_handle
from phoenix.modules.factors.actions.relying_party import RelyingParty, challenge_bytes, new_challenge
from phoenix.modules.factors.errors import WrongPasskey
from phoenix.modules.factors.events import PasskeyRefused
from phoenix.modules.factors.notices import PASSKEY_REFUSED
from phoenix.modules.factors.queries import passkeys as queries
from phoenix.modules.factors.queries.passkeys import Passkey


def passkey_options(
    runtime: Runtime, party: RelyingParty, purpose: str, bound_to: str = "", *, allowed: Sequence[Passkey] = (), verified: bool = True
) -> PasskeyOptions:
    """Request one of the `allowed` passkeys, or any of ours; with `verified`, the device must verify the user."""
    token = new_challenge(runtime, purpose, bound_to)
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge_bytes(token),
        timeout=120_000,
        allow_credentials=[descriptor(passkey) for passkey in allowed],
        user_verification=UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED,
    )
    return PasskeyOptions(token, options_to_json_dict(options))


async def verify_passkey(
    runtime: Runtime,
    tx: Transaction,
    party: RelyingParty,
    response: PasskeyResponse,
    expected: bytes,
    *,
    account: str | None,
    verified: bool,
) -> Passkey:
    """The passkey that signed `expected`, recorded as used (WebAuthn Level 3, 7.2). Raises WrongPasskey.

    `account` is its expected owner, if known. `verified` requires that the device verified the user.
    """
    credential = readable(parse_authentication_credential_json, response.credential)
    found = await tx.maybe(queries.PASSKEY_BY_CREDENTIAL, credential.raw_id)
    if found is None or account not in {None, found.account}:
        raise WrongPasskey(_("This passkey isn't registered here or has been removed. Use another method."))
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
        # The library would check the counter before the signature; we check it after the signature was verified.
        credential_current_sign_count=0,
        require_user_verification=verified,
    )
    refuse_frames(credential.response.client_data_json)
    eligible = shown.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    if await tx.maybe(queries.USE_PASSKEY, found.id, shown.new_sign_count, shown.credential_backed_up, tx.now, eligible) is None:
        # The key may have been copied. There is no way to tell whether this is the copy or the original.
        tx.record(PasskeyRefused(subject=found.account, passkey=found.id))
        await notify(tx, found.account, PASSKEY_REFUSED)
        raise WrongPasskey(
            _("This passkey may have been copied, so it was rejected. Use another method, then remove the passkey and add a new one.")
        )
    return found
