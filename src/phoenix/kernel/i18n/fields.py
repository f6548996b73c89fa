"""Validation of input, the same for pages and the API. All problems are reported at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Annotated, TypeVar

from msgspec import Meta

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.addresses import Address, parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.i18n.times import check_zone

T = TypeVar("T")
# A text in a body of the API. Whatever a field takes is less; this bounds what is looked at.
Text = Annotated[str, Meta(max_length=2000)]

# Control characters and lone surrogates, but for line breaks and tabs.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# A name appears within other text, where characters that change the direction of text could make it look like another name.
# The two joiners are needed to write Persian and several Indian languages.
NOT_IN_NAMES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
JOINERS = "\u200c\u200d"
NO_ADDRESS = Address("", "", "")


class Fields:
    """Collects the problems of an input; `check` raises InvalidInput with all of them.

    Each method returns the value as it is stored: composed (NFC), without space at its ends. Call `check` before using the
    values: for an invalid one, the result is not usable.
    """

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def refuse(self, field: str, code: str, detail: str) -> None:
        self.errors.append(FieldError(field, code, detail))

    def attempt(self, field: str, parse: Callable[[], T]) -> T | None:
        """The result of `parse`. If it raises InvalidInput, the problem is reported for `field`."""
        try:
            return parse()
        except InvalidInput as problem:
            self.errors += [FieldError(field, e.code, e.detail) for e in problem.errors] or [FieldError(field, "invalid", problem.detail)]
            return None

    def name(self, text: str, field: str = "name", *, most: int = 100, required: bool = True) -> str:
        """A name as people write it, of at most `most` characters."""
        name = " ".join(unicodedata.normalize("NFC", text).split())
        if not name and required:
            self.refuse(field, "missing", _("Enter a name."))
        self._short_enough(field, name, most)
        if any(unicodedata.category(c) in NOT_IN_NAMES and c not in JOINERS for c in name):
            self.refuse(field, "invalid", _("This contains characters that can't be displayed."))
        return name

    def line(self, field: str, text: str, *, most: int, missing: str) -> str:
        """One line of text; `missing` is the message if it is empty."""
        line = " ".join(unicodedata.normalize("NFC", text).split())
        if not line:
            self.refuse(field, "missing", missing)
        return self._shown(field, line, most)

    def text(self, field: str, text: str, *, most: int) -> str:
        """Text of any number of lines, which can be empty."""
        return self._shown(field, unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip(), most)

    def one_of(self, field: str, value: str, offered: Collection[str], otherwise: str) -> str:
        """One of the allowed values; `otherwise` is the message for any other."""
        if value not in offered:
            self.refuse(field, "unknown", otherwise)
        return value

    def email(self, text: str, field: str = "email") -> Address:
        return self.attempt(field, lambda: parse_address(text)) or NO_ADDRESS

    def time_zone(self, text: str, field: str = "time_zone") -> str:
        self.attempt(field, lambda: check_zone(text))
        return text

    def check(self) -> None:
        """Raises InvalidInput if there was any problem."""
        if self.errors:
            raise InvalidInput(errors=tuple(self.errors))

    def _shown(self, field: str, text: str, most: int) -> str:
        self._short_enough(field, text, most)
        if UNSEEN.search(text):
            self.refuse(field, "invalid", _("This contains characters that can't be displayed."))
        return text

    def _short_enough(self, field: str, text: str, most: int) -> None:
        if len(text) > most:
            self.refuse(field, "too_long", _("Use at most {most} characters. You entered {length}.").format(most=most, length=len(text)))
