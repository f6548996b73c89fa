"""Settings → API keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page, shown_once
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.keys.actions import api_keys
from phoenix.modules.keys.actions.api_keys import api_keys_of, available_scopes, count_api_keys


@page("/settings/api-keys", may=SIGNED_IN, queries=1)
async def show_api_keys(call: Call) -> View:
    keys = await api_keys_of(call.db, call.actor.account)
    return View("keys/api_keys.html", {"keys": keys, "scopes": available_scopes(call.runtime), "made": shown_once(call)})


@form("/settings/api-keys", may=SIGNED_IN, queries=7, sensitive=True, retry=show_api_keys)
async def send_api_key(call: Call) -> Redirect:
    sent = call.form
    scopes = [name.removeprefix("scope:") for name in sent if name.startswith("scope:")]
    days = call.number("days", "90")
    made = await api_keys.create_api_key(call.runtime, call.tx, call.actor, name=sent.get("name", ""), scopes=scopes, days=days)
    return Redirect("/settings/api-keys", shows={"key": made.key})


@form("/settings/api-keys/{key_id:str}/revoke", frees=True, may=SIGNED_IN, act="credential", queries=2)
async def send_revoke_api_key(call: Call) -> Redirect:
    await api_keys.revoke_api_key(call.tx, call.actor.account, call.path["key_id"])
    return Redirect("/settings/api-keys", _("Key revoked."))


async def key_count(call: Call) -> Mapping[str, Any]:
    """The number of keys that act for the reader: one query."""
    return {"count": await count_api_keys(call.db, call.actor.account)}


ROUTES = (show_api_keys, send_api_key, send_revoke_api_key)
