"""Impersonation: staff see Phoenix as a person does, with a reason, for minutes, and always visibly to the person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phoenix.kernel.actor import IMPERSONATE_AND_WRITE
from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, EventKind, ImpersonationPages, Module, Permission, PersonalData
from phoenix.modules.impersonation import events, pages, personal
from phoenix.modules.impersonation.actions import IMPERSONATE
from phoenix.modules.impersonation.notices import IMPERSONATED


def _reason(data: Mapping[str, Any]) -> str:
    return _("(“{reason}”)").format(reason=data.get("reason", ""))


MODULE = Module(
    name="impersonation",
    about="Staff can impersonate a person: with a reason, for a limited time, read-only unless granted more.",
    folder=Path(__file__).parent,
    needs=("accounts", "sessions"),
    routes=pages.ROUTES,
    permissions=(
        Permission(IMPERSONATE, _("Impersonate a person, read-only"), scope="platform"),
        Permission(IMPERSONATE_AND_WRITE, _("Make changes while impersonating a person"), scope="platform"),
    ),
    events=(
        EventKind(
            events.ImpersonationStarted,
            act="authority",
            ids=("session",),
            holds={"reason": "the audit log has to say why staff did it, and the owner of the account can read it"},
            written=("reason",),
            activity=Activity(_("Impersonation by staff started"), "bad", _reason),
        ),
    ),
    notices=(IMPERSONATED,),
    impersonation=ImpersonationPages(end="/impersonation/end"),
    personal=PersonalData(export=personal.export, erase=personal.erase),
)
