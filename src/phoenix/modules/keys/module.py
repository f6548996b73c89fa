"""Keys: API keys, and the service accounts they act for."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, EventKind, Identity, Module, PersonalData, Slot
from phoenix.modules.keys import api, events, identity, notices, pages, personal
from phoenix.modules.keys.actions.api_keys import PREFIX

MODULE = Module(
    name="keys",
    about="API keys, and the service accounts they act for.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    tables=("api_keys",),
    routes=(*api.ROUTES, *pages.ROUTES),
    events=(
        EventKind(events.ServiceAccountCreated, act="authority"),
        EventKind(
            events.ApiKeyCreated,
            act="credential",
            ids=("key",),
            holds={"scopes": "names of permissions, which modules declare"},
            activity=Activity(_("API key created")),
        ),
        EventKind(events.ApiKeyRevoked, act="credential", ids=("key",), activity=Activity(_("API key revoked"))),
    ),
    slots=(Slot("security.sign_in_methods", "keys/slot_sign_in_methods.html", pages.key_count, queries=1, order=40),),
    notices=notices.NOTICES,
    identity=Identity(
        find=identity.find, follow=identity.find, seen=identity.write_seen, why=identity.why, records=identity.RECORDS, prefix=PREFIX
    ),
    personal=PersonalData(export=personal.export, erase=personal.erase),
)
