"""The pages for protecting an account, and those for sign-in and re-authentication."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web import samples
from tests.web.listings import plain
from tests.web.samples import ago, frame, outside

from phoenix.composition import REGISTRY
from phoenix.modules.accounts.actions.activity import SecurityEvent, in_words
from phoenix.modules.factors.pages.second_factor import qr_code

HERE = Thing(work=True, elsewhere="")
AT_A_NUMBER = Thing(work=False, elsewhere="http://localhost:8000")
NOWHERE = Thing(work=False, elsewhere="")


def kept(number: int, name: str, **changes: Any) -> Thing:
    return Thing(id=f"pky_{number}", name=name, backed_up=True, created_at=ago(days=264), used_at=ago(hours=5), **changes)


KEYS = [
    kept(1, "Mara’s laptop"),
    Thing(
        **{**vars(kept(2, "The phone that she has had since the move and takes everywhere")), "backed_up": False, "used_at": ago(days=2)}
    ),
    Thing(**{**vars(kept(3, "Security key")), "used_at": None}),
]
PROTECTED = Thing(
    has_password=True,
    totp_since=ago(days=264),
    backup_codes_left=2,
    passkeys=3,
    passkey_used_at=ago(hours=5),
    identities=1,
    sessions=3,
    devices=4,
)
BARE = Thing(
    has_password=False, totp_since=None, backup_codes_left=0, passkeys=0, passkey_used_at=None, identities=1, sessions=1, devices=1
)
IDENTITIES = [Thing(id="idn_1", provider="work", title="Halden single sign-on", email="mara@halden.example", created_at=ago(days=40))]
PROVIDERS = [Thing(name="google", title="Google")]
ACTIVITY = [
    in_words(REGISTRY.events, SecurityEvent(kind, data, at, "acc_mara", None))
    for kind, data, at in (
        ("sessions.started", {"method": "passkey"}, ago(hours=5)),
        ("factors.sign_in_paused", {"failures": 5}, ago(days=3)),
        ("factors.backup_code_used", {"left": 2}, ago(days=11)),
        ("sessions.started", {"method": "password+backup_code"}, ago(days=11)),
        ("impersonation.started", {"reason": "Invoice total differs from the email, ticket 4812"}, ago(days=12)),
        ("factors.passkey_refused", {"passkey": "pky_2"}, ago(days=40)),
        ("accounts.created", {}, ago(days=900)),
    )
]
BACKUP = [
    "3gk7q-x2mfn",
    "a9wze-7yd4t",
    "h5jcp-rm8ku",
    "vq2be-6tzn4",
    "pz8kd-w3ycg",
    "7mxta-fj9qe",
    "cn4hw-2vkr5",
    "e6gub-dz7mp",
    "tk3ys-8qhx9",
    "w2rnf-5ajc6",
]
API_KEYS = [
    Thing(
        id="key_1",
        name="Nightly report",
        hint="x7Qd",
        scopes=["entries.read", "feed.read"],
        created_at=ago(days=60),
        seen_at=ago(hours=11),
        until=ago(days=-30),
    ),
    Thing(id="key_2", name="Trial", hint="0aZ_", scopes=["entries.write"], created_at=ago(days=1), seen_at=None, until=ago(days=-1)),
]
SCOPES = {"entries.read": "Read entries", "entries.write": "Write entries", "feed.read": "View the feed"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
URI = f"otpauth://totp/Phoenix:mara.lindqvist%40example.com?secret={SECRET}&issuer=Phoenix"
STEP = {"next": "/o/halden/feed"}
ALL_METHODS = ["totp", "backup_code", "passkey"]
WRONG_CODE = {"code": "This code is wrong or has already been used."}


def security(**changes: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "passkeys": HERE,
        "keys": KEYS,
        "protection": PROTECTED,
        "advice": "Well protected, but you're running low on backup codes.",
        "sessions": samples.SESSIONS,
        "activity": ACTIVITY,
        "identities": IDENTITIES,
        "providers": PROVIDERS,
        "api_keys": 2,
        "problem": "",
        **changes,
    }
    of_page = {name: shown[name] for name in ("protection", "advice", "activity", "problem")}
    return frame("/settings/security", **of_page, low=3, methods=methods(shown), sections=sections(shown))


def methods(shown: dict[str, Any]) -> list[Thing]:
    """The sign-in methods that modules add to the page."""
    return [
        Thing(template="factors/slot_sign_in_methods.html", context=Thing(keys=shown["keys"], passkeys=shown["passkeys"])),
        Thing(
            template="providers/slot_sign_in_methods.html",
            context=Thing(identities=shown["identities"], providers=shown["providers"]),
        ),
        Thing(template="keys/slot_sign_in_methods.html", context=Thing(count=shown["api_keys"])),
    ]


def sections(shown: dict[str, Any]) -> list[Thing]:
    """The sections that modules add below the methods."""
    return [
        Thing(template="factors/slot_second_factor.html", context=Thing(factors=shown["protection"], low=3)),
        Thing(template="sessions/_devices.html", context=Thing(sessions=shown["sessions"], listing=plain([], "/settings/sessions"))),
    ]


def step(method: str, **changes: Any) -> dict[str, Any]:
    shown = {"form": {**STEP, "method": method}, "methods": ALL_METHODS, "passkeys": HERE, "challenge": "token-of-the-first-step"}
    return outside("/sign-in/second-step", **{**shown, **changes})


def confirm(method: str, **changes: Any) -> dict[str, Any]:
    methods = ["email_code"] if method == "email_code" else ["password"] if method == "password" else ["passkey", "totp", "backup_code"]
    shown = {
        "form": {"next": "/settings/password", "method": method},
        "methods": methods,
        "both": method == "totp",
        "minutes": 15,
        "passkeys": HERE,
        "token": "",
    }
    return frame("/confirm", **{**shown, **changes})


SECURITY_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "security": ("sign_in/settings/security.html", security()),
    "security-bare": (
        "sign_in/settings/security.html",
        security(
            passkeys=AT_A_NUMBER,
            keys=[],
            protection=BARE,
            advice="Add a passkey or an authenticator app.",
            sessions=samples.SESSIONS[:1],
            activity=ACTIVITY[-1:],
            providers=[],
            api_keys=0,
        ),
    ),
    "security-refused": (
        "sign_in/settings/security.html",
        security(
            passkeys=NOWHERE,
            keys=KEYS[:1],
            protection=Thing(**{**vars(PROTECTED), "backup_codes_left": 9, "passkeys": 1}),
            advice="Well protected.",
            identities=[],
            providers=[],
            problem="Set a password or add another passkey before you remove this one.",
        ),
    ),
    "passkey-name": (
        "factors/passkey_name.html",
        frame("/settings/passkeys/pky_1", form={"name": "Mara’s laptop"}, passkey=KEYS[0]),
    ),
    "passkey-name-refused": (
        "factors/passkey_name.html",
        frame("/settings/passkeys/pky_1", form={"name": ""}, passkey=KEYS[0], errors={"name": "Enter a name."}),
    ),
    "totp": ("factors/totp.html", frame("/settings/totp", secret=SECRET, qr=qr_code(URI))),
    "totp-refused": ("factors/totp.html", frame("/settings/totp", secret=SECRET, qr=qr_code(URI), errors=WRONG_CODE)),
    "second-factor-owed": ("sign_in/second_factor_owed.html", frame("/settings/security", passkeys=HERE, next="/o/halden/feed")),
    "second-factor-owed-at-a-number": ("sign_in/second_factor_owed.html", frame("/settings/security", passkeys=AT_A_NUMBER, next="")),
    "welcome": ("sign_in/welcome.html", frame("/first-administrator/welcome", panel="http://127.0.0.1:8020")),
    "welcome-without-address": ("sign_in/welcome.html", frame("/first-administrator/welcome", panel="")),
    "looked": ("impersonation/ended.html", outside("/impersonation/end", name="Aiko Tanaka", panel="http://127.0.0.1:8020")),
    "backup-codes": ("factors/backup_codes.html", frame("/settings/totp", codes=BACKUP, fresh=True, on_to="/")),
    "backup-codes-new": (
        "factors/backup_codes.html",
        frame("/settings/backup-codes", codes=BACKUP, fresh=False, on_to="/settings/security"),
    ),
    "password": ("sign_in/settings/password.html", frame("/settings/password", least=12, has_password=False)),
    "password-refused": (
        "sign_in/settings/password.html",
        frame(
            "/settings/password",
            least=12,
            has_password=True,
            errors={"password": "This password has appeared in a data breach. Choose a different one."},
        ),
    ),
    "address": ("sign_in/settings/address.html", frame("/settings/address")),
    "address-refused": (
        "sign_in/settings/address.html",
        frame(
            "/settings/address",
            form={"email": "mara"},
            errors={"email": "The part after @ is missing. Enter an address such as name@example.com."},
        ),
    ),
    "address-confirm": (
        "sign_in/settings/address_confirm.html",
        frame(
            "/settings/address/confirm",
            form={"email": "mara@halden.example"},
            token="",
            gone=False,
            other=False,
            errors={"code": "This code is wrong."},
        ),
    ),
    "address-confirm-link": (
        "sign_in/settings/address_confirm.html",
        frame("/settings/address/confirm", token="abc", gone=False, other=False),
    ),
    "address-confirm-gone": (
        "sign_in/settings/address_confirm.html",
        frame("/settings/address/confirm", token="abc", gone=True, other=False),
    ),
    "address-confirm-other": (
        "sign_in/settings/address_confirm.html",
        frame("/settings/address/confirm", token="abc", gone=False, other=True, next="/settings/address/confirm?token=abc"),
    ),
    "api-keys": (
        "keys/api_keys.html",
        frame("/settings/api-keys", keys=API_KEYS, scopes=SCOPES, made=Thing(id="key_1", key="phk_" + "n4Xb7Qd" * 6)),
    ),
    "api-keys-refused": (
        "keys/api_keys.html",
        frame(
            "/settings/api-keys",
            keys=[],
            scopes=SCOPES,
            made=None,
            form={"name": "", "days": "90", "scope:entries.read": "on"},
            errors={"name": "Enter a name.", "scopes": "Choose at least one permission."},
        ),
    ),
    "second-step": ("sign_in/second_factor.html", step("totp", errors=WRONG_CODE)),
    "second-step-backup": ("sign_in/second_factor.html", step("backup_code")),
    "second-step-passkey": (
        "sign_in/second_factor.html",
        step("passkey", problem="This passkey wasn't accepted. Try again or use another method."),
    ),
    "second-step-nowhere": ("sign_in/second_factor.html", step("passkey", methods=["passkey"], passkeys=AT_A_NUMBER)),
    "confirm-password": ("sign_in/reauthenticate.html", confirm("password", errors={"password": "The password is wrong."})),
    "confirm-passkey": ("sign_in/reauthenticate.html", confirm("passkey")),
    "confirm-totp": ("sign_in/reauthenticate.html", confirm("totp")),
    "second-step-support": ("sign_in/second_factor.html", step("totp", support="support@example.com")),
    "confirm-mail": ("sign_in/reauthenticate.html", confirm("email_code")),
    "ask-for-code": ("sign_in/ask_for_code.html", outside("/sign-in/code")),
    "sign-in-by-email": (
        "sign_in/sign_in_by_email.html",
        outside("/sign-in/by-email", token="", gone=False, sent=True, form={"email": "mara@example.com"}),
    ),
    "sign-in-by-email-opened": ("sign_in/sign_in_by_email.html", outside("/sign-in/by-email", token="", gone=False, sent=False)),
    "sign-in-by-email-gone": ("sign_in/sign_in_by_email.html", outside("/sign-in/by-email", token="abc", gone=True, sent=False)),
    "sign-in-by-email-link": (
        "sign_in/sign_in_by_email.html",
        outside("/sign-in/by-email", token="abc", gone=False, sent=False, form={"next": "/o/halden/feed"}),
    ),
    "unlock": (
        "sign_in/unlock.html",
        outside("/unlock", token="", gone=False, form={"email": "mara@example.com"}, errors={"code": "This code is wrong."}),
    ),
    "unlock-link": ("sign_in/unlock.html", outside("/unlock", token="abc", gone=False)),
    "unlock-gone": ("sign_in/unlock.html", outside("/unlock", token="abc", gone=True)),
}
