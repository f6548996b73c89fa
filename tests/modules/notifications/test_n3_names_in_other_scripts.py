"""N3: a name or title that is written from right to left keeps its place in the sentence, and the sentence keeps its direction."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.emailing import TO
from tests.modules.notifications.notifying import inbox
from tests.modules.notifications.test_n4_delivery_log import LOG

from phoenix.kernel.i18n.isolation import END, FIRST_STRONG

MARYAM, PUMP, OFFICE = "مريم", "משאבה 4", "مكتب"
# With marks of their own, as some keyboards and editors write them.
MARKED = "\u2067عדה\u2069 Ada"


def apart(text: str) -> str:
    return f"{FIRST_STRONG}{text}{END}"


async def mentioned(harness: Harness, name: str) -> str:
    """Bo is mentioned by someone of this name; the sentence, without its place in an element."""
    await harness.organisation("ember", ada="owner", bo="member")
    await harness.sql("UPDATE accounts SET name = $2 WHERE id = $1", harness.people["ada"].id, name)
    await harness.sql("UPDATE organisations SET name = $1", OFFICE)
    await comment(harness, "ada", await entry_of(harness, title=PUMP), mention(harness, "bo"))
    await harness.follow()
    return "{} mentioned you in a comment on “{}” in {}"


@pytest.mark.parametrize("name", [MARYAM, MARKED])
def test_on_the_page_each_name_stands_apart_and_not_the_sentence(harness: Harness, name: str) -> None:
    async def run() -> None:
        async with harness:
            sentence = await mentioned(harness, name)
            for path in ("/notifications", LOG):
                page = (await harness.get(path, by="bo")).text
                assert sentence.format(f"<bdi>{name}</bdi>", f"<bdi>{PUMP}</bdi>", f"<bdi>{OFFICE}</bdi>") in page, path
                assert not re.search(r"<bdi>[^<]*mentioned you", page), path

    asyncio.run(run())


@pytest.mark.parametrize("name", [MARYAM, MARKED])
def test_where_there_are_no_elements_only_the_names_are_isolated(harness: Harness, name: str) -> None:
    async def run() -> None:
        async with harness:
            sentence = (await mentioned(harness, name)).format(apart(name), apart(PUMP), apart(OFFICE))
            assert [item["summary"] for item in await inbox(harness, "bo")] == [sentence]
            await harness.work()
            (mail,) = harness.mails(TO)
            assert mail.subject == sentence
            assert f"\n{sentence}\n" in mail.text
            assert sentence.replace(FIRST_STRONG, "<bdi>").replace(END, "</bdi>") in mail.html or name == MARKED

    asyncio.run(run())


def test_a_name_of_this_direction_stays_as_it_is(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await mentioned(harness, "Ada")
            (item,) = await inbox(harness, "bo")
            assert item["summary"].startswith("Ada mentioned you in a comment on “")

    asyncio.run(run())
