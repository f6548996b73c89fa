"""The checklist for people who are new, and the page “Help”, where it is found again."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import Module, NavigationItem, PersonalData, Slot
from phoenix.modules.welcome import pages, personal

MODULE = Module(
    name="welcome",
    about="The checklist for people who are new, with the steps of all modules, and the page “Help”.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    receives=True,
    tables=("hidden_checklists",),
    routes=pages.ROUTES,
    slots=(Slot("dashboard", "welcome/slot_checklist.html", pages.checklist, queries=1, order=20),),
    navigation=(NavigationItem(_("Help"), "info", "/help", group="account", order=90),),
    personal=PersonalData(erase=personal.erase),
)
