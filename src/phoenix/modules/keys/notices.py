"""Notices to the owner of an account about API keys."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import SecurityNotice

API_KEY_CREATED = SecurityNotice("api_key_created", _("An API key was created for your account."))

NOTICES = (API_KEY_CREATED,)
