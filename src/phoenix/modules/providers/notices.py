"""What the owner of an account is told about its connected identities."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import SecurityNotice

IDENTITY_CONNECTED = SecurityNotice("identity_connected", _("Your account can now be entered with an account elsewhere."))
IDENTITY_DISCONNECTED = SecurityNotice("identity_disconnected", _("An account elsewhere no longer opens your account."))

NOTICES = (
    IDENTITY_CONNECTED,
    IDENTITY_DISCONNECTED,
)
