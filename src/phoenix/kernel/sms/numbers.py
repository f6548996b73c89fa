"""Phone numbers in E.164: read as people write them, shown masked, and refused where a message would cost much or go nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.digits import digits_in
from phoenix.kernel.language import _

LONGEST_WRITTEN = 60
LEAST_DIGITS, MOST_DIGITS = 8, 15
# ITU-T E.164: the country codes of one digit, of two and of three.
_COUNTRY = re.compile(
    r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|(?:2[1-69]|3[578]|42|5[09]|6[7-9]|8[58]|9[679])[0-9]", re.ASCII
)
# Numbers that are no country's (satellites, shared cost, premium rate), and in countries those at a premium rate, of which whoever rents one is
# paid a share for each message.
_COSTLY = (
    *("878", "881", "882", "883", "888", "979", "991", "999"),
    *("1900", "449", "4470", "4487", "49900", "49137", "49180", "43900", "43901", "43930", "43931", "41900", "41901", "41906"),
    *("3389", "39892", "39895", "39899", "3190", "3290", "34803", "34806", "34807", "34905", "4870", "81990", "6119"),
)


def parse_number(text: str, allowed: Sequence[str] = ()) -> str:
    """A number such as "+49 170 1234567" in E.164. `allowed` are the beginnings of those that may be used, such as +49; none is all.

    Raises InvalidInput.
    """
    if len(text) > LONGEST_WRITTEN or not (digits := _digits(text)):
        raise _refused("invalid", _("Enter the number with its country code, such as +49 170 1234567."))
    if not LEAST_DIGITS <= len(digits) <= MOST_DIGITS or not country(f"+{digits}"):
        raise _refused("invalid", _("This isn't a phone number. Check the country code and the digits."))
    if digits.startswith(_COSTLY):
        raise _refused("costly", _("Messages to this number would cost extra. Use the number of a mobile phone."))
    if allowed and not f"+{digits}".startswith(tuple(allowed)):
        raise _refused("country", _("Text messages aren't sent to this country. Use another number."))
    return f"+{digits}"


def _digits(text: str) -> str:
    """The digits after + or 00, "" where there is neither, or where something else than digits and what separates them stands."""
    written = text.strip().replace("＋", "+")
    if any(not (c.isdecimal() or c.isspace() or c in "+-./()‐‑–") for c in written) or "+" in written[1:]:
        return ""
    digits = digits_in(written)
    if written.startswith("+"):
        return digits
    return digits[2:] if digits.startswith("00") else ""


def country(number: str) -> str:
    """The country code of a number in E.164, such as +49; "" where there is none."""
    found = _COUNTRY.match(number, 1)
    return f"+{found[0]}" if found else ""


def masked(number: str) -> str:
    """Enough of a number for its owner to know it: its country and its last two digits."""
    return f"{country(number)} … {number[-2:]}"


def is_number(text: str) -> bool:
    """Whether a text is a number in E.164."""
    return text.startswith("+") and text[1:].isascii() and text[1:].isdecimal() and len(text) <= MOST_DIGITS + 1


def _refused(code: str, sentence: str) -> InvalidInput:
    return InvalidInput(errors=(FieldError("number", code, sentence),))
