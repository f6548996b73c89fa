"""Members are found by the beginnings of their names and addresses, in their organisation only."""

from __future__ import annotations

import asyncio

from tests.harness import Harness


def test_members_are_found_by_name_and_address(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member", cy="viewer")
            await harness.organisation("other", bob="owner")
            await harness.sql("UPDATE accounts SET name = 'Bo O''Neil-Lindqvist' WHERE name = 'Bo'")
            for words, names in (
                ("o'neil", {"bo"}),
                ("lindq", {"bo"}),
                ("BO@EX", {"bo"}),
                ("cy", {"cy"}),
                ("b", {"bo"}),
                ("' | !x:*", set()),
                ("", {"ada", "bo", "cy"}),
            ):
                page = (await harness.get(f"/o/ember/members?q={words}", by="ada")).text
                table = page.partition("<tbody")[2].partition("</tbody>")[0]
                found = {name for name in ("ada", "bo", "cy", "bob") if f"{name}<wbr>@example.com" in table}
                assert found == names, words
                assert ("No members found" in page) == (not names)

    asyncio.run(run())
