"""N4: a number that several accounts have, or had."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.sms.texting import BO, PATH, add, code_in, reply, texting
from tests.waiting import until

from phoenix.composition import REGISTRY
from phoenix.modules.sms import queries
from phoenix.modules.sms.actions import number

BOTH_WAIT = """
    SELECT 1 AS both FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) HAVING count(*) = 2
"""


def test_a_number_is_that_of_everyone_who_confirmed_it_and_of_a_few_at_most(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number, "MOST_ACCOUNTS", 2)

    async def run() -> None:
        async with texting(harness) as twilio:
            await harness.person("eve")
            await add(harness, twilio, "bo")
            await add(harness, twilio, "ada")
            await harness.post(PATH, by="eve", json={"number": BO})
            await harness.work()
            answer = await harness.post(f"{PATH}/confirm", by="eve", json={"code": code_in(twilio)})
            assert (answer.status_code, answer.json()["code"]) == (409, "number_in_use")
            assert (await harness.get(PATH, by="eve")).json()["number"] is None

    asyncio.run(run())


def test_of_two_who_confirm_a_number_at_once_only_one_can_be_the_last(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number, "MOST_ACCOUNTS", 1)

    async def run() -> None:
        async with texting(harness) as twilio:
            codes = {}
            for who in ("bo", "ada"):
                await harness.post(PATH, by=who, json={"number": BO})
                await harness.work()
                codes[who] = code_in(twilio)
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(queries.HOLD_NUMBER, BO)
                both = [asyncio.create_task(harness.post(f"{PATH}/confirm", by=who, json={"code": code})) for who, code in codes.items()]
                await until(lambda: harness.sql(BOTH_WAIT))
            assert sorted([(await answer).status_code for answer in both]) == [204, 409]

    asyncio.run(run())


def test_after_an_account_is_erased_its_number_still_gets_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio, "ada")
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            code = code_in(twilio)
            await reply(harness, "STOP", "SM1")
            personal = next(module.personal for module in REGISTRY.modules if module.name == "sms")
            assert personal is not None
            async with harness.runtime.database.transaction() as tx:
                await personal.erase(tx, harness.people["ada"].id)
            for path, given in ((PATH, {"number": BO}), (f"{PATH}/confirm", {"code": code})):
                answer = await harness.post(path, by="bo", json=given)
                assert (answer.status_code, answer.json()["code"]) == (409, "number_stopped"), path
            await reply(harness, "START", "SM2")
            assert (await harness.post(PATH, by="bo", json={"number": BO})).status_code == 204

    asyncio.run(run())
