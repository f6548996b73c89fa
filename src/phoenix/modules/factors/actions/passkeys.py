"""A person's passkeys: add, rename, remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct
from webauthn import generate_registration_options, verify_registration_response
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys
from phoenix.modules.accounts.actions.accounts import hold
from phoenix.modules.accounts.actions.credentials import sign_in_methods
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.errors import LastSignInMethod
from phoenix.modules.factors.actions.relying_party import ADDING, RelyingParty, challenge_bytes, new_challenge, use_challenge
from phoenix.modules.factors.errors import TooManyPasskeys, WrongPasskey
from phoenix.modules.factors.events import PasskeyAdded, PasskeyRemoved
from phoenix.modules.factors.notices import PASSKEY_ADDED, PASSKEY_REMOVED
from phoenix.modules.factors.queries import passkeys as queries
from phoenix.modules.factors.queries.passkeys import Passkey

__all__ = ["Passkey"]

MOST = 20
# Every authenticator supports at least one of these, and none is deprecated.
ALGORITHMS = [COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.EDDSA, COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256]
LONGEST_CREDENTIAL_ID = 1023
LONGEST_TEXT = 20_000
ROAMING = frozenset({"usb", "nfc", "ble", "smart-card"})
# Exceptions that the libraries for CBOR, JSON and keys raise for malformed bytes.
UNREADABLE = (WebAuthnException, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

T = TypeVar("T")


class PasskeyResponse(Struct, frozen=True):
    """A browser's answer: the challenge it was given, and the credential in the form of toJSON(), parsed or as text."""

    challenge: str
    credential: Mapping[str, Any] | str


class PasskeyOptions(Struct, frozen=True):
    """A request to a browser: a challenge to send back with the answer, and the options for navigator.credentials."""

    challenge: str
    options: dict[str, Any]


async def registration_options(runtime: Runtime, db: Reader, actor: Actor, party: RelyingParty) -> PasskeyOptions:
    """Request a new passkey that can sign in on its own. Raises TooManyPasskeys."""
    there = await db.all(queries.PASSKEYS, actor.account)
    _check_room(len(there))
    token = new_challenge(runtime, ADDING, actor.session)
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Phoenix",
        user_id=user_handle(runtime.keys, actor.account),
        user_name=actor.record.email,
        user_display_name=actor.name,
        challenge=challenge_bytes(token),
        timeout=120_000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[descriptor(passkey) for passkey in there],
        supported_pub_key_algs=ALGORITHMS,
    )
    return PasskeyOptions(token, options_to_json_dict(options))


async def add_passkey(
    runtime: Runtime, tx: Transaction, actor: Actor, party: RelyingParty, response: PasskeyResponse, *, name: str, device: str
) -> Passkey:
    """Store the public key of a passkey that was just created. Without a name, it is named after the device.

    Raises WrongPasskey if the answer cannot be verified, TooManyPasskeys, and InvalidInput for the name.
    """
    fields = Fields()
    name = fields.name(name) if name.strip() else ""
    fields.check()
    expected = await use_challenge(runtime, tx, ADDING, response.challenge, actor.session)
    credential = readable(parse_registration_credential_json, response.credential)
    made = readable(
        verify_registration_response,
        credential=credential,
        expected_challenge=expected,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        require_user_verification=True,
        supported_pub_key_algs=ALGORITHMS,
    )
    refuse_frames(credential.response.client_data_json)
    # A key that cannot verify anything would lock its owner out at the next sign-in.
    readable(decoded_public_key_to_cryptography, readable(decode_credential_public_key, made.credential_public_key))
    if len(made.credential_id) > LONGEST_CREDENTIAL_ID:
        raise WrongPasskey(_("This passkey doesn't work here. Use another device."))
    await hold(tx, actor.account)
    _check_room(await tx.one(queries.COUNT_PASSKEYS, actor.account))
    transports = sorted({transport.value for transport in credential.response.transports or []})
    name = name or (_("Security key") if transports and ROAMING.issuperset(transports) else device)
    stored = await tx.maybe(
        queries.ADD_PASSKEY,
        new_id("pky"),
        actor.account,
        made.credential_id,
        made.credential_public_key,
        made.sign_count,
        name,
        transports,
        made.credential_backed_up,
        tx.now,
        made.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
    )
    if stored is None:
        raise WrongPasskey(_("This passkey is already registered."))
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(PasskeyAdded(subject=actor.account, passkey=stored.id))
    await notify(tx, actor.account, PASSKEY_ADDED)
    return stored


async def rename_passkey(tx: Transaction, actor: Actor, passkey: str, *, name: str) -> Passkey:
    """Raises NotFound, and InvalidInput for the name."""
    fields = Fields()
    name = fields.name(name)
    fields.check()
    renamed = await tx.maybe(queries.RENAME_PASSKEY, passkey, actor.account, name)
    if renamed is None:
        raise NotFound(_("This passkey doesn't exist or has been removed."))
    return renamed


async def remove_passkey(runtime: Runtime, tx: Transaction, account: str, passkey: str) -> None:
    """Remove a passkey. Raises NotFound; LastSignInMethod if it is the only sign-in method."""
    await hold(tx, account)
    methods = await sign_in_methods(runtime, tx, account)
    if await tx.maybe(queries.REMOVE_PASSKEY, passkey, account) is None:
        raise NotFound(_("This passkey doesn't exist or has been removed."))
    if sum(methods.values()) == 1:
        raise LastSignInMethod(_("Set a password or add another passkey before you remove this one."))
    tx.invalidate(ACCOUNT(account))
    tx.record(PasskeyRemoved(subject=account, passkey=passkey))
    await notify(tx, account, PASSKEY_REMOVED)


async def passkeys_of(db: Reader, account: str) -> list[Passkey]:
    """The passkeys of an account, oldest first."""
    return await db.all(queries.PASSKEYS, account)


async def passkey_of(db: Reader, account: str, passkey: str) -> Passkey:
    """Raises NotFound."""
    return await db.one(queries.PASSKEY, passkey, account)


def user_handle(keys: Keys, account: str) -> bytes:
    """The account's user handle: it reveals nothing to someone who finds the device."""
    return keys.mac("passkey user", account)


def descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    """A registered passkey, as browsers expect it."""
    transports = [AuthenticatorTransport(transport) for transport in passkey.transports]
    return PublicKeyCredentialDescriptor(id=passkey.credential_id, transports=transports or None)


def readable(read: Callable[..., T], *args: Any, **options: Any) -> T:
    """The result of `read` for an answer. Raises WrongPasskey if it cannot be read or verified."""
    if args and isinstance(args[0], str) and len(args[0]) > LONGEST_TEXT:
        raise WrongPasskey(_("This passkey doesn't work here. Use another device."))
    try:
        return read(*args, **options)
    except UNREADABLE as error:
        raise WrongPasskey(_("This passkey wasn't accepted. Try again or use another method.")) from error


def refuse_frames(client_data: bytes) -> None:
    """Raises WrongPasskey for an answer made inside another site's frame: our pages are never shown in one."""
    if readable(parse_client_data_json, client_data).cross_origin:
        raise WrongPasskey(_("This passkey wasn't accepted. Try again or use another method."))


def _check_room(there: int) -> None:
    if there >= MOST:
        raise TooManyPasskeys(_("You've reached the limit of {most} passkeys. Remove one first.").format(most=MOST))
