"""JSON routes of one's passkeys."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.cursors import Page, pick
from phoenix.kernel.i18n.devices import device_of
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, patch, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions.limits import NEW_PASSKEYS, PASSKEY_CREATIONS
from phoenix.modules.factors.actions import passkeys
from phoenix.modules.factors.actions.answer import PasskeyData, PasskeyOptionsAnswer, options_answer
from phoenix.modules.factors.actions.passkeys import Passkey, PasskeyResponse, passkeys_of
from phoenix.modules.factors.actions.relying_party import RelyingParty, require_party


class NewPasskeyData(PasskeyData, forbid_unknown_fields=True, kw_only=True):
    """Without `name` it is called after the device."""

    name: Text = ""


class PasskeyNameData(Struct, forbid_unknown_fields=True):
    name: Text


class PasskeyAnswer(Struct):
    """`backed_up` tells that it is synced to several devices."""

    id: str
    name: str
    transports: list[str]
    backed_up: bool
    created_at: Instant
    used_at: Instant | None


@post("/api/v2/passkeys/options", may=SIGNED_IN, before_second_factor=True, queries=1, limits=(PASSKEY_CREATIONS,), sensitive=True)
async def passkey_options(call: Call) -> PasskeyOptionsAnswer:
    """Start adding a passkey: returns the options for navigator.credentials.create(). Valid for 5 minutes."""
    return options_answer(await passkeys.registration_options(call.runtime, call.db, call.actor, party_here(call)))


@post("/api/v2/passkeys", may=SIGNED_IN, before_second_factor=True, queries=7, limits=(NEW_PASSKEYS,), sensitive=True)
async def add_passkey(call: Call, data: NewPasskeyData) -> Created[PasskeyAnswer]:
    """Add a passkey that the browser created. It can be used to sign in, and as a second factor."""
    response = PasskeyResponse(data.challenge, data.credential)
    device = device_of(call.agent)
    made = await passkeys.add_passkey(call.runtime, call.tx, call.actor, party_here(call), response, name=data.name, device=device)
    return Created(passkey_answer(made), f"/api/v2/passkeys/{made.id}")


@get("/api/v2/passkeys", may=SIGNED_IN, queries=1)
async def list_passkeys(call: Call) -> Page[PasskeyAnswer]:
    """List your passkeys, oldest first."""
    return Page([passkey_answer(passkey) for passkey in await passkeys_of(call.db, call.actor.account)])


@get("/api/v2/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=1)
async def read_passkey(call: Call, passkey_id: str) -> PasskeyAnswer:
    """Get one of your passkeys."""
    return passkey_answer(pick(await passkeys_of(call.db, call.actor.account), lambda passkey: passkey.id == passkey_id))


@patch("/api/v2/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=1)
async def rename_passkey(call: Call, passkey_id: str, data: PasskeyNameData) -> PasskeyAnswer:
    """Rename one of your passkeys."""
    return passkey_answer(await passkeys.rename_passkey(call.tx, call.actor, passkey_id, name=data.name))


@delete("/api/v2/passkeys/{passkey_id:str}", may=SIGNED_IN, queries=5, sensitive=True)
async def remove_passkey(call: Call, passkey_id: str) -> None:
    """Remove one of your passkeys. Refused if it is the only sign-in method."""
    await passkeys.remove_passkey(call.runtime, call.tx, call.actor.account, passkey_id)


def party_here(call: Call) -> RelyingParty:
    """The relying party at the requested address. Raises PasskeysElsewhere."""
    return require_party(call.runtime.settings, call.request.headers.get("host", ""))


def passkey_answer(passkey: Passkey) -> PasskeyAnswer:
    used = instant(passkey.used_at) if passkey.used_at else None
    return PasskeyAnswer(passkey.id, passkey.name, list(passkey.transports), passkey.backed_up, instant(passkey.created_at), used)


ROUTES = (passkey_options, add_passkey, list_passkeys, read_passkey, rename_passkey, remove_passkey)
