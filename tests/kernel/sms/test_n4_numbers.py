"""N4: phone numbers are read as people write them."""

from __future__ import annotations

import pytest

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.sms.numbers import masked, parse_number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+49 170 1234567", "+491701234567"),
        # As half of Germany writes it: the 0 is dialled only within the country.
        ("+49 (0)170 1234567", "+491701234567"),
        ("0049 (0) 170 / 123 45 67", "+491701234567"),
        ("+490170-1234567", "+491701234567"),
        # In Italy it belongs to the number.
        ("+39 06 1234567", "+39061234567"),
        ("＋８１ ９０ １２３４ ５６７８", "+819012345678"),
        ("+44 (0) 7911 123456", "+447911123456"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("+7.999.123-45-67", "+79991234567"),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, number: str) -> None:
    assert parse_number(written) == number


@pytest.mark.parametrize(
    ("number", "shown"), [("+12125550123", "+1 … 23"), ("+491701234567", "+49 … 67"), ("+4231234567", "+423 … 67"), ("+0", " … +0")]
)
def test_a_number_is_shown_by_its_country_and_its_end(number: str, shown: str) -> None:
    assert masked(number) == shown


@pytest.mark.parametrize("written", ["+49 170", "+49 17012345", "+44 791", "+1 555", "+1 212 555 012", "+81 90 123", "+49"])
def test_a_number_that_is_too_short_for_a_mobile_phone_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_number(written)
    assert [(error.field, error.code) for error in refused.value.errors] == [("number", "invalid")]
