"""Sign-in: signing up, signing in, re-authentication, and recovering access."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, Command, EventKind, Module, NavigationItem, PersonalData, Schedule, SignInPages
from phoenix.modules.accounts.actions.settings_pages import SECURITY
from phoenix.modules.sign_in import api, commands, events, jobs, notices, pages, personal, samples
from phoenix.modules.sign_in.pages.security import METHODS, SECTIONS

MODULE = Module(
    name="sign_in",
    about="Sign-up, sign-in methods, two-step verification, re-authentication and account recovery.",
    folder=Path(__file__).parent,
    needs=("accounts", "sessions", "factors", "providers", "keys"),
    tables=("sign_ups",),
    routes=(*api.ROUTES, *pages.ROUTES),
    events=(
        EventKind(events.PasswordReset, act="credential", activity=Activity(_("Password reset by email"))),
        EventKind(events.PasswordChanged, act="credential", activity=Activity(_("Password changed"))),
        EventKind(events.AddressChanged, act="credential", activity=Activity(_("Email address changed"))),
    ),
    jobs=jobs.JOBS,
    emails=samples.EMAILS,
    schedules=(Schedule("sign_in.forget_old", "23 3 * * *", jobs.forget_old),),
    commands=(Command("accounts", "first-administrator-link", commands.first_administrator_link),),
    notices=notices.NOTICES,
    navigation=(NavigationItem(_("Terms"), "entry", "/terms", group="foot"),),
    places=(METHODS, SECTIONS),
    sign_in=SignInPages(sign_in="/sign-in", reauthenticate="/confirm", second_factor=SECURITY, sign_out="/sign-out"),
    personal=PersonalData(erase=personal.erase),
)
