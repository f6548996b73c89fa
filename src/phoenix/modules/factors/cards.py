"""The step of the checklist that factors add."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import WelcomeStep

SECOND_FACTOR = WelcomeStep(
    "factors.second_factor",
    _("Protect your account"),
    _("With a passkey or an authenticator app, a stolen password isn't enough to sign in."),
    _("Set up"),
    icon="shield-check",
    path="/settings/security",
    done="""
        EXISTS (SELECT 1 FROM totp_secrets WHERE account_id = $2 AND confirmed_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM passkeys WHERE account_id = $2)
    """,
    order=30,
)
