"""Texts of emails: staff change them, in versions, and send tests to themselves."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import EventKind, Module, Permission, PersonalData, Slot
from phoenix.kernel.runtime import EmailTextSource
from phoenix.modules.email_texts import events, pages, personal
from phoenix.modules.email_texts.actions.active import active_texts
from phoenix.modules.email_texts.pages.slot import texts_of_email

TEMPLATE = "the name of a template, which modules declare"
LANGUAGE = "one of our languages"

MODULE = Module(
    name="email_texts",
    about="Texts of emails that staff change, in versions, and test sends.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    tables=("email_text_versions",),
    routes=pages.ROUTES,
    permissions=(
        Permission("platform.emails", _("Change the texts of emails and send tests"), scope="platform", implies=("platform.settings",)),
    ),
    events=(
        EventKind(events.EmailTextsChanged, act=None, holds={"template": TEMPLATE, "locale": LANGUAGE}),
        EventKind(events.EmailTestSent, act=None, holds={"email": TEMPLATE, "locale": LANGUAGE}),
    ),
    slots=(Slot("email", "email_texts/slot_email.html", texts_of_email),),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    email_texts=EmailTextSource(active_texts),
)
