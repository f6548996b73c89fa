"""A1, a launch blocker: every valid address can sign up, be confirmed, sign in and be reset; no two people share an account."""

from __future__ import annotations

import asyncio
import html
import re

import pytest
from tests.blockers.mailboxes import NEW_PASSWORD, Mailbox
from tests.harness import PASSWORD, Harness
from tests.oidc.running import csrf_of

from phoenix.kernel.i18n.addresses import parse_address

pytestmark = pytest.mark.slow
LABEL = "d" * 63
REST = f"{LABEL}.{LABEL}.{'d' * 57}.com"  # 189 octets: with 64 and the @ it makes 254
VALID = [
    # Plain addresses and common variations.
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
    # Plus tags, apostrophes, and every other character that an atom can contain (RFC 5322, 3.2.3).
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
    # As long as allowed.
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
    # One character too long.
    f"{'l' * 65}@example.com",
    f"{'é' * 32}e@example.com",
    f'"{"q " * 31}q"@example.com',
    f"label@{LABEL}d.com",
    f"{'l' * 64}@d{REST}",
    f"é{'l' * 62}@{'ü' * 40}.{'ü' * 40}.{'d' * 63}.{'d' * 60}.com",
    "l" * 3000 + "@example.com",
]
GROUPS = [tuple(VALID[at : at + 6]) for at in range(0, len(VALID), 6)]


@pytest.mark.parametrize("group", GROUPS, ids=[group[0].strip() for group in GROUPS])
def test_a_valid_address_works_in_every_step_of_the_api(harness: Harness, group: tuple[str, ...]) -> None:
    async def run() -> None:
        async with harness:
            for number, email in enumerate(group):
                me = Mailbox(harness, number, email)
                await me.call("/accounts", 202, email=email, password=PASSWORD, name="Ada", accept_terms=True)
                await me.call("/accounts/verify", 204, email=email, code=await me.code(), password=PASSWORD)
                made = await me.call("/sessions", 201, email=email, password=PASSWORD)
                assert made.json()["account"]["email"] == me.shown
                await me.call("/password_resets", 202, email=email)
                await me.call("/password_resets/complete", 204, email=email, code=await me.code(), password=NEW_PASSWORD)
                await me.call("/sessions", 401, email=email, password=PASSWORD)
                # Either form can appear: the one displayed, and the one sent to the mail server.
                for written in (email, me.shown, parse_address(email).envelope):
                    again = await me.call("/sessions", 201, email=written, password=NEW_PASSWORD)
                    assert again.json()["account"]["id"] == made.json()["account"]["id"]
                await me.client.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("group", GROUPS, ids=[group[0].strip() for group in GROUPS])
def test_a_valid_address_works_in_every_form(harness: Harness, group: tuple[str, ...]) -> None:
    async def run() -> None:
        async with harness:
            for number, email in enumerate(group):
                me = Mailbox(harness, number, email)
                made = await me.fill_in("/sign-up", 303, email=email, password=PASSWORD, name="Ada", accept_terms="on")
                page = await me.client.get(made.headers["location"])
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
                assert kept == email.strip(), "the address was lost between two pages"
                await me.fill_in(reset, 303, email=kept, code=await me.code(), password=NEW_PASSWORD)
                await me.fill_in("/sign-in", 422, email=email, password=PASSWORD)
                answer = await me.fill_in("/sign-in", 303, email=email, password=NEW_PASSWORD)
                assert answer.headers["location"] == "/"
                await me.client.aclose()

    asyncio.run(run())


def test_an_invalid_address_is_reported_and_the_form_keeps_what_was_typed(harness: Harness) -> None:
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
                # A sign-in says only that it failed.
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
