"""The fields of an account, checked once for page and API, all errors together."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TypeVar

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.addresses import Address, parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.i18n.times import check_zone
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.passwords import check_strength

T = TypeVar("T")

NAME_MOST = 100
CONTACT_MOST = 200
REASON_LEAST, REASON_MOST = 10, 500
LOCALES = ("en",)


class Fields:
    """Collects what is wrong with an input; `check` raises InvalidInput with all of it."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def refuse(self, field: str, code: str, detail: str) -> None:
        self.errors.append(FieldError(field, code, detail))

    def email(self, text: str, field: str = "email") -> Address | None:
        return self._try(field, lambda: parse_address(text))

    def password(self, text: str, *words: str) -> None:
        self._try("password", lambda: check_strength(text, words=words))

    async def new_password(self, runtime: Runtime, text: str, *words: str) -> None:
        """As `password`, and not known from leaks, where that look-up is on."""
        before = len(self.errors)
        self.password(text, *words)
        if len(self.errors) == before and await runtime.breaches.knows(text):
            self.refuse("password", "breached", _("This password has appeared in a data breach. Choose a different one."))

    def name(self, text: str, field: str = "name") -> str:
        """A name as people write it: trimmed, composed (NFC), without control characters."""
        name = " ".join(unicodedata.normalize("NFC", text).split())
        if not name:
            self.refuse(field, "missing", _("Enter a name."))
        elif len(name) > NAME_MOST:
            self.refuse(field, "too_long", _("Use at most {most} characters.").format(most=NAME_MOST))
        elif any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} and c not in "\u200c\u200d" for c in name):
            self.refuse(field, "invalid", _("This contains characters that can't be displayed."))
        return name

    def contact(self, text: str) -> str:
        """How to reach the person otherwise: any words, on one line."""
        contact = " ".join(unicodedata.normalize("NFC", text).split())
        if len(contact) > CONTACT_MOST:
            self.refuse("contact", "too_long", _("Use at most {most} characters.").format(most=CONTACT_MOST))
        elif any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} for c in contact):
            self.refuse("contact", "invalid", _("This contains characters that can't be displayed."))
        return contact

    def reason(self, text: str, field: str = "reason") -> str:
        """Why staff do something to someone's account: on one line, long enough to be understood later."""
        reason = " ".join(text.split())
        if len(reason) < REASON_LEAST:
            self.refuse(field, "too_short", _("Give a reason, so that others understand it later."))
        elif len(reason) > REASON_MOST:
            self.refuse(field, "too_long", _("Use at most {most} characters.").format(most=REASON_MOST))
        return reason

    def time_zone(self, text: str) -> str:
        self._try("time_zone", lambda: check_zone(text))
        return text

    def locale(self, text: str) -> str:
        if text not in LOCALES:
            self.refuse("locale", "unknown", _("This language isn't available."))
        return text

    def check(self) -> None:
        if self.errors:
            raise InvalidInput(errors=tuple(self.errors))

    def _try(self, field: str, parse: Callable[[], T]) -> T | None:
        try:
            return parse()
        except InvalidInput as problem:
            self.errors += [FieldError(field, e.code, e.detail) for e in problem.errors] or [FieldError(field, "invalid", problem.detail)]
            return None


def checked_reason(text: str) -> str:
    """A reason as it is stored. Raises InvalidInput."""
    fields = Fields()
    reason = fields.reason(text)
    fields.check()
    return reason
