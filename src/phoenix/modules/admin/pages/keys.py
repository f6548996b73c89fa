"""The keys that sign access tokens."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.sessions.actions import signing_keys

KEYS = "platform.keys"


@page("/staff/keys", may=KEYS, queries=1, listeners=STAFF)
async def show_keys(call: Call) -> View:
    return View("admin/keys.html", {"keys": await signing_keys.all_keys(call.db)})


@form("/staff/keys/rotate", may=KEYS, queries=9, sensitive=True, listeners=STAFF)
async def send_rotate(call: Call) -> Redirect:
    await signing_keys.rotate_keys(call.runtime, call.tx)
    return Redirect("/staff/keys", _("Signing key rotated. Nobody was signed out."))


@form("/staff/keys/{key_id:str}/revoke", may=KEYS, queries=12, sensitive=True, listeners=STAFF)
async def send_revoke(call: Call) -> Redirect:
    await signing_keys.revoke_key(call.runtime, call.tx, str(call.path["key_id"]))
    return Redirect("/staff/keys", _("Key revoked. Tokens it signed are no longer accepted."))


ROUTES = (show_keys, send_rotate, send_revoke)
