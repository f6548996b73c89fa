"""Phone numbers in E.164: read as people write them, shown masked, and refused where a message would cost much or go nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    REGION_CODE_FOR_NON_GEO_ENTITY,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_possible_number_for_type,
    number_type,
    parse,
)

from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.digits import digits_in
from phoenix.kernel.language import _

LONGEST_WRITTEN = 60
LONGEST_COUNTRY = 3
# Of these, whoever rents one is paid a share for each message, or the sender pays more. So are numbers of no country (satellites, networks).
_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.VOICEMAIL})


def parse_number(text: str, allowed: Sequence[str] = ()) -> str:
    """A number such as "+49 (0)170 1234567" in E.164. `allowed` are the beginnings of those that may be used, such as +49; none is all.

    Only its length is checked, as one of mobile phones, besides its kind: which numbers are in use changes too often to refuse any. Raises InvalidInput.
    """
    if len(text) > LONGEST_WRITTEN or not (digits := _digits(text)):
        raise _refused("invalid", _("Enter the number with its country code, such as +49 170 1234567."))
    found = _parsed(digits)
    if found is None:
        raise _refused("invalid", _("This isn't a phone number. Check the country code and the digits."))
    number = format_number(found, PhoneNumberFormat.E164)
    nowhere = REGION_CODE_FOR_NON_GEO_ENTITY in COUNTRY_CODE_TO_REGION_CODE.get(found.country_code or 0, ())
    if nowhere or number_type(found) in _COSTLY:
        raise _refused("costly", _("Messages to this number would cost extra. Use the number of a mobile phone."))
    if allowed and not number.startswith(tuple(allowed)):
        raise _refused("country", _("Text messages aren't sent to this country. Use another number."))
    return number


def _parsed(digits: str) -> PhoneNumber | None:
    """The number, without the 0 that people write after the code of a country where it does not belong there."""
    try:
        found = parse(f"+{digits}", None)
    except NumberParseException:
        return None
    return found if is_possible_number_for_type(found, PhoneNumberType.MOBILE) else None


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
    codes = (number[1 : 1 + length] for length in range(1, LONGEST_COUNTRY + 1))
    return next((f"+{code}" for code in codes if code.isdecimal() and int(code) in COUNTRY_CODE_TO_REGION_CODE), "")


def masked(number: str) -> str:
    """Enough of a number for its owner to know it: its country and its last two digits."""
    return f"{country(number)} … {number[-2:]}"


def _refused(code: str, sentence: str) -> InvalidInput:
    return InvalidInput(errors=(FieldError("number", code, sentence),))
