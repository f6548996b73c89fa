"""The frame around every page of the admin panel."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web.samples import frame

CURSOR = (
    ("People", "people", "people"),
    ("Organisations", "building", "organisations"),
    ("Access", "shield", "access"),
    ("Jobs", "clock", "jobs"),
    ("Events", "pulse", "events"),
    ("Audit log", "history", "audit"),
    ("Signing keys", "key", "keys"),
    ("Emails", "mail", "mails"),
    ("Settings", "settings", "settings"),
)


def staff(path: str, **changes: Any) -> dict[str, Any]:
    """The context of every page of the panel."""
    places = [
        Thing(label=label, icon=icon, href=f"/staff/{name}", current=path.startswith(f"/staff/{name}"), group="staff")
        for label, icon, name in CURSOR
    ]
    return frame(
        path,
        organisation=None,
        organisations=[],
        navigation=places,
        live=None,
        listener="admin",
        environment="development",
        **changes,
    )
