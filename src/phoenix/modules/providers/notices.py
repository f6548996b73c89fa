"""Notices to the owner of an account about its connected identities."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice

IDENTITY_CONNECTED = SecurityNotice("identity_connected", _("An external account was connected. You can now sign in with it."))
IDENTITY_DISCONNECTED = SecurityNotice(
    "identity_disconnected", _("An external account was disconnected. You can no longer sign in with it.")
)

NOTICES = (
    IDENTITY_CONNECTED,
    IDENTITY_DISCONNECTED,
)
