"""A1, a launch blocker: every valid address can sign up, prove itself, sign in and be reset; no two people become one."""

from __future__ import annotations

import asyncio
import html
import re
import unicodedata

import httpx
import pytest
from tests.harness import PASSWORD, Harness
from tests.oidc.running import csrf_of

from phoenix.kernel.i18n.addresses import parse_address

pytestmark = pytest.mark.slow

NEW_PASSWORD = "eleven kettles on the roof"
LABEL = "d" * 63
REST = f"{LABEL}.{LABEL}.{'d' * 57}.com"  # 189 octets: with 64 and the @ it makes 254

VALID = [
    # Plain, and as people vary it.
    "simple@example.com",
    "very.common@example.com",
    "Upper.Case@Example.COM",
    "  around@example.com  ",
    "x@example.com",
    "1234567890@example.com",
    "_______@example.com",
    "name-with-hyphen@example.com",
    "first.last@sub.do-main.example.co.uk",
    "short@b.co",
    "digits@3com.com",
    "museum@x.museum",
    # Plus tags, apostrophes, and everything else an atom may hold (RFC 5322, 3.2.3).
    "user+tag@example.com",
    "user+mailbox/department=shipping@example.com",
    "o'brien@example.ie",
    "d'arcy+o'neill@example.com",
    "!#$%&'*+-/=?^_`{|}~@example.org",
    "mailhost!username@example.org",
    "user%example.com@example.org",
    "{braces}@example.com",
    "`tick`@example.com",
    "query?string=1&b=2@example.com",
    "100%25@example.com",
    # Quoted local parts (RFC 5321, 4.1.2).
    '"quoted"@example.com',
    '"with space"@example.com',
    '" "@example.com',
    '"two..dots"@example.com',
    '".leading"@example.com',
    '"trailing."@example.com',
    '"at@sign"@example.com',
    '"<angle>,comma;semi:colon[bracket]"@example.com',
    '"quote\\"inside"@example.com',
    '"back\\\\slash"@example.com',
    '"very.(),:;<>[]\\".VERY.\\"very@\\\\ \\"very\\".unusual"@strange.example.com',
    # Domains in their own scripts, as people write them and as machines do (IDNA 2008).
    "idn@münchen.de",
    "aform@xn--bcher-kva.example.com",
    "capitals@BÜCHER.example.org",
    "sharp@faß.de",
    "kanji@例え.jp",
    "cyrillic@пример.рф",
    "fullwidth@ＥＸＡＭＰＬＥ.net",
    "ideographic-stop@example。org",
    # Local parts beyond ASCII (RFC 6531).
    "jörg@example.de",
    "JÖRGEN@example.de",
    "dvo\u0159a\u0301k@example.cz",
    "用户@例え.jp",
    "почта@пример.рф",
    "δοκιμή@παράδειγμα.gr",
    "جميل@مثال.موقع",
    "संपर्क@डाटामेल.भारत",
    '"é è"@example.fr',
    "snow☃man@example.com",
    # At the limit.
    f"{'l' * 64}@example.com",
    f"{'é' * 32}@example.com",
    f'"{"q " * 31}"@example.com',
    f"label@{LABEL}.com",
    f"{'l' * 64}@{REST}",
]

INVALID = [
    "",
    "   ",
    "plain",
    "@example.com",
    "name@",
    "name@@example.com",
    "a@b@example.com",
    ".leading@example.com",
    "trailing.@example.com",
    "two..dots@example.com",
    "inner space@example.com",
    "name@exam ple.com",
    "(comment)name@example.com",
    "name@example.com (comment)",
    "Name <name@example.com>",
    "a@example.com, b@example.com",
    "name;other@example.com",
    "col:on@example.com",
    "back\\slash@example.com",
    "br[ack]et@example.com",
    'unclosed"@example.com',
    '"unclosed@example.com',
    'just"not"right@example.com',
    '""@example.com',
    '"raw"quote"@example.com',
    '"tab\there"@example.com',
    "name@example",
    "name@localhost",
    "name@.example.com",
    "name@example..com",
    "name@example.com.",
    "name@-example.com",
    "name@example-.com",
    "name@under_score.com",
    "name@[127.0.0.1]",
    "name@[IPv6:2001:db8::1]",
    "name@127.0.0.1",
    "name@xn--a.com",
    "name@☃.com",
    "name@soft\u00adhyphen.com",
    "soft\u00adhyphen@example.com",
    "zero\u200bwidth@example.com",
    "right\u202eleft@example.com",
    "\u0301combining@example.com",
    "nu\0ll@example.com",
    "name@nu\0ll.com",
    "null@example.com\0",
    '"nu\0ll"@example.com',
    "line\r\nBcc:evil@example.com",
    "name@example.com\r\nBcc: evil@example.com",
    "name＠example.com",
    "mailto:name@example.com",
    # One beyond the limit.
    f"{'l' * 65}@example.com",
    f"{'é' * 32}e@example.com",
    f'"{"q " * 31}q"@example.com',
    f"label@{LABEL}d.com",
    f"{'l' * 64}@d{REST}",
    f"é{'l' * 62}@{'ü' * 40}.{'ü' * 40}.{'d' * 63}.{'d' * 60}.com",
    "l" * 3000 + "@example.com",
]

