"""JSON routes of passkeys: one's own, and logging in with one."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, patch, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import EVERYWHERE, PUBLIC, SIGNED_IN
from phoenix.modules.accounts.actions import passkeys, prove_passkey
from phoenix.modules.accounts.actions.enter import enter
from phoenix.modules.accounts.actions.passkeys import GivenPasskey, Offer
from phoenix.modules.accounts.api.data import LOG_INS, PASSKEY_OFFERS, PROOFS, PasskeyData, Text
from phoenix.modules.accounts.api.sessions import LogInAnswer, arrival, log_in_answer, party_here
from phoenix.modules.accounts.place import device_of
from phoenix.modules.accounts.queries import passkeys as stored


class NewPasskeyData(PasskeyData, forbid_unknown_fields=True, kw_only=True):
    """Without `name` it is called after the device."""

    name: Text = ""


class PasskeyNameData(Struct, forbid_unknown_fields=True):
    name: Text


class LogInOfferData(Struct, forbid_unknown_fields=True):
    """`challenge` is that of a second step that is due; without it any passkey of ours is asked for."""

    challenge: Text = ""


class PasskeyLogInData(PasskeyData, forbid_unknown_fields=True, kw_only=True):
    remember: bool = False
    device: Text = ""


class OfferAnswer(Struct):
    """`options` are for PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON (WebAuthn Level 3)."""

    challenge: str
    options: dict[str, Any]


class PasskeyAnswer(Struct):
    """`backed_up` tells that it is on several devices, kept in step by whoever makes them."""

    id: str
    name: str
    transports: list[str]
    backed_up: bool
    created_at: Instant
    used_at: Instant | None


class PasskeyList(Struct):
    items: list[PasskeyAnswer]
    next_cursor: str | None = None


@post("/api/v2/passkeys/options", may=SIGNED_IN, before_second_factor=True, queries=1, limits=(PROOFS,), sensitive=True)
async def offer_passkey(call: Call) -> OfferAnswer:
    """Begin to add a passkey: what to give to navigator.credentials.create(). Good for five minutes."""
    return offer_answer(await passkeys.offer_registration(call.runtime, call.db, call.actor, party_here(call)))


@post("/api/v2/passkeys", may=SIGNED_IN, before_second_factor=True, queries=7, limits=(PROOFS,), sensitive=True)
async def add_passkey(call: Call, data: NewPasskeyData) -> Created[PasskeyAnswer]:
    """Add the passkey that was made. From now on it logs in by itself, and is asked for as a second step."""
    given = GivenPasskey(data.challenge, data.credential)
    device = device_of(call.agent)
    made = await passkeys.add_passkey(call.runtime, call.tx, call.actor, party_here(call), given, name=data.name, device=device)
    return Created(passkey_answer(made), f"/api/v2/passkeys/{made.id}")


@get("/api/v2/passkeys", may=SIGNED_IN, queries=1)
async def list_passkeys(call: Call) -> PasskeyList:
    """Your passkeys, the oldest first."""
    return PasskeyList([passkey_answer(passkey) for passkey in await call.db.all(stored.PASSKEYS, call.actor.account)])


@patch("/api/v2/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=1)
async def rename_passkey(call: Call, passkey_id: str, data: PasskeyNameData) -> PasskeyAnswer:
    """Give a passkey of yours another name."""
    return passkey_answer(await passkeys.rename_passkey(call.tx, call.actor, passkey_id, name=data.name))


@delete("/api/v2/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=5, sensitive=True)
async def remove_passkey(call: Call, passkey_id: str) -> None:
    """Remove a passkey of yours. The last one stays where nothing else opens the account."""
    await passkeys.remove_passkey(call.tx, call.actor.account, passkey_id)


@post("/api/v2/sessions/passkey/options", may=PUBLIC, queries=1, limits=(PASSKEY_OFFERS,), listeners=EVERYWHERE)
async def offer_passkey_log_in(call: Call, data: LogInOfferData) -> OfferAnswer:
    """Begin to log in with a passkey, or to take the second step with one: what to give to navigator.credentials.get()."""
    if data.challenge:
        return offer_answer(await prove_passkey.offer_second_step(call.runtime, call.db, party_here(call), data.challenge))
    return offer_answer(prove_passkey.offer_log_in(call.runtime, party_here(call)))


@post("/api/v2/sessions/passkey", may=PUBLIC, queries=14, limits=(LOG_INS,), problems=(401, 403))
async def begin_session_by_passkey(call: Call, data: PasskeyLogInData) -> Created[LogInAnswer]:
    """Log in with a passkey alone: it is two factors in one, so no second step follows."""
    given = GivenPasskey(data.challenge, data.credential)
    account = await prove_passkey.log_in(call.runtime, call.tx, party_here(call), given)
    comes = arrival(call, remember=data.remember, device=data.device)
    return log_in_answer(await enter(call.runtime, call.tx, account=account, method="passkey", arrival=comes, strong=True))


@post(
    "/api/v2/sessions/current/confirmation_options",
    may=SIGNED_IN,
    before_second_factor=True,
    queries=1,
    limits=(PROOFS,),
    listeners=EVERYWHERE,
)
async def offer_confirmation(call: Call) -> OfferAnswer:
    """Begin to show with a passkey that it is still you: what to give to navigator.credentials.get()."""
    return offer_answer(await prove_passkey.offer_confirmation(call.runtime, call.db, call.actor, party_here(call)))


def offer_answer(offer: Offer) -> OfferAnswer:
    return OfferAnswer(offer.challenge, offer.options)


def passkey_answer(passkey: stored.Passkey) -> PasskeyAnswer:
    used = instant(passkey.used_at) if passkey.used_at else None
    return PasskeyAnswer(passkey.id, passkey.name, list(passkey.transports), passkey.backed_up, instant(passkey.created_at), used)


ROUTES = (
    offer_passkey,
    add_passkey,
    list_passkeys,
    rename_passkey,
    remove_passkey,
    offer_passkey_log_in,
    begin_session_by_passkey,
    offer_confirmation,
)
