"""Codes are recognised with the digits of any keyboard."""

from __future__ import annotations

import asyncio

import pytest
from tests.effort import little_work
from tests.factors import Factors
from tests.harness import Harness

from phoenix.kernel.i18n.digits import digits_in, letters_and_digits_in

KEYBOARDS = {"full-width": "０１２３４５６７８９", "Arabic": "٠١٢٣٤٥٦٧٨٩", "Persian": "۰۱۲۳۴۵۶۷۸۹", "Devanagari": "०१२३४५६७८९"}


def typed(code: str, keyboard: str) -> str:
    return "".join(KEYBOARDS[keyboard][int(c)] if c.isdigit() else c for c in code)


@pytest.mark.parametrize(
    ("text", "digits"), [("1234 5678", "12345678"), ("１２３", "123"), ("١٢-٣", "123"), ("²½", ""), ("", ""), ("１a２", "12")]
)
def test_digits_of_every_script_are_read_as_ours(text: str, digits: str) -> None:
    assert digits_in(text) == digits


def test_letters_are_read_in_lower_case_and_plain() -> None:
    assert letters_and_digits_in("ＡＢ-ｃ１ ٢") == "abc12"


def test_a_text_longer_than_any_code_is_none() -> None:
    with little_work():
        assert letters_and_digits_in("a" + "\u0301\u0323" * 500_000) == ""
    assert letters_and_digits_in("a" * 100) == "a" * 100


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_codes_by_email_app_and_paper_are_accepted_from_any_keyboard(harness: Harness, keyboard: str) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            assert (await ada.second("totp", typed(ada.now(), keyboard))).status_code == 201
            assert (await ada.second("backup_code", typed(ada.codes[0], keyboard))).status_code == 201
            await harness.person("bo")
            await harness.post("/api/v2/sessions/email_code", json={"email": "bo@example.com"})
            await harness.work()
            sent = {"email": "bo@example.com", "code": typed(harness.code("bo@example.com"), keyboard)}
            assert (await harness.post("/api/v2/sessions/email_code/complete", json=sent)).status_code == 201

    asyncio.run(run())
