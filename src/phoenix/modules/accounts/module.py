"""Accounts: people, their addresses and passwords, and their rights over their data."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.language import _
from phoenix.kernel.module import (
    AccountSource,
    Activity,
    Credential,
    EventKind,
    HotRead,
    ListQuery,
    Module,
    Names,
    NavigationItem,
    Permission,
    PersonalData,
    Schedule,
)
from phoenix.modules.accounts import api, events, jobs, notices, pages, personal, queries, samples
from phoenix.modules.accounts.actions.accounts import hold, names
from phoenix.modules.accounts.api.profile import me_key

PERMISSION = "the name of a permission, which modules declare"

MODULE = Module(
    name="accounts",
    about="Accounts: profiles, addresses, passwords, platform permissions, and export and deletion of personal data.",
    folder=Path(__file__).parent,
    tables=("accounts", "user_permissions", "proofs", "spent_tokens", "exports", "export_chunks"),
    lists=(ListQuery(queries.ZONES, ("acc_5", 1000)),),
    routes=(*api.ROUTES, *pages.ROUTES),
    permissions=(Permission(ADMINISTRATOR, _("Administer the whole installation"), scope="platform"),),
    events=(
        EventKind(events.AccountCreated, act=None, activity=Activity(_("Account created"), notifies=False)),
        EventKind(events.ProfileChanged, act=None, holds={"fields": "names of fields of a profile, not what is in them"}),
        EventKind(
            events.PermissionGranted, act="authority", holds={"permission": PERMISSION}, activity=Activity(_("Platform permission granted"))
        ),
        EventKind(
            events.PermissionRemoved, act="authority", holds={"permission": PERMISSION}, activity=Activity(_("Platform permission removed"))
        ),
        EventKind(events.ExportRequested, act=None, ids=("export",), activity=Activity(_("Copy of your data requested"))),
        EventKind(events.DeletionRequested, act="credential", activity=Activity(_("Account deletion requested"), "bad")),
        EventKind(events.DeletionPostponed, act="credential", activity=Activity(_("Account deletion postponed"))),
        EventKind(events.DeletionCancelled, act="credential", activity=Activity(_("Account deletion cancelled"), "good")),
        EventKind(events.AccountErased, act="credential"),
    ),
    jobs=jobs.JOBS,
    emails=samples.EMAILS,
    schedules=(
        Schedule("accounts.forget_old", "17 3 * * *", jobs.forget_old),
        Schedule("accounts.rename_former_zones", "31 2 * * *", jobs.rename_former_zones),
        Schedule("accounts.erase_due", "7 * * * *", jobs.erase_due),
    ),
    places=("profile",),
    navigation=(NavigationItem(_("Profile"), "user", "/settings/profile", group="account", order=10),),
    hot=(HotRead("/api/v2/me", me_key),),
    names=(Names("acc", names),),
    credentials=(Credential("password", "SELECT count(*) FROM accounts WHERE id = {account} AND password_hash <> '!'", signs_in=True),),
    notices=notices.NOTICES,
    banners=(personal.deletion_banner,),
    personal=PersonalData(export=personal.export, erase=personal.erase, refuse=personal.refuse),
    accounts=AccountSource(hold),
)
