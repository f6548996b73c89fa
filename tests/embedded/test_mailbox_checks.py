"""The checks of the mailbox: links, size, contrast, and limits of email apps; and that every email of ours passes them."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness

from phoenix.composition import REGISTRY
from phoenix.embedded.mailbox.checks import MOST_BYTES, MOST_LOOKED_AT, checked
from phoenix.embedded.mailbox.contrast import ENOUGH, contrasts, ratio, without_comments
from phoenix.embedded.mailbox.store import mailbox_of
from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.language import LANGUAGES, reading
from phoenix.settings import EmailSettings

MAILER = Mailer(EmailSettings(), REGISTRY.template_folders)
DARK = "<style>@media (prefers-color-scheme: dark) { body { background: #000 !important; } .a, .b div { color: #333 !important; } }</style>"


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", REGISTRY.emails)
def test_every_email_is_readable_in_light_and_dark_and_shown_whole(name: str, locale: str) -> None:
    sample = REGISTRY.emails[name]
    with reading(locale):
        mail = MAILER.render(sample.template, **sample.values)
        found = checked(mail.subject, mail.text, mail.html)
    assert found.light is not None
    assert found.dark is not None
    assert found.light.ratio >= ENOUGH, found.light
    assert found.dark.ratio >= ENOUGH, found.dark
    assert found.bytes < MOST_BYTES / 2
    assert not found.is_clipped


def test_contrast_is_that_of_wcag() -> None:
    assert ratio((0, 0, 0), (255, 255, 255)) == ratio((255, 255, 255), (0, 0, 0)) == 21
    assert round(ratio((0x77, 0x77, 0x77), (255, 255, 255)), 2) == 4.48


@pytest.mark.parametrize(
    ("html", "lowest", "text"),
    [
        ("<p>Black on white</p>", 21.0, "Black on white"),
        ('<p style="color:#777">Grey</p><p>Black</p>', 4.5, "Grey"),
        ('<td bgcolor="#777777">On <b style="color: rgb(255, 255, 255)">grey</b></td>', 4.5, "grey"),
        ('<div style="background: black; color: white">One<br>two<p style="color:black;display:none">Hidden</p></div>', 21.0, "One"),
        ('<div style="color:#FFF;background-color:#000">In</div><p>out</p>', 21.0, "In"),
        ("<style>p { color: #fff }</style><!-- <p style='color:#fff'>Not said</p> --><p>Said</p>", 21.0, "Said"),
        ('<p style="color:#777">Grey</i></p><i>After an end without a beginning</i>', 4.5, "Grey"),
        ('<div style="background:transparent"><p style="color:#777 !important">Through</p></div>', 4.5, "Through"),
    ],
)
def test_the_lowest_contrast_is_found(html: str, lowest: float, text: str) -> None:
    light, dark = contrasts(html)
    assert light is not None
    assert (round(light.ratio, 1), light.text, dark) == (lowest, text, None)


@pytest.mark.parametrize(
    "html", ["", "<img alt='x'>", '<p style="color:rebeccapurple">Unknown</p>', '<p style="background:url(x)">On an image</p>']
)
def test_what_cannot_be_measured_is_not(html: str) -> None:
    assert contrasts(html) == (None, None)


def test_the_contrast_in_dark_is_that_of_its_style() -> None:
    light, dark = contrasts(f"{DARK}<body style='background:#fff'><p class='a'>Dark on dark</p><p style='color:#fff'>White</p></body>")
    assert light is not None
    assert dark is not None
    assert (light.text, round(light.ratio, 1)) == ("White", 1.0)
    assert (dark.text, round(dark.ratio, 1), dark.is_enough) == ("Dark on dark", 1.7, False)


def test_links_are_listed_with_what_they_say() -> None:
    html = '<a href="https://a.example/x?y=1&amp;z=2">Open <b>it</b></a><a name="here">Not one</a><a href="mailto:help@a.example">Help</a>'
    found = checked("Hello", "Open https://a.example/x?y=1&z=2 or <https://b.example/>", html)
    assert [(link.url, link.text, link.is_web) for link in found.links] == [
        ("https://a.example/x?y=1&z=2", "Open it", True),
        ("mailto:help@a.example", "Help", False),
        ("https://b.example/", "", True),
    ]


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<img src="https://a.example/1.png">', ["alternative text", "only when asked to"]),
        ('<img src="data:image/png;base64,AA" alt="Logo">', ["inside the HTML"]),
        ("<form></form>", ["leave out forms"]),
        ('<link rel="stylesheet" href="//a.example/a.css">', ["style sheets"]),
        ('<p style="color:#000; position: fixed">', ["ignores position"]),
        ('<p style="display:flex">', ["ignores position"]),
        ('<p style="background-position: top">', []),
        ('<p style="background: #fff url(a.png)">', ["no background images"]),
        ('<p style="border-radius: 10px">', ["square corners"]),
        (DARK, ["ignores the style for dark"]),
        ("<!-- <form> --><p>", []),
    ],
)
def test_limits_of_email_apps_are_said(html: str, said: list[str]) -> None:
    limits = checked("Hello", "Text", html).limits
    assert len(limits) == len(said)
    assert all(words in limit for words, limit in zip(said, limits, strict=True))


def test_limits_of_the_message_are_said() -> None:
    assert [limit[:20] for limit in checked("x" * 51, "", "<p>Only HTML</p>").limits] == ["Without plain text, ", "Phones cut a subject"]
    assert checked("x" * 50, "Only text", "").limits == []
    assert checked("Hello", "Text", "<p>" + "ä" * (MOST_BYTES // 2)).is_clipped


def test_the_checks_of_an_email_are_a_view_of_its_page(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            html = "<p style='color:#999'>Pale</p><a href='javascript:alert(1)'>Bad</a> <a href='https://a.example/'>Good</a>"
            kept = mailbox_of(harness.runtime.settings)
            for to, body in (("bo@example.com", html), ("bo@example.com", ""), ("+491709876543", "")):
                kept.add([to], sender="", subject="Hello", text="See https://b.example/", html=body, source="", at=harness.clock.now())
            async with harness.new_client(address="127.0.0.1") as client:
                page = (await client.get("http://localhost/mailbox/1?view=checks")).text
                assert ("0.1 KB" in page, "2.8 : 1, “Pale”" in page, "Below 4.5 : 1" in page) == (True, True, True)
                assert 'href="javascript' not in page
                assert "javascript:alert(1)" in page
                assert '<a href="https://a.example/" rel="noreferrer">https://a.example/</a> <span class="muted">Good</span>' in page
                page = (await client.get("http://localhost/mailbox/2?view=checks")).text
                assert ("https://b.example/" in page, "Size of the HTML" in page, "None that is known" in page) == (True, False, True)
                assert "Limits of email apps" not in (await client.get("http://localhost/mailbox/3?view=checks")).text

    asyncio.run(run())


@pytest.mark.parametrize(
    ("html", "kept"), [("a<!--b-->c", "ac"), ("a<!--b", "a"), ("<!--" * 50_000, ""), ("a-->b<!-->c-->d", "a-->bc-->d")]
)
def test_comments_are_left_out_however_many_are_never_closed(html: str, kept: str) -> None:
    assert without_comments(html) == kept


def test_no_more_is_looked_at_than_anyone_sees() -> None:
    found = checked("Hello", "Text", " " * MOST_LOOKED_AT + "<a href='https://a.example/'>Far away</a>")
    assert (found.links, found.is_clipped) == ([], True)