GROUPS = [tuple(VALID[at : at + 6]) for at in range(0, len(VALID), 6)]


class Mailbox:
    """One person with one address, at one network address, so that no limit of another's counts."""

    def __init__(self, harness: Harness, number: int, email: str) -> None:
        self.harness, self.email = harness, email
        self.shown = parse_address(email).display
        self.client = harness.new_client(address=f"198.51.100.{number + 1}")

    async def code(self) -> str:
        await self.harness.work()
        newest = self.harness.mails()[0]
        # The local mailbox notes a recipient without quotes where only dots called for them; what was sent has them.
        forms = {form.replace('"', "") for form in (self.shown, parse_address(self.email).envelope)}
        assert newest.to.replace('"', "") in forms, f"{self.email}: the email went to {newest.to}"
        return re.search(r"^\d{8}$", newest.text, re.MULTILINE)[0]  # type: ignore[index]

    async def call(self, path: str, expected: int, **body: object) -> httpx.Response:
        answer = await self.client.post(f"/api/v2{path}", json={**body})
        assert answer.status_code == expected, f"{self.email}: {path}: {answer.text}"
        return answer

    async def fill_in(self, page: str, expected: int, **fields: str) -> httpx.Response:
        """Load a page, and send its form."""
        shown = await self.client.get(page)
        assert shown.status_code == 200, f"{self.email}: {page}"
        answer = await self.client.post(page.partition("?")[0], data={"csrf": csrf_of(shown.text), **fields})
        assert answer.status_code == expected, f"{self.email}: {page}: {answer.text[-3000:]}"
        return answer


@pytest.mark.parametrize("group", GROUPS, ids=[group[0].strip() for group in GROUPS])
def test_a_valid_address_goes_all_the_way_by_the_api(harness: Harness, group: tuple[str, ...]) -> None:
    async def run() -> None:
        async with harness:
            for number, email in enumerate(group):
                me = Mailbox(harness, number, email)
                await me.call("/accounts", 202, email=email, password=PASSWORD, name="Ada", accept_terms=True)
                await me.call("/accounts/verify", 204, email=email, code=await me.code())
                made = await me.call("/sessions", 201, email=email, password=PASSWORD)
                assert made.json()["account"]["email"] == me.shown
                await me.call("/password_resets", 202, email=email)
                await me.call("/password_resets/complete", 204, email=email, code=await me.code(), password=NEW_PASSWORD)
                await me.call("/sessions", 401, email=email, password=PASSWORD)
                # However it is written: as it is shown, and as the mail server sees it.
                for written in (email, me.shown, parse_address(email).envelope):
                    again = await me.call("/sessions", 201, email=written, password=NEW_PASSWORD)
                    assert again.json()["account"]["id"] == made.json()["account"]["id"]
                await me.client.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("group", GROUPS, ids=[group[0].strip() for group in GROUPS])
def test_a_valid_address_goes_all_the_way_by_forms(harness: Harness, group: tuple[str, ...]) -> None:
    async def run() -> None:
        async with harness:
            for number, email in enumerate(group):
                me = Mailbox(harness, number, email)
                page = await me.fill_in("/sign-up", 200, email=email, password=PASSWORD, name="Ada", accept_terms="on")
                kept = html.unescape(re.search(r'name="email" value="([^"]*)"', page.text)[1])  # type: ignore[index]
                sent = {"csrf": csrf_of(page.text), "email": kept, "code": await me.code()}
                assert (await me.client.post("/verify", data=sent)).status_code == 303, email
                me.client.cookies.clear()
                await me.fill_in("/sign-in", 303, email=email, password=PASSWORD)
                me.client.cookies.clear()
                asked = await me.fill_in("/forgot-password", 303, email=email)
                reset = asked.headers["location"]
                shown = await me.client.get(reset)
                kept = html.unescape(re.search(r'name="email"[^>]* value="([^"]*)"', shown.text)[1])  # type: ignore[index]
                assert kept == email.strip(), "the address got lost between two pages"
                await me.fill_in(reset, 303, email=kept, code=await me.code(), password=NEW_PASSWORD)
                await me.fill_in("/sign-in", 422, email=email, password=PASSWORD)
                answer = await me.fill_in("/sign-in", 303, email=email, password=NEW_PASSWORD)
                assert answer.headers["location"] == "/"
                await me.client.aclose()

    asyncio.run(run())


