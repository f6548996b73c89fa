"""What is looked at before an email is sent to people: its links, its size, its contrast, and what email apps do not show as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser

from msgspec import Struct

from phoenix.embedded.mailbox.contrast import Contrast, contrasts, without_comments
from phoenix.kernel.language import _

# Gmail shows no more of the HTML of a message, and hides the rest behind a link.
MOST_BYTES = 102 * 1024
# About what a phone shows of a subject.
LONGEST_SUBJECT = 50
# Characters: nobody sees more of it, and an email is untrusted.
MOST_LOOKED_AT = 3 * MOST_BYTES
LINK = re.compile(r"https?://[^\s<>\"]+")
_REMOTE = re.compile(r"^(https?:)?//", re.IGNORECASE)
_DARK = "prefers-color-scheme"


class Link(Struct, frozen=True):
    """Where a link leads, and what it says: nothing in plain text."""

    url: str
    text: str

    @property
    def is_web(self) -> bool:
        """Whether it can be opened from here: an email is untrusted, and other schemes can do more than open a page."""
        return self.url.startswith(("http://", "https://"))


class Checks(Struct, frozen=True):
    """What was found. `limits` are sentences about email apps."""

    links: list[Link]
    bytes: int
    light: Contrast | None
    dark: Contrast | None
    limits: list[str]

    @property
    def is_clipped(self) -> bool:
        return self.bytes > MOST_BYTES


class _Elements(HTMLParser):
    """The elements of an email with what is written beside them, and its links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.links: list[tuple[str, list[str]]] = []
        self._in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found.append((tag, given))
        if tag == "a" and given.get("href"):
            self.links.append((given["href"], []))
            self._in_link = True

    def handle_endtag(self, tag: str) -> None:
        self._in_link = self._in_link and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._in_link:
            self.links[-1][1].append(data)

    def images(self) -> list[dict[str, str]]:
        return [given for tag, given in self.found if tag == "img"]

    def has(self, *tags: str) -> bool:
        return any(tag in tags for tag, _given in self.found)

    def styles(self, pattern: str) -> bool:
        return any(re.search(pattern, given.get("style", ""), re.IGNORECASE) for _tag, given in self.found)


def checked(subject: str, text: str, html: str) -> Checks:
    """The checks of an email. `text` and `html` are empty where it has no such part."""
    elements = _Elements()
    looked_at = without_comments(html[:MOST_LOOKED_AT])
    elements.feed(looked_at)
    links = [Link(url, " ".join(" ".join(words).split())) for url, words in elements.links]
    seen = {link.url for link in links}
    links += [Link(url, "") for url in dict.fromkeys(LINK.findall(text)) if url not in seen]
    light, dark = contrasts(looked_at) if html else (None, None)
    limits = [_(sentence) for applies, sentence in LIMITS if applies(elements, html, text, subject)]
    return Checks(links, len(html.encode()), light, dark, limits)


Applies = Callable[[_Elements, str, str, str], bool]
LIMITS: Sequence[tuple[Applies, str]] = (
    (lambda _e, html, text, _s: bool(html) and not text.strip(), _("Without plain text, many spam filters count it as suspicious.")),
    (lambda _e, _h, _t, subject: len(subject) > LONGEST_SUBJECT, _("Phones cut a subject of more than 50 characters.")),
    (lambda e, *_o: any(not given.get("alt") for given in e.images()), _("An image without an alternative text says nothing while it isn't loaded.")),
    (lambda e, *_o: any(_REMOTE.match(given.get("src", "")) for given in e.images()), _("Outlook and Thunderbird load images from other servers only when asked to.")),
    (lambda e, *_o: any(given.get("src", "").startswith("data:") for given in e.images()), _("Gmail and Outlook don't show images that are inside the HTML.")),
    (lambda e, *_o: e.has("form", "script", "iframe", "object", "video", "audio", "svg"), _("Email apps leave out forms, scripts, frames, videos and SVG.")),
    (lambda e, *_o: e.has("link"), _("Email apps don't load style sheets from other servers.")),
    (lambda e, *_o: e.styles(r"(^|;)\s*(position|float)\s*:|display\s*:\s*(flex|grid)"), _("Outlook for Windows ignores position, float, flex and grid.")),
    (lambda e, *_o: e.styles(r"background(-image)?\s*:[^;]*url\("), _("Outlook for Windows shows no background images.")),
    (lambda e, *_o: e.styles(r"border-radius\s*:\s*[1-9]"), _("Outlook for Windows shows square corners.")),
    (lambda _e, html, *_o: _DARK in html, _("Gmail ignores the style for dark, and changes colours by itself.")),
)  # fmt: skip
