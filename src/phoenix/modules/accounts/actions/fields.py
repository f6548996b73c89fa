"""Validation of an account's fields, the same for pages and the API."""

from __future__ import annotations

from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.passwords import check_strength

CONTACT_MOST = 200
REASON_LEAST, REASON_MOST = 10, 500


class AccountFields(Fields):
    """The fields specific to accounts, in addition to the general ones."""

    async def password(self, runtime: Runtime, text: str, *words: str) -> None:
        """A new password: strong enough, not made of `words`, and not known from leaks, if that look-up is on."""
        before = len(self.errors)
        self.attempt("password", lambda: check_strength(text, words=words))
        if len(self.errors) == before and await runtime.breaches.knows(text):
            self.refuse("password", "breached", _("This password has appeared in a data breach. Choose a different one."))

    def contact(self, text: str) -> str:
        """Another contact for the person: any text on one line."""
        return self.name(text, "contact", most=CONTACT_MOST, required=False)

    def reason(self, text: str, field: str = "reason") -> str:
        """The reason for an action by staff on someone's account: one line, long enough to be understood later."""
        return self.line(field, text, most=REASON_MOST, missing=_("Give a reason, so that others understand it later."), least=REASON_LEAST)

    def terms(self, *, accepted: bool) -> None:
        """Check that the terms were accepted."""
        if not accepted:
            self.refuse("accept_terms", "missing", _("Accept the terms to continue."))


def checked_reason(text: str, field: str = "reason") -> str:
    """A reason as it is stored. Raises InvalidInput."""
    fields = AccountFields()
    reason = fields.reason(text, field)
    fields.check()
    return reason
