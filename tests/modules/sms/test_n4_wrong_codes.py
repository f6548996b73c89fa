"""N4: whoever mistypes a code is told to try again, and only of a code that has ended to request a new one."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import send
from tests.modules.sms.texting import BO, PAGE, PATH, code_in, texting

AGAIN = "This code is wrong. Check the text message, and enter its 8 digits again."
ENDED = "This code is more than 10 minutes old, or there were 5 wrong attempts. Request a new one."


async def confirm(harness: Harness, code: str) -> str:
    """What is said of a code, "" of the right one."""
    answer = await harness.post(f"{PATH}/confirm", by="bo", json={"code": code})
    if answer.status_code == 204:
        return ""
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (422, "code", "wrong_code")
    return str(error["detail"])


def wrong(code: str) -> str:
    """The code with one digit mistyped."""
    return f"{code[:-1]}{(int(code[-1]) + 1) % 10}"


def test_after_a_typo_the_same_code_still_works(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            code = code_in(twilio)
            page = await send(harness, "bo", f"{PAGE}/confirm", code=wrong(code))
            assert page.status_code == 422
            assert AGAIN in page.text
            assert [await confirm(harness, wrong(code)) for _ in range(3)] == [AGAIN] * 3
            assert await confirm(harness, code) == ""

    asyncio.run(run())


@pytest.mark.parametrize("how", ["tried 5 times", "old", "never requested"])
def test_of_a_code_that_has_ended_a_new_one_is_to_be_requested(harness: Harness, how: str) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            if how == "never requested":
                assert await confirm(harness, "12345678") == ENDED
                return
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            code = code_in(twilio)
            if how == "old":
                harness.clock.advance(seconds=599)
                assert await confirm(harness, wrong(code)) == AGAIN
                harness.clock.advance(seconds=1)
            else:
                assert [await confirm(harness, wrong(code)) for _ in range(5)] == [*[AGAIN] * 4, ENDED]
            assert await confirm(harness, wrong(code)) == ENDED
            assert await confirm(harness, code) == ENDED

    asyncio.run(run())