def test_an_invalid_address_is_named_and_nothing_is_lost(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for number, email in enumerate(INVALID):
                client = harness.new_client(address=f"198.51.100.{number + 1}")
                body = {"email": email, "password": PASSWORD, "name": "Ada", "accept_terms": True}
                for path, sent in (
                    ("/accounts", body),
                    ("/password_resets", {"email": email}),
                    ("/accounts/verify/resend", {"email": email}),
                ):
                    answer = await client.post(f"/api/v2{path}", json=sent)
                    assert answer.status_code == 422, (email, path, answer.text)
                    assert [error["field"] for error in answer.json()["errors"]] == ["email"], (email, answer.text)
                # A sign-in says no more than that it did not work.
                assert (await client.post("/api/v2/sessions", json={"email": email[:300], "password": PASSWORD})).status_code == 401, email
                page = await client.get("/sign-up")
                form = {"csrf": csrf_of(page.text), "email": email, "password": PASSWORD, "name": "Ada Byron", "accept_terms": "on"}
                page = await client.post("/sign-up", data=form)
                assert page.status_code == 422, email
                assert 'id="email-error"' in page.text, email
                assert 'value="Ada Byron"' in page.text, email
                assert re.search(r'name="accept_terms"[^>]* checked', page.text), email
                kept = html.unescape(re.search(r'name="email"[^>]* value="([^"]*)"', page.text)[1])  # type: ignore[index]
                assert kept == email, "what was typed is not shown again"
                await client.aclose()
            assert await harness.work() == []
            assert (await harness.sql("SELECT 1 FROM sign_ups"), await harness.events(), harness.mails()) == ([], [], [])

    asyncio.run(run())


PEOPLE = [
    # Homographs: one looks like the other, and is someone else.
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
    # What some provider merges, and another does not.
    ("ada.byron@example.com", "adabyron@example.com"),
    ("ada+x@example.com", "ada@example.com"),
    ("ada-x@example.com", "ada@example.com"),
    ('"ada byron"@example.com', '"ada  byron"@example.com'),
    ("ada@example.com", "ada@sub.example.com"),
    ("ada@googlemail.com", "ada@gmail.com"),
]


@pytest.mark.parametrize(("one", "other"), PEOPLE)
def test_two_people_stay_two(harness: Harness, one: str, other: str) -> None:
    async def run() -> None:
        async with harness:
            ids = []
            for number, (email, password) in enumerate(((one, PASSWORD), (other, NEW_PASSWORD))):
                me = Mailbox(harness, number, email)
                await me.call("/accounts", 202, email=email, password=password, name="Ada", accept_terms=True)
                await me.call("/accounts/verify", 204, email=email, code=await me.code())
                ids.append((await me.call("/sessions", 201, email=email, password=password)).json()["account"]["id"])
                await me.client.aclose()
            assert len(set(ids)) == 2
            me = Mailbox(harness, 2, other)
            await me.call("/sessions", 401, email=one, password=NEW_PASSWORD)
            await me.call("/sessions", 401, email=other, password=PASSWORD)
            # A code of the one proves nothing of the other.
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
def test_one_person_stays_one_however_they_write_it(harness: Harness, one: str, other: str) -> None:
    async def run() -> None:
        async with harness:
            me = Mailbox(harness, 0, one)
            await me.call("/accounts", 202, email=one, password=PASSWORD, name="Ada", accept_terms=True)
            await me.call("/accounts/verify", 204, email=other, code=await me.code())
            mine = (await me.call("/sessions", 201, email=other, password=PASSWORD)).json()["account"]
            assert mine["email"] == parse_address(one).display
            # A second sign-up makes no second account: its owner is told.
            await me.call("/accounts", 202, email=other, password=NEW_PASSWORD, name="Eve", accept_terms=True)
            assert await harness.work() == ["sign_in.send_already_registered"]
            # The same words as for a sign-up that waits, so that nobody learns of the account by trying.
            await me.call("/sessions", 403, email=one, password=NEW_PASSWORD)
            assert len(await harness.sql("SELECT 1 FROM accounts")) == 1
            await me.client.aclose()

    asyncio.run(run())
