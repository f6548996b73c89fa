"""docs/protection.md matches the code: it is the evidence for requirements of ASVS that ask for documentation."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import phoenix.kernel
import phoenix.modules
from phoenix.composition import MODULES
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.runtime import EMAILS_AN_HOUR, EMAILS_OF_ALL_AN_HOUR
from phoenix.kernel.security.guessable import PRODUCT
from phoenix.kernel.security.passwords import LONGEST, SHORTEST, WAITING
from phoenix.kernel.web.rules import MOST_OF_A_SESSION, PUBLIC, SESSIONS_OF_A_PERSON
from phoenix.modules.accounts.actions.email_verification import CODE_LIVES, TRIES, TRIES_OF_ALL, link_lives
from phoenix.modules.factors.actions.throttle import FREE_TRIES
from phoenix.modules.factors.queries.throttle import COUNT
from phoenix.modules.sessions.actions.list import ON_A_PAGE
from phoenix.modules.sessions.actions.refresh import REFRESH_GRACE
from phoenix.settings import read_settings

TEXT = (Path(__file__).parents[2] / "docs" / "protection.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the tables under a heading."""
    part = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")]


# The first pause and the longest, in seconds.
PAUSES = [int(number) for number in re.findall(r"least\((\d+), (\d+) \* 2", COUNT.sql)[0]]
PERIODS = {900: "in 15 minutes", 3600: "an hour", 86_400: "a day"}
# The numbers of each row that names no limit, in the order in which they are there.
OTHERS = {
    "wrong passwords and codes in a row, for an account": [FREE_TRIES, PAUSES[1]],
    "attempts at one code from an email": [TRIES, TRIES_OF_ALL, TRIES],
    "emails to one address, of one kind": [EMAILS_AN_HOUR, EMAILS_OF_ALL_AN_HOUR, EMAILS_OF_ALL_AN_HOUR],
    "acts that hash passwords, by someone who is signed in (in addition to the limit of the network)": [
        MOST_OF_A_SESSION,
        SESSIONS_OF_A_PERSON * MOST_OF_A_SESSION,
    ],
    "passwords hashed at the same time": [WAITING],
    "CAPTCHA before sign-up and emails": [],
}


def declared() -> dict[str, str]:
    """Every limit that a module declares: its name and its figure."""
    found: dict[str, str] = {}
    packages = ((phoenix.modules, "phoenix.modules."), (phoenix.kernel, "phoenix.kernel."))
    for module in (one for package, prefix in packages for one in pkgutil.walk_packages(package.__path__, prefix)):
        for limit in vars(importlib.import_module(module.name)).values():
            if isinstance(limit, Limit):
                found[limit.name] = f"{limit.amount} {PERIODS[limit.seconds]}"
    used = {limit.name for module in MODULES for route in module.routes for limit in route.opt["rule"].limits}
    assert used <= set(found), "a route has a limit that no module declares at the top of a file"
    return found


def test_every_limit_is_documented_with_its_figure() -> None:
    documented = {name: row[1] for row in rows("Guessing") for name in re.findall(r"`([a-z_]+)`", row[0])}
    assert documented == declared()


def test_the_other_figures_of_guessing_match_the_code() -> None:
    table = {row[0]: row[1] for row in rows("Guessing") if "`" not in row[0] and row[1] != "figure"}
    assert {what: [int(number) for number in re.findall(r"\d+", figure)] for what, figure in table.items()} == OTHERS
    assert PAUSES[0] == 3600
    assert ("at least four networks" in TEXT, EMAILS_OF_ALL_AN_HOUR // EMAILS_AN_HOUR) == (True, 4)


def test_the_documented_password_rules_match_the_code() -> None:
    assert f"{SHORTEST} to {LONGEST} characters" in TEXT
    assert all(f"`{word}`" in TEXT for word in PRODUCT)


def test_the_documented_limits_of_sessions_match_the_settings() -> None:
    limits = read_settings({"PHOENIX_ENVIRONMENT": "test"}).sessions
    hour, day = 3600, 86400
    documented = {row[0]: row[1:] for row in rows("Sessions")}
    assert documented["browser"] == [f"{limits.idle // hour} hours", f"{limits.absolute // hour} hours"]
    kept = [f"{limits.remember_idle // day} days", f"{limits.remember_absolute // day} days"]
    assert [documented[name] for name in documented if "keep me" in name or "refresh tokens" in name] == [kept, kept]
    assert documented["access token of an API client"][1] == f"{limits.access_token // 60} minutes"
    assert f"for {round(REFRESH_GRACE.total_seconds())} seconds after its first use" in TEXT.replace("\n", " ")
    assert f"listed, {ON_A_PAGE} on a page" in TEXT
    assert CODE_LIVES == link_lives("sign_in") == link_lives("reauthenticate")


def test_all_sign_in_methods_are_documented() -> None:
    """Each public route that can start a session is one of the methods in the table."""
    ways = {
        "/api/v2/sessions": "password",
        "/api/v2/sessions/second_factor": "second factor",
        "/api/v2/sessions/email_code/complete": "code or link by email",
        "/api/v2/sessions/passkey": "passkey",
        "/sign-in": "password",
        "/sign-in/second-step": "second factor",
        "/sign-in/by-email": "code or link by email",
        "/sign-in/passkey": "passkey",
        "/sign-in/with/{provider:str}/callback": "identity provider",
        "/sign-in/with/apple/callback": "identity provider",
        "/sign-up/with": "identity provider",
        "/verify": "code that confirms the address",
        "/first-administrator": "link of the first administrator",
        "/impersonation": "link from the admin panel",
    }
    none = {
        "/api/v2/accounts",
        "/api/v2/accounts/verify",
        "/api/v2/accounts/verify/resend",
        "/api/v2/email_reports/sendgrid",
        "/api/v2/sms_reports/twilio",
        "/api/v2/password_checks",
        "/api/v2/password_resets",
        "/api/v2/password_resets/complete",
        "/api/v2/sessions/email_code",
        "/api/v2/sessions/passkey/options",
        "/api/v2/sessions/refresh",
        "/api/v2/unlocks",
        "/forgot-password",
        "/notifications/unsubscribe/{token:str}",
        "/notifications/unsubscribed/{token:str}",
        "/reset-password",
        "/sign-in/code",
        "/sign-in/with/{provider:str}",
        "/sign-up",
        "/unlock",
        "/verify/link",
        "/verify/resend",
    }
    public = {
        min(route.paths)
        for module in MODULES
        for route in module.routes
        if route.opt["rule"].may == PUBLIC and (route.http_methods & {"POST", "PUT", "PATCH", "DELETE"} or "callback" in min(route.paths))
    }
    assert public - none <= set(ways), sorted(public - none - set(ways))
    table = " ".join(row[0] for row in rows("Sign-in methods"))
    assert all(way in table for way in ways.values() if way != "second factor")


def test_the_documented_roles_match_the_modules() -> None:
    documented = {row[0].strip("`"): tuple(cell == "yes" for cell in row[1:]) for row in rows("Who may do what") if len(row) == 5}
    del documented["permission"]
    held: dict[str, list[bool]] = {}
    for place, role in enumerate(("owner", "administrator", "member", "viewer")):
        for module in MODULES:
            for permission in module.roles.get(role, frozenset()):
                held.setdefault(permission, [False] * 4)[place] = True
    assert documented == {permission: tuple(may) for permission, may in held.items()}
