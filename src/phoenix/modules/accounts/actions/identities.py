"""Accounts elsewhere and their accounts here: found, connected with the owner's consent, begun, disconnected."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import Conflict, NotFound
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import new_token
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.fields import Fields
from phoenix.modules.accounts.actions.guard import spend_token
from phoenix.modules.accounts.actions.oauth import Flow, Person, seal, unseal
from phoenix.modules.accounts.actions.providers import title_of
from phoenix.modules.accounts.errors import AddressNotVerifiedThere, IdentityTaken, LastWayIn, ProviderRefused
from phoenix.modules.accounts.events import AccountCreated, IdentityConnected, IdentityDisconnected
from phoenix.modules.accounts.queries import identities, passkeys, protection

PURPOSE = "identity that waits"
LIVES = timedelta(minutes=10)


class Waiting(Struct, frozen=True):
    """Somebody a provider vouched for, who has yet to say what should come of it. `token` lets it happen once."""

    token: str
    provider: str
    issuer: str
    subject: str
    email: str
    name: str
    remember: bool
    on_to: str
    until: datetime


class Unknown(Struct, frozen=True):
    """Nobody here is connected to that person. `known_address`: an account has the address."""

    waiting: Waiting
    known_address: bool


async def find(runtime: Runtime, tx: Transaction, flow: Flow, person: Person) -> str | Unknown:
    """The account that is connected to the person, or what to ask them. Raises AddressNotVerifiedThere.

    The same address is no reason to connect anything: an account is its owner's to connect.
    """
    account = await tx.maybe(identities.USE_IDENTITY, person.issuer, person.subject, tx.now)
    if account is not None:
        return account
    title = title_of(runtime.settings, person.provider)
    if person.address is None:
        sentence = _(
            "{provider} does not say that you have a confirmed e-mail address, so nothing was made or connected. "
            "Confirm your address there, or sign in here another way and connect {provider} in your settings."
        )
        raise AddressNotVerifiedThere(sentence.format(provider=title))
    known = await tx.maybe(queries.ACCOUNT_BY_EMAIL, person.address.key)
    waiting = Waiting(
        new_token(),
        person.provider,
        person.issuer,
        person.subject,
        person.address.display,
        person.name,
        flow.remember,
        flow.on_to,
        tx.now + LIVES,
    )
    return Unknown(waiting, known is not None)


def keep_waiting(runtime: Runtime, waiting: Waiting, browser: str) -> str:
    """The note for a cookie of this browser."""
    return seal(runtime, PURPOSE, waiting, browser)


def read_waiting(runtime: Runtime, sealed: str, browser: str) -> Waiting | None:
    """Who waits in this browser, for ten minutes at most."""
    waiting = unseal(runtime, PURPOSE, sealed, Waiting, browser)
    return waiting if waiting is not None and runtime.clock.now() < waiting.until else None


async def connect(runtime: Runtime, tx: Transaction, account: str, *, provider: str, issuer: str, subject: str, email: str) -> None:
    """From now on the person there may enter this account. Raises IdentityTaken."""
    made = await tx.maybe(identities.CONNECT, new_id("idn"), account, provider, issuer, subject, email, tx.now)
    if made is None:
        if await tx.maybe(identities.OWNER, issuer, subject) == account:
            return
        sentence = _("This {provider} account is connected to another account here. Disconnect it there first.")
        raise IdentityTaken(sentence.format(provider=title_of(runtime.settings, provider)))
    tx.record(IdentityConnected(subject=account, provider=provider))


async def connect_person(runtime: Runtime, tx: Transaction, account: str, person: Person) -> None:
    """Connect who just came back from a provider to who sent them there. The owner is told by mail."""
    email = person.address.display if person.address else ""
    await connect(runtime, tx, account, provider=person.provider, issuer=person.issuer, subject=person.subject, email=email)
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "identity_connected"})


def check_same_address(runtime: Runtime, waiting: Waiting, email: str) -> None:
    """Raises Conflict where who waits has another address than the account that is signed in: then it is no consent."""
    if parse_address(waiting.email).key != parse_address(email).key:
        sentence = _("{provider} vouches for another address than this account has. Connect it in your security settings instead.")
        raise Conflict(sentence.format(provider=title_of(runtime.settings, waiting.provider)))


async def connect_waiting(runtime: Runtime, tx: Transaction, account: str, email: str, waiting: Waiting) -> None:
    """The owner of the address agreed. Raises Conflict, IdentityTaken, ProviderRefused where it was used already."""
    check_same_address(runtime, waiting, email)
    await _spend(tx, waiting)
    await connect(runtime, tx, account, provider=waiting.provider, issuer=waiting.issuer, subject=waiting.subject, email=waiting.email)
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "identity_connected"})


async def sign_up_waiting(
    runtime: Runtime, tx: Transaction, waiting: Waiting, *, name: str, time_zone: str, locale: str, accept_terms: bool
) -> str:
    """Begin an account for the address that the provider vouches for; its id. It has no password until one is set.

    Raises InvalidInput; ProviderRefused where somebody was faster.
    """
    fields = Fields()
    name = fields.name(name)
    fields.time_zone(time_zone)
    fields.locale(locale)
    if not accept_terms:
        fields.refuse("accept_terms", "missing", _("Accept the terms to go on."))
    fields.check()
    await _spend(tx, waiting)
    address = parse_address(waiting.email)
    account = await tx.maybe(queries.INSERT_ACCOUNT, new_id("acc"), address.display, address.key, name, "!", time_zone, locale, tx.now)
    if account is None:
        raise ProviderRefused(_("An account with this address exists by now. Sign in to it."))
    await tx.execute(queries.FORGET_SIGN_UPS, address.key)
    tx.record(AccountCreated(subject=account))
    await connect(runtime, tx, account, provider=waiting.provider, issuer=waiting.issuer, subject=waiting.subject, email=waiting.email)
    return account


async def disconnect(runtime: Runtime, tx: Transaction, account: str, identity: str) -> None:
    """Raises NotFound; LastWayIn where nothing else opens the account."""
    await tx.execute(passkeys.LOCK_ACCOUNT, account)
    ways = await tx.one(protection.PROTECTION, account, tx.now)
    provider = await tx.maybe(identities.DISCONNECT, identity, account)
    if provider is None:
        raise NotFound(_("There is no such connection, or it was ended already."))
    if not ways.has_password and not ways.passkeys and ways.identities <= 1:
        sentence = _("{provider} is the only way into your account. Set a password or add a passkey first, then disconnect it.")
        raise LastWayIn(sentence.format(provider=title_of(runtime.settings, provider)))
    tx.record(IdentityDisconnected(subject=account, provider=provider))
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "identity_disconnected"})


async def _spend(tx: Transaction, waiting: Waiting) -> None:
    if not await spend_token(tx, waiting.token, round(LIVES.total_seconds())):
        raise ProviderRefused(_("This was used already. Start again."))
