"""Factors: the authenticator app, backup codes and passkeys, and the throttle on guessing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, Credential, EventKind, Module, PersonalData, Schedule, Slot
from phoenix.modules.factors import api, events, jobs, notices, pages, personal
from phoenix.modules.factors.cards import SECOND_FACTOR
from phoenix.modules.factors.pages.passkeys import sign_in_methods
from phoenix.modules.factors.pages.second_factor import second_factor_slot


def _codes_left(data: Mapping[str, Any]) -> str:
    return _("({left} left)").format(left=data.get("left", 0))


MODULE = Module(
    name="factors",
    about="Two-step verification and passkeys, and the limits on wrong attempts.",
    folder=Path(__file__).parent,
    needs=("accounts",),
    tables=("guards", "totp_secrets", "backup_codes", "passkeys"),
    routes=(*api.ROUTES, *pages.ROUTES),
    events=(
        EventKind(events.SignInPaused, act=None, activity=Activity(_("Sign-in paused after too many attempts"), "bad")),
        EventKind(events.SignInResumed, act=None, activity=Activity(_("Sign-in unlocked"), notifies=False)),
        EventKind(events.SecondFactorAdded, act="credential", activity=Activity(_("Authenticator app set up"), "good")),
        EventKind(events.SecondFactorRemoved, act="credential", activity=Activity(_("Two-step verification turned off"), "bad")),
        EventKind(events.BackupCodesCreated, act="credential", activity=Activity(_("Backup codes created"))),
        EventKind(events.BackupCodeUsed, act=None, activity=Activity(_("Backup code used"), "", _codes_left)),
        EventKind(events.PasskeyAdded, act="credential", ids=("passkey",), activity=Activity(_("Passkey added"), "good")),
        EventKind(events.PasskeyRemoved, act="credential", ids=("passkey",), activity=Activity(_("Passkey removed"), "bad")),
        EventKind(
            events.PasskeyRefused, act=None, ids=("passkey",), activity=Activity(_("Passkey rejected: it may have been copied"), "bad")
        ),
    ),
    schedules=(Schedule("factors.forget_old", "21 3 * * *", jobs.forget_old),),
    credentials=(
        Credential("passkey", "SELECT count(*) FROM passkeys WHERE account_id = {account}", signs_in=True, second_factor=True),
        Credential(
            "totp", "SELECT count(*) FROM totp_secrets WHERE account_id = {account} AND confirmed_at IS NOT NULL", second_factor=True
        ),
    ),
    slots=(
        Slot("security.sign_in_methods", "factors/slot_sign_in_methods.html", sign_in_methods, queries=1, order=10),
        Slot("security", "factors/slot_second_factor.html", second_factor_slot, queries=1, order=20),
    ),
    welcome=(SECOND_FACTOR,),
    notices=notices.NOTICES,
    personal=PersonalData(export=personal.export, erase=personal.erase),
)
