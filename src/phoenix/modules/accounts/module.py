"""Accounts: sign-up, confirmation, log-in, sessions, profile, and what protects them."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.module import (
    AccountSource,
    Command,
    EventKind,
    HotRead,
    Identity,
    Job,
    Module,
    Names,
    NavigationItem,
    Permission,
    PersonalData,
    Schedule,
    SignInPages,
)
from phoenix.modules.accounts import api, commands, events, identity, jobs, pages, personal, queries
from phoenix.modules.accounts.actions.providers import check
from phoenix.modules.accounts.actions.signing_keys import GENERATION
from phoenix.modules.accounts.api.profile import me_key

MODULE = Module(
    name="accounts",
    about="Sign-up, log-in and sessions, profiles, and what protects an account.",
    folder=Path(__file__).parent,
    routes=(*api.ROUTES, *pages.ROUTES),
    permissions=(Permission(ADMINISTRATOR, "Look after the whole installation", scope="platform"),),
    events=tuple(EventKind(kind) for kind in events.ALL),
    jobs=(
        Job("accounts.send_verification", jobs.send_verification),
        Job("accounts.send_already_registered", jobs.send_already_registered),
        Job("accounts.send_reset", jobs.send_reset),
        Job("accounts.send_forced_reset", jobs.send_forced_reset),
        Job("accounts.send_log_in_code", jobs.send_log_in_code),
        Job("accounts.send_unlock", jobs.send_unlock),
        Job("accounts.send_confirmation_code", jobs.send_confirmation_code),
        Job("accounts.send_address_change", jobs.send_address_change),
        Job("accounts.send_address_changed", jobs.send_address_changed),
        Job("accounts.send_new_device", jobs.send_new_device),
        Job("accounts.send_security_notice", jobs.send_security_notice),
        Job("accounts.make_export", jobs.make_export),
        Job("accounts.erase", jobs.erase),
    ),
    schedules=(
        Schedule("accounts.forget_the_old", "17 3 * * *", jobs.forget_the_old),
        Schedule("accounts.erase_who_is_due", "7 * * * *", jobs.erase_who_is_due),
    ),
    navigation=(NavigationItem("Settings", "settings", "/settings/profile", group="account", order=90),),
    hot=(HotRead("/api/v2/me", me_key),),
    names=(Names("acc", queries.names),),
    commands=(
        Command("accounts", "first-administrator-link", commands.first_administrator_link),
        Command("keys", "rotate", commands.rotate_keys),
        Command("keys", "list", commands.list_keys),
    ),
    check=check,
    banners=(personal.deletion_banner,),
    sign_in=SignInPages(sign_in="/sign-in", reauthenticate="/confirm", second_factor="/settings/security"),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    identity=Identity(find=identity.find, seen=identity.write_seen, why=identity.why, records="", keys=(GENERATION,)),
    accounts=AccountSource(identity.hold),
)
