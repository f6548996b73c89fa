"""Providers: signing in with OAuth 2.0 and OpenID Connect, and the identities that are connected to accounts."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, Credential, EventKind, Module, PersonalData, Slot
from phoenix.modules.providers import api, events, notices, pages, personal
from phoenix.modules.providers.actions.providers import check

PROVIDER = "the name of an identity provider, from a setting"

MODULE = Module(
    name="providers",
    about="Sign-in with identity providers (OAuth 2.0 and OpenID Connect), and the identities connected to accounts.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    tables=("identities",),
    routes=(*api.ROUTES, *pages.ROUTES),
    events=(
        EventKind(
            events.IdentityConnected, act="credential", holds={"provider": PROVIDER}, activity=Activity(_("External account connected"))
        ),
        EventKind(
            events.IdentityDisconnected,
            act="credential",
            holds={"provider": PROVIDER},
            activity=Activity(_("External account disconnected")),
        ),
    ),
    credentials=(Credential("identity", "SELECT count(*) FROM identities WHERE account_id = {account}", signs_in=True),),
    slots=(Slot("security.sign_in_methods", "providers/slot_sign_in_methods.html", pages.connections, queries=1, order=30),),
    notices=notices.NOTICES,
    check=check,
    personal=PersonalData(export=personal.export, erase=personal.erase),
)
