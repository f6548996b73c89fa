"""The keys that sign access tokens."""

from __future__ import annotations

from datetime import datetime

from phoenix.kernel.data.short import Choice, Column, Short
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import short_listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.sessions.actions import signing_keys
from phoenix.modules.sessions.actions.signing_keys import SigningKey

KEYS = "platform.keys"


STATES = (("active", _("Active")), ("standby", _("Next")), ("retired", _("Verifies only")), ("revoked", _("Revoked")))


def since(key: SigningKey) -> datetime:
    """When it got its state."""
    return key.revoked_at or key.retired_at or key.activated_at or key.created_at


LISTED: Short[SigningKey] = Short(
    columns=(Column("since", _("Since"), since, falls=True), Column("key", _("Key"), lambda key: key.id)),
    choices=(Choice("state", _("State"), _("Any state"), STATES, lambda key: key.state),),
)


@page("/staff/keys", may=KEYS, queries=1, listeners=STAFF, lists=(LISTED,))
async def show_keys(call: Call) -> View:
    return View("admin/keys.html", {"listing": short_listing(call, LISTED, await signing_keys.all_keys(call.db)), "since": since})


@form("/staff/keys/rotate", may=KEYS, queries=9, sensitive=True, retry=show_keys, listeners=STAFF)
async def send_rotate(call: Call) -> Redirect:
    await signing_keys.rotate_keys(call.runtime, call.tx)
    return Redirect("/staff/keys", _("Signing key rotated. Nobody was signed out."))


@form("/staff/keys/{key_id:str}/revoke", may=KEYS, queries=12, sensitive=True, retry=show_keys, listeners=STAFF)
async def send_revoke(call: Call) -> Redirect:
    await signing_keys.revoke_key(call.runtime, call.tx, str(call.path["key_id"]))
    return Redirect("/staff/keys", _("Key revoked. Tokens it signed are no longer accepted."))


ROUTES = (show_keys, send_rotate, send_revoke)
