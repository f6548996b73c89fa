"""docs/protection.md matches the code: it is the evidence for requirements of ASVS that ask for documentation."""

from __future__ import annotations

from pathlib import Path

from phoenix.composition import MODULES
from phoenix.kernel.runtime import EMAILS_AN_HOUR, EMAILS_OF_ALL_AN_HOUR
from phoenix.kernel.security.guessable import PRODUCT
from phoenix.kernel.security.passwords import LONGEST, SHORTEST, WAITING
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions.email_verification import CODE_LIVES, TRIES, link_lives
from phoenix.modules.accounts.actions.limits import RESETS, SIGN_INS, SIGN_UPS, UNLOCKS
from phoenix.modules.factors.actions.throttle import FREE_TRIES
from phoenix.settings import read_settings

TEXT = (Path(__file__).parents[2] / "docs" / "protection.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the tables under a heading."""
    part = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")]


def test_the_documented_limits_of_guesses_match_the_code() -> None:
    figures = {row[0]: row[1] for row in rows("Guessing")}
    assert figures["wrong passwords and codes in a row, for an account"].startswith(f"{FREE_TRIES} are free")
    for what, limit in (("sign-ins", SIGN_INS), ("codes and links entered", UNLOCKS)):
        assert figures[f"{what} from one network"] == f"{limit.amount} in {limit.seconds // 60} minutes"
    for what, limit in (
        ("emails requested from one network", RESETS),
        ("sign-ups from one network", SIGN_UPS),
    ):
        assert (figures[what], limit.seconds) == (f"{limit.amount} an hour", 3600)
    assert figures["emails to one address, of one kind"] == f"{EMAILS_AN_HOUR} an hour for each asker, {EMAILS_OF_ALL_AN_HOUR} in all"
    assert figures["attempts at one code from an email"] == str(TRIES)
    assert f"{WAITING} wait" in figures["passwords hashed at once"]


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
    assert CODE_LIVES == link_lives("sign_in") == link_lives("reauthenticate")


def test_all_sign_in_methods_are_documented() -> None:
    """Each public route that can begin a session is one of the methods in the table."""
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
        "/api/v2/password_resets",
        "/api/v2/password_resets/complete",
        "/api/v2/sessions/email_code",
        "/api/v2/sessions/passkey/options",
        "/api/v2/sessions/refresh",
        "/api/v2/unlocks",
        "/forgot-password",
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
