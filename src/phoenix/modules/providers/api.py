"""JSON routes of identity providers, and of the identities that are connected to one's account."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.cursors import Page
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import delete, get
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.providers.actions import identities
from phoenix.modules.providers.actions.providers import providers


class ProviderAnswer(Struct):
    """`name` is the word in addresses, `title` the one for people."""

    name: str
    title: str


class IdentityAnswer(Struct):
    """`email` is the verified address there when it was connected, or empty."""

    id: str
    provider: str
    email: str
    created_at: Instant
    used_at: Instant | None


@get("/api/v2/providers", may=PUBLIC, queries=0)
async def list_providers(call: Call) -> Page[ProviderAnswer]:
    """List the identity providers that people can sign in with. Sign-in with them starts in a browser, at /sign-in."""
    return Page([ProviderAnswer(found.name, found.title) for found in providers(call.runtime.settings)])


@get("/api/v2/identities", may=SIGNED_IN, queries=1)
async def list_identities(call: Call) -> Page[IdentityAnswer]:
    """List the external accounts you can sign in with."""
    found = await identities.identities_of(call.db, call.actor.account)
    return Page(
        [
            IdentityAnswer(one.id, one.provider, one.email, instant(one.created_at), instant(one.used_at) if one.used_at else None)
            for one in found
        ]
    )


@delete("/api/v2/identities/{identity_id:str}", may=SIGNED_IN, queries=6, sensitive=True)
async def disconnect_identity(call: Call, identity_id: str) -> None:
    """Disconnect an external account. Refused if it is the only sign-in method."""
    await identities.disconnect(call.runtime, call.tx, call.actor.account, identity_id)


ROUTES = (list_providers, list_identities, disconnect_identity)
