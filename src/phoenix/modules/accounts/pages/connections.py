"""What a page shows of the accounts elsewhere that open one here, and of those that could."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.web.call import Call
from phoenix.modules.accounts.actions.providers import providers, title_of
from phoenix.modules.accounts.queries.identities import IDENTITIES


async def connections(call: Call) -> dict[str, Any]:
    """The context of `settings/_identities.html`: one query."""
    settings = call.runtime.settings
    connected = await call.db.all(IDENTITIES, call.actor.account)
    names = {found.provider for found in connected}
    shown = [
        {"id": found.id, "title": title_of(settings, found.provider), "email": found.email, "created_at": found.created_at}
        for found in connected
    ]
    return {"identities": shown, "providers": [provider for provider in providers(settings) if provider.name not in names]}
