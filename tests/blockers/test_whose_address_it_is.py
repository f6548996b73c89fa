"""Blocker: two people who became one by their addresses, and one person who became two."""

from __future__ import annotations

import asyncio
import unicodedata

import pytest
from tests.blockers.mailboxes import NEW_PASSWORD, Mailbox
from tests.harness import PASSWORD, Harness

from phoenix.kernel.i18n.addresses import parse_address

PEOPLE = [
    # Homographs: they look alike, but belong to different people.
    ("ada@example.com", "аda@example.com"),  # Cyrillic а
    ("a@apple.com", "a@аррӏе.com"),
    ("o@example.com", "ο@example.com"),  # Greek ο
    ("ﬁ@example.com", "fi@example.com"),
    ("ａda@example.com", "ada@example.com"),  # full width
    ("ı@example.com", "i@example.com"),  # dotless
    ("straße@example.de", "strasse@example.de"),
    ("a@faß.de", "a@fass.de"),
    ("josé@example.com", "jose@example.com"),
    ("²@example.com", "2@example.com"),
    # Variants that some mail providers merge and others do not.
    ("ada.byron@example.com", "adabyron@example.com"),
    ("ada+x@example.com", "ada@example.com"),
    ("ada-x@example.com", "ada@example.com"),
    ('"ada byron"@example.com', '"ada  byron"@example.com'),
    ("ada@example.com", "ada@sub.example.com"),
    ("ada@googlemail.com", "ada@gmail.com"),
]


@pytest.mark.parametrize(("one", "other"), PEOPLE)
def test_two_people_with_similar_addresses_have_two_accounts(harness: Harness, one: str, other: str) -> None:
    async def run() -> None:
        async with harness:
            ids = []
            for number, (email, password) in enumerate(((one, PASSWORD), (other, NEW_PASSWORD))):
                me = Mailbox(harness, number, email)
                await me.call("/accounts", 202, email=email, password=password, name="Ada", accept_terms=True)
                await me.call("/accounts/verify", 204, email=email, code=await me.code(), password=password)
                ids.append((await me.call("/sessions", 201, email=email, password=password)).json()["account"]["id"])
                await me.client.aclose()
            assert len(set(ids)) == 2
            me = Mailbox(harness, 2, other)
            await me.call("/sessions", 401, email=one, password=NEW_PASSWORD)
            await me.call("/sessions", 401, email=other, password=PASSWORD)
            # A code for one address does not confirm the other.
            await me.call("/password_resets", 202, email=other)
            code = await me.code()
            await me.call("/password_resets/complete", 422, email=one, code=code, password="four hats in a row")
            await me.client.aclose()

    asyncio.run(run())


SAME = [
    ("ada@example.com", "ADA@EXAMPLE.COM"),
    ("Jörg@example.de", "JÖRG@EXAMPLE.DE"),
    ("jörg@example.de", unicodedata.normalize("NFD", "jörg@example.de")),
    ("ada@münchen.de", "ada@XN--MNCHEN-3YA.de"),
    ("ada@münchen.de", unicodedata.normalize("NFD", "ada@MÜNCHEN.de")),
    ('"ada"@example.com', "ada@example.com"),
    ("почта@пример.рф", "ПОЧТА@ПРИМЕР.РФ"),
    ("ada@example.com", "\t ada@example.com \n"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_person_has_one_account_however_they_write_their_address(harness: Harness, one: str, other: str) -> None:
    async def run() -> None:
        async with harness:
            me = Mailbox(harness, 0, one)
            await me.call("/accounts", 202, email=one, password=PASSWORD, name="Ada", accept_terms=True)
            await me.call("/accounts/verify", 204, email=other, code=await me.code(), password=PASSWORD)
            mine = (await me.call("/sessions", 201, email=other, password=PASSWORD)).json()["account"]
            assert mine["email"] == parse_address(one).display
            # A second sign-up creates no second account; the owner is notified.
            await me.call("/accounts", 202, email=other, password=NEW_PASSWORD, name="Eve", accept_terms=True)
            assert await harness.work() == ["sign_in.send_already_registered"]
            # The same text as for a pending sign-up, so that nobody can find out about the account by trying.
            await me.call("/sessions", 403, email=one, password=NEW_PASSWORD)
            assert len(await harness.sql("SELECT 1 FROM accounts")) == 1
            await me.client.aclose()

    asyncio.run(run())
