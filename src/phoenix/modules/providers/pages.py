"""The identities on the security page: connected ones, and those that can be connected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, form
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions.settings_pages import SECURITY
from phoenix.modules.providers.actions import identities
from phoenix.modules.providers.actions.providers import providers, title_of


@form("/settings/identities/{identity_id:str}/disconnect", frees=True, may=SIGNED_IN, queries=6, sensitive=True, retry=SECURITY)
async def send_disconnect(call: Call) -> Redirect:
    await identities.disconnect(call.runtime, call.tx, call.actor.account, call.path["identity_id"])
    return Redirect(SECURITY, _("External account disconnected."))


async def connections(call: Call) -> Mapping[str, Any]:
    """The identities among the sign-in methods: one query."""
    settings = call.runtime.settings
    connected = await identities.identities_of(call.db, call.actor.account)
    names = {found.provider for found in connected}
    shown = [
        {"id": found.id, "title": title_of(settings, found.provider), "email": found.email, "created_at": found.created_at}
        for found in connected
    ]
    return {"identities": shown, "providers": [provider for provider in providers(settings) if provider.name not in names]}


ROUTES = (send_disconnect,)
