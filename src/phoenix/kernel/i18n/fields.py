"""Validation of input, the same for pages and the API. All problems are reported at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.addresses import Address, parse_address
from phoenix.kernel.i18n.times import check_zone
from phoenix.kernel.i18n.written import compose, is_visible, too_many_marks, what_is_wrong
from phoenix.kernel.language import _

T = TypeVar("T")
# A text in a body of the API. Whatever a field takes is less; this bounds what is looked at.
Text = Annotated[str, Meta(max_length=2000)]
# The bound of every text that is sent, in a form or in a body of the API, before anything looks at it.
LONGEST_SENT = 100_000


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
        return self.line(field, text, most=most, missing=_("Enter a name.") if required else "")

    def line(self, field: str, text: str, *, most: int, missing: str, least: int = 1) -> str:
        """One line of text; `missing` is the message if it shows less than `least` characters. Without a message it can be empty."""
        line = self._composed(field, text, most)
        if line is None:
            return ""
        line = " ".join(line.split())
        if (line or missing) and (len(line) < least or not is_visible(line)):
            self.refuse(
                field, "missing" if least == 1 else "too_short", missing or _("This shows nothing. Leave it empty, or enter some text.")
            )
        return self._shown(field, line, most)

    def text(self, field: str, text: str, *, most: int) -> str:
        """Text of any number of lines, which can be empty, but does not look empty where it is not."""
        composed = self._composed(field, text, most)
        if composed is None:
            return ""
        lines = composed.replace("\r\n", "\n").strip()
        if lines and not is_visible(lines):
            self.refuse(field, "missing", _("This shows nothing. Leave it empty, or enter some text."))
        return self._shown(field, lines, most)

    def one_of(self, field: str, value: str, offered: Collection[str], otherwise: str) -> str:
        """One of the allowed values; `otherwise` is the message for any other."""
        if value not in offered:
            self.refuse(field, "unknown", otherwise)
        return value

    def email(self, text: str, field: str = "email") -> Address:
        return self.attempt(field, lambda: parse_address(text)) or NO_ADDRESS

    def time_zone(self, text: str, field: str = "time_zone") -> str:
        """The canonical name of the zone."""
        return self.attempt(field, lambda: check_zone(text)) or text

    def check(self) -> None:
        """Raises InvalidInput if there was any problem."""
        if self.errors:
            raise InvalidInput(errors=tuple(self.errors))

    def sent(self, field: str, value: object) -> None:
        """Refuse a text that is too long for any field, wherever in a value it is; one in an object is named by the object's field."""
        waiting = [(field, value)]
        for name, each in waiting:
            if isinstance(each, str) and len(each) > LONGEST_SENT:
                self._too_long(name, each, LONGEST_SENT)
            elif isinstance(each, Struct):
                waiting += [(inner, getattr(each, inner)) for inner in each.__struct_fields__]
            elif isinstance(each, Mapping):
                waiting += [(name, inner) for pair in each.items() for inner in pair]
            elif isinstance(each, list | tuple | set | frozenset):
                waiting += [(name, inner) for inner in each]

    def _composed(self, field: str, text: str, most: int) -> str | None:
        composed = compose(text, most)
        if composed is None and len(text) > most:
            self._too_long(field, text, most)
        elif composed is None:
            self.refuse(field, "invalid", too_many_marks())
        return composed

    def _shown(self, field: str, text: str, most: int) -> str:
        if len(text) > most:
            self._too_long(field, text, most)
        elif wrong := what_is_wrong(text):
            self.refuse(field, "invalid", wrong)
        return text

    def _too_long(self, field: str, text: str, most: int) -> None:
        self.refuse(field, "too_long", _("Use at most {most} characters. You entered {length}.").format(most=most, length=len(text)))
