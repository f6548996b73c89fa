"""Every route says who may call it, and those open to everyone are listed here."""

from __future__ import annotations

from phoenix.app import build
from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.settings import Settings


def test_every_route_names_its_permission() -> None:
    known = {PUBLIC, SIGNED_IN, *REGISTRY.permissions}
    app = build(Settings(), REGISTRY)
    seen = 0
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if "OPTIONS" in handler.http_methods and len(handler.http_methods) == 1:
                continue
            seen += 1
            assert handler.opt["rule"].may in known, f"{handler.paths} declares no permission"
            assert isinstance(handler.opt.get("queries"), int), f"{handler.paths} has no query budget"
    assert seen > 60


def test_only_these_routes_are_public() -> None:
    public = sorted(
        f"{min(route.http_methods)} {min(route.paths)}" for module in MODULES for route in module.routes if route.opt["rule"].may == PUBLIC
    )
    assert public == [
        "GET /",
        "GET /",
        "GET /.well-known/jwks.json",
        "GET /api/v2/providers",
        "GET /first-administrator",
        "GET /forgot-password",
        "GET /impersonation",
        "GET /impersonation/ended",
        "GET /invitations/accept",
        "GET /notifications/unsubscribe/{token:str}",
        "GET /notifications/unsubscribed/{token:str}",
        "GET /push-worker.js",
        "GET /reset-password",
        "GET /sign-in",
        "GET /sign-in/by-email",
        "GET /sign-in/by-mail",
        "GET /sign-in/code",
        "GET /sign-in/second-step",
        "GET /sign-in/with/{provider:str}/callback",
        "GET /sign-in/with/{provider:str}/continue",
        "GET /sign-up",
        "GET /sign-up/with",
        "GET /terms",
        "GET /unlock",
        "GET /verify",
        "GET /verify/link",
        "POST /api/v2/accounts",
        "POST /api/v2/accounts/verify",
        "POST /api/v2/accounts/verify/resend",
        "POST /api/v2/email_reports/sendgrid",
        "POST /api/v2/password_checks",
        "POST /api/v2/password_resets",
        "POST /api/v2/password_resets/complete",
        "POST /api/v2/sessions",
        "POST /api/v2/sessions/email_code",
        "POST /api/v2/sessions/email_code/complete",
        "POST /api/v2/sessions/passkey",
        "POST /api/v2/sessions/passkey/options",
        "POST /api/v2/sessions/refresh",
        "POST /api/v2/sessions/second_factor",
        "POST /api/v2/sms_reports/twilio",
        "POST /api/v2/unlocks",
        "POST /first-administrator",
        "POST /forgot-password",
        "POST /impersonation",
        "POST /notifications/unsubscribe/{token:str}",
        "POST /notifications/unsubscribed/{token:str}",
        "POST /reset-password",
        "POST /sign-in",
        "POST /sign-in/by-email",
        "POST /sign-in/code",
        "POST /sign-in/passkey",
        "POST /sign-in/second-step",
        "POST /sign-in/with/{provider:str}",
        "POST /sign-in/with/{provider:str}/callback",
        "POST /sign-up",
        "POST /sign-up/with",
        "POST /unlock",
        "POST /verify",
        "POST /verify/link",
        "POST /verify/resend",
    ]


def test_every_public_form_is_rate_limited() -> None:
    for module in MODULES:
        for route in module.routes:
            if route.opt["rule"].may == PUBLIC and "POST" in route.http_methods:
                assert route.opt["rule"].limits, f"{route.paths} has no rate limit"
