"""Problems of reports about emails."""

from __future__ import annotations

from phoenix.kernel.errors import Forbidden


class NotSigned(Forbidden):
    code, title = "not_signed", "This report is not signed"
    sentence = "Sign it with the key of PHOENIX_SENDGRID_WEBHOOK_KEY, and send it within a day."
