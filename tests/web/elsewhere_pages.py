"""The pages shown before and after an identity provider."""

from __future__ import annotations

from typing import Any

from tests.web.samples import frame, outside

# A page that redirects by itself must not do so while it is tested.
URL = "#main"

ELSEWHERE_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "go-on": ("sign_in/continue.html", outside("/sign-in/with/google", url=URL, provider="Google", next="")),
    "connect": ("sign_in/connect.html", frame("/settings/connect", provider="Google", email="mara.lindqvist@example.com", other=False)),
    "connect-refused": (
        "sign_in/connect.html",
        frame(
            "/sign-in/with/google/callback",
            provider="",
            email="",
            other=False,
            problem="This Google account is connected to another account here. Disconnect it there first.",
        ),
    ),
    "connect-other": (
        "sign_in/connect.html",
        frame("/settings/connect", provider="Google", email="leila.haddad@example.com", other=True, problem="Your address there differs."),
    ),
    "sign-up-with": (
        "sign_in/sign_up_with.html",
        outside("/sign-up/with", form={"name": "Leila Haddad"}, email="leila.haddad@example.com", provider="Google"),
    ),
    "sign-up-with-refused": (
        "sign_in/sign_up_with.html",
        outside(
            "/sign-up/with",
            form={"name": ""},
            email="leila.haddad@example.com",
            provider="Google",
            errors={"name": "Enter a name.", "accept_terms": "Accept the terms to continue."},
        ),
    ),
}
