"""Presence: who of an organisation is here now."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.module import EventKind, Module, PersonalData, Slot, SocketRule
from phoenix.kernel.runtime import Part
from phoenix.modules.presence import api, events, owned, pages, personal
from phoenix.modules.presence.actions.report import Told, report, told

MODULE = Module(
    name="presence",
    about="Who of an organisation is here now.",
    folder=Path(__file__).parent,
    needs=("accounts", "organisations"),
    tables=("present", "presence_hidden", "presence_off"),
    parts=(Part(Told, told),),
    routes=(*api.ROUTES, *pages.ROUTES),
    events=(EventKind(events.VisibilityChanged, act=None), EventKind(events.PresenceSwitched, act=None)),
    sockets=(SocketRule(present=report),),
    slots=(
        Slot("dashboard", "presence/slot_here.html", pages.here, queries=2, order=5),
        Slot("profile", "presence/slot_visibility.html", pages.visibility, queries=1),
        Slot("organisation_settings", "presence/slot_switch.html", pages.switched, queries=1),
    ),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    owned=owned.OWNED,
)
