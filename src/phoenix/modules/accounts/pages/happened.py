"""What happened to the safety of an account, in words for its owner."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from phoenix.kernel.i18n.text import _
from phoenix.modules.accounts.queries import Happened

Tone = Literal["", "good", "bad"]

METHODS = {
    "password": _("a password"),
    "passkey": _("a passkey"),
    "email_code": _("a code by mail"),
    "totp": _("the authenticator app"),
    "backup_code": _("a backup code"),
    "first_administrator": _("the first administrator's link"),
}

WORDS: dict[str, tuple[str, Tone]] = {
    "accounts.created": (_("The account began"), ""),
    "accounts.logged_in": (_("Signed in"), "good"),
    "accounts.session_ended": (_("A device was signed out"), ""),
    "accounts.password_reset": (_("The password was set anew by mail"), ""),
    "accounts.password_changed": (_("The password was changed"), ""),
    "accounts.address_changed": (_("The e-mail address was changed"), ""),
    "accounts.slowed_down": (_("Several wrong tries, so the next had to wait"), "bad"),
    "accounts.unlocked": (_("The wait after wrong tries was ended"), ""),
    "accounts.locked": (_("Staff locked the account"), "bad"),
    "accounts.opened": (_("Staff opened the account again"), ""),
    "accounts.password_taken": (_("Staff ended the password, and a mail to set a new one was sent"), "bad"),
    "accounts.new_device": (_("A device was used for the first time"), ""),
    "accounts.second_factor_added": (_("An authenticator app was set up"), "good"),
    "accounts.second_factor_removed": (_("A second factor was turned off"), "bad"),
    "accounts.backup_codes_made": (_("Ten backup codes were made"), ""),
    "accounts.backup_code_used": (_("A backup code was used"), ""),
    "accounts.identity_proven": (_("You showed again that it is you"), ""),
    "accounts.passkey_added": (_("A passkey was added"), "good"),
    "accounts.passkey_removed": (_("A passkey was removed"), "bad"),
    "accounts.passkey_doubted": (_("A passkey was refused, as it may have been copied"), "bad"),
    "accounts.identity_connected": (_("An account elsewhere was connected"), ""),
    "accounts.identity_disconnected": (_("An account elsewhere was disconnected"), ""),
    "accounts.api_key_made": (_("An API key was made"), ""),
    "accounts.api_key_revoked": (_("An API key was revoked"), ""),
    "accounts.permission_granted": (_("A permission for the whole platform was granted"), ""),
    "accounts.permission_taken": (_("A permission for the whole platform was taken"), ""),
    "accounts.export_asked": (_("A copy of your data was asked for"), ""),
    "accounts.export_fetched_by_staff": (_("Staff fetched a copy of your data"), "bad"),
    "accounts.deletion_asked": (_("The deletion of the account was asked for"), "bad"),
    "accounts.deletion_cancelled": (_("The account is kept"), "good"),
    "accounts.impersonated": (_("Staff began to look through your account"), "bad"),
    "accounts.impersonation_ended": (_("Staff stopped looking through your account"), ""),
}


class Line(Struct, frozen=True):
    """One line of the list: a sentence, a detail, and when."""

    words: str
    more: str
    at: datetime
    tone: Tone


def in_words(happened: Happened) -> Line:
    """An event as its owner reads it. One of a kind that a newer version wrote is shown by its name."""
    words, tone = WORDS.get(happened.kind, (happened.kind.partition(".")[2].replace("_", " "), ""))
    return Line(words, _more(happened), happened.at, tone)


def method_in_words(method: str) -> str:
    """“a password and the authenticator app”, from "password+totp"."""
    parts = [METHODS.get(part, part.partition(":")[2].title() or part) for part in method.split("+")]
    return _(" and ").join(parts)


def _more(happened: Happened) -> str:
    if happened.kind == "accounts.logged_in":
        return _("with {method}").format(method=method_in_words(str(happened.data.get("method", ""))))
    if happened.kind in {"accounts.impersonated", "accounts.locked"}:
        return _("(“{reason}”)").format(reason=happened.data.get("reason", ""))
    if happened.kind == "accounts.backup_code_used":
        return _("({left} left)").format(left=happened.data.get("left", 0))
    return ""
