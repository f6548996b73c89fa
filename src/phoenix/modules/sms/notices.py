"""Notices to the owner of an account about its phone number."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice

NUMBER_ADDED = SecurityNotice("sms_number_added", _("A phone number for text messages was added to your account."))
NUMBER_REMOVED = SecurityNotice("sms_number_removed", _("The phone number for text messages was removed from your account."))

NOTICES = (NUMBER_ADDED, NUMBER_REMOVED)
