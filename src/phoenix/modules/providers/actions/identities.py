"""Identities at providers and the accounts they are connected to: found, connected with the owner's consent, disconnected."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import Conflict, NotFound
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import new_token
from phoenix.modules.accounts.actions.accounts import find_by_email, hold
from phoenix.modules.accounts.actions.credentials import sign_in_methods
from phoenix.modules.accounts.actions.email_verification import use_once
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.errors import LastSignInMethod
from phoenix.modules.providers import queries
from phoenix.modules.providers.actions.oauth import Flow, ProviderProfile, seal, unseal
from phoenix.modules.providers.actions.providers import title_of
from phoenix.modules.providers.errors import AddressNotVerifiedThere, IdentityTaken, ProviderRefused
from phoenix.modules.providers.events import IdentityConnected, IdentityDisconnected
from phoenix.modules.providers.notices import IDENTITY_CONNECTED, IDENTITY_DISCONNECTED
from phoenix.modules.providers.queries import ConnectedIdentity

__all__ = ["ConnectedIdentity"]

PURPOSE = "identity that waits"
LIVES = timedelta(minutes=10)


class PendingIdentity(Struct, frozen=True):
    """An identity confirmed by a provider, for which the person has yet to choose what to do. `token` makes it single-use."""

    token: str
    provider: str
    issuer: str
    subject: str
    email: str
    name: str
    remember: bool
    on_to: str
    until: datetime


class UnknownIdentity(Struct, frozen=True):
    """No account is connected to that identity. `known_address`: an account has its address."""

    pending: PendingIdentity
    known_address: bool


async def find_identity(runtime: Runtime, tx: Transaction, flow: Flow, profile: ProviderProfile) -> str | UnknownIdentity:
    """The account that is connected to the identity, or what to ask them. Raises AddressNotVerifiedThere.

    The same address is no reason to connect anything: only an account's owner can connect it.
    """
    account = await tx.maybe(queries.USE_IDENTITY, profile.issuer, profile.subject, tx.now)
    if account is not None:
        return account
    title = title_of(runtime.settings, profile.provider)
    if profile.address is None:
        sentence = _(
            "{provider} has no confirmed email address for you, so you are not signed in. "
            "Confirm your address there, or sign in with another method and connect {provider} in your settings."
        )
        raise AddressNotVerifiedThere(sentence.format(provider=title))
    known = await find_by_email(tx, profile.address.key)
    pending = PendingIdentity(
        new_token(),
        profile.provider,
        profile.issuer,
        profile.subject,
        profile.address.display,
        profile.name,
        flow.remember,
        flow.on_to,
        tx.now + LIVES,
    )
    return UnknownIdentity(pending, known is not None)


def seal_pending(runtime: Runtime, pending: PendingIdentity, browser: str) -> str:
    """The sealed value for a cookie of this browser."""
    return seal(runtime, PURPOSE, pending, browser)


def read_pending(runtime: Runtime, sealed: str, browser: str) -> PendingIdentity | None:
    """The identity that is pending in this browser, for ten minutes at most."""
    pending = unseal(runtime, PURPOSE, sealed, PendingIdentity, browser)
    return pending if pending is not None and runtime.clock.now() < pending.until else None


async def connect(runtime: Runtime, tx: Transaction, account: str, *, provider: str, issuer: str, subject: str, email: str) -> None:
    """Connect the identity, so that it can sign in to this account. Raises IdentityTaken."""
    made = await tx.maybe(queries.CONNECT, new_id("idn"), account, provider, issuer, subject, email, tx.now)
    if made is None:
        if await tx.maybe(queries.OWNER, issuer, subject) == account:
            return
        sentence = _("This {provider} account is already connected to another account here. Disconnect it there first.")
        raise IdentityTaken(sentence.format(provider=title_of(runtime.settings, provider)))
    tx.record(IdentityConnected(subject=account, provider=provider))


async def connect_profile(runtime: Runtime, tx: Transaction, account: str, profile: ProviderProfile) -> None:
    """Connect the identity of someone who just returned from a provider. The owner is notified by email."""
    email = profile.address.display if profile.address else ""
    await connect(runtime, tx, account, provider=profile.provider, issuer=profile.issuer, subject=profile.subject, email=email)
    await notify(tx, account, IDENTITY_CONNECTED)


def check_same_address(runtime: Runtime, pending: PendingIdentity, email: str) -> None:
    """Raises Conflict if the identity's address differs from that of the signed-in account: then there is no consent."""
    if parse_address(pending.email).key != parse_address(email).key:
        sentence = _("Your address at {provider} differs from the address of this account. Connect it in your security settings instead.")
        raise Conflict(sentence.format(provider=title_of(runtime.settings, pending.provider)))


async def connect_pending(runtime: Runtime, tx: Transaction, account: str, email: str, pending: PendingIdentity) -> None:
    """The owner of the address agreed. Raises Conflict, IdentityTaken, or ProviderRefused if it was already used."""
    check_same_address(runtime, pending, email)
    await use_pending(tx, pending)
    await connect(runtime, tx, account, provider=pending.provider, issuer=pending.issuer, subject=pending.subject, email=pending.email)
    await notify(tx, account, IDENTITY_CONNECTED)


async def disconnect(runtime: Runtime, tx: Transaction, account: str, identity: str) -> None:
    """Disconnect an identity. Raises NotFound; LastSignInMethod if it is the only sign-in method."""
    await hold(tx, account)
    methods = await sign_in_methods(runtime, tx, account)
    provider = await tx.maybe(queries.DISCONNECT, identity, account)
    if provider is None:
        raise NotFound(_("This connection doesn't exist, or it has already been removed."))
    if sum(methods.values()) <= 1:
        sentence = _("{provider} is your only sign-in method. Set a password or add a passkey before you disconnect it.")
        raise LastSignInMethod(sentence.format(provider=title_of(runtime.settings, provider)))
    tx.record(IdentityDisconnected(subject=account, provider=provider))
    await notify(tx, account, IDENTITY_DISCONNECTED)


async def use_pending(tx: Transaction, pending: PendingIdentity) -> None:
    """Raises ProviderRefused if it was used before."""
    if not await use_once(tx, pending.token, LIVES):
        raise ProviderRefused(_("This request has already been used. Start again."))


async def identities_of(db: Reader, account: str) -> list[ConnectedIdentity]:
    """The identities connected to an account, oldest first."""
    return await db.all(queries.IDENTITIES, account)
