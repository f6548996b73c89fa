"""Deliverability: addresses that accept no emails, and how that is learned."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.email.dkim import signer_of
from phoenix.kernel.language import _
from phoenix.kernel.module import (
    Command,
    EventKind,
    Follower,
    Module,
    NotificationKind,
    PersonalData,
    Schedule,
    Slot,
)
from phoenix.kernel.runtime import RecipientSource
from phoenix.modules.deliverability import api, commands, events, jobs, pages, personal
from phoenix.modules.deliverability.actions.outcomes import REASONS, reports
from phoenix.modules.deliverability.actions.resume import start_afresh
from phoenix.modules.deliverability.actions.sendgrid import public_key
from phoenix.modules.deliverability.actions.stop import accepts, refused
from phoenix.settings import Settings


def check(settings: Settings) -> None:
    """Raises SettingsError for a key that cannot be used."""
    signer_of(settings.email)
    if settings.email.sendgrid_webhook_key:
        public_key(settings.email.sendgrid_webhook_key)


MODULE = Module(
    name="deliverability",
    about="Addresses that accept no emails, and reports about them.",
    folder=Path(__file__).parent,
    needs=("accounts", "sign_in"),
    tables=("stopped_addresses", "email_reports", "email_outcomes"),
    routes=(*api.ROUTES, *pages.ROUTES),
    events=(EventKind(events.EmailsStopped, act=None), EventKind(events.EmailsResumed, act=None)),
    notifications=(
        NotificationKind(
            "deliverability.stopped",
            events.EmailsStopped,
            label=_("Emails to you stop"),
            words=_("Your email address doesn't accept our emails"),
            why=_("You were notified because an email to you came back, or was reported as spam."),
            link="/settings/profile",
            withdrawn_by=(events.EmailsResumed,),
        ),
    ),
    followers=(Follower("deliverability.start_afresh", start_afresh),),
    schedules=(Schedule("deliverability.forget_old", "37 3 * * *", jobs.forget_old),),
    commands=(Command("emails", "bounced", commands.take_bounce), Command("emails", "dkim", commands.print_dkim_record)),
    recipients=RecipientSource(accepts, refused, reports, REASONS),
    slots=(
        Slot("profile", "deliverability/slot_profile.html", pages.own_address, queries=1, order=10),
        Slot("person", "deliverability/slot_person.html", pages.address_of_person, queries=1),
    ),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    check=check,
)
