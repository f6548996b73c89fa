"""Problems of text messages."""

from __future__ import annotations

from phoenix.kernel.errors import Conflict, Forbidden


class NumberStopped(Conflict):
    code, title = "number_stopped", "This number gets no text messages"
    sentence = "Someone replied STOP from it. Send START from this phone to the number our messages came from, then try again."


class NumberInUse(Conflict):
    code, title = "number_in_use", "This number is used by too many accounts"
    sentence = "Remove it from another account, or use another number."


class ReportNotSigned(Forbidden):
    code, title = "sms_report_not_signed", "This report is not signed"
    sentence = "Sign it with the auth token of PHOENIX_TWILIO_TOKEN, over the public address of this installation."
