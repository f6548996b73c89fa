"""Accounts: who people are, their addresses and passwords, and what they can ask of us about their data."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import (
    AccountSource,
    Activity,
    Credential,
    EventKind,
    HotRead,
    Module,
    Names,
    NavigationItem,
    Permission,
    PersonalData,
    Schedule,
)
from phoenix.modules.accounts import api, events, jobs, notices, pages, personal, samples
from phoenix.modules.accounts.actions.accounts import hold, names
from phoenix.modules.accounts.api.profile import me_key

MODULE = Module(
    name="accounts",
    about="Accounts: profiles, addresses, passwords, permissions on the platform, and people's rights over their data.",
    folder=Path(__file__).parent,
    tables=("accounts", "user_permissions", "proofs", "spent_tokens", "exports"),
    routes=(*api.ROUTES, *pages.ROUTES),
    permissions=(Permission(ADMINISTRATOR, "Look after the whole installation", scope="platform"),),
    events=(
        EventKind(events.AccountCreated, activity=Activity(_("The account began"))),
        EventKind(events.ProfileChanged),
        EventKind(events.PermissionGranted, activity=Activity(_("A permission for the whole platform was granted"))),
        EventKind(events.PermissionRemoved, activity=Activity(_("A permission for the whole platform was taken"))),
        EventKind(events.ExportRequested, activity=Activity(_("A copy of your data was asked for"))),
        EventKind(events.DeletionRequested, activity=Activity(_("The deletion of the account was asked for"), "bad")),
        EventKind(events.DeletionCancelled, activity=Activity(_("The account is kept"), "good")),
        EventKind(events.AccountErased),
    ),
    jobs=jobs.JOBS,
    emails=samples.EMAILS,
    schedules=(
        Schedule("accounts.forget_old", "17 3 * * *", jobs.forget_old),
        Schedule("accounts.erase_due", "7 * * * *", jobs.erase_due),
    ),
    navigation=(NavigationItem("Profile", "user", "/settings/profile", group="account", order=10),),
    hot=(HotRead("/api/v2/me", me_key),),
    names=(Names("acc", names),),
    credentials=(Credential("password", "SELECT count(*) FROM accounts WHERE id = {account} AND password_hash <> '!'", signs_in=True),),
    notices=notices.NOTICES,
    banners=(personal.deletion_banner,),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    accounts=AccountSource(hold),
)
