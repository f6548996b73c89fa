"""The lowest contrast of the text of an email with its ground, as WCAG 2.2 (1.4.3) measures it, in light and in dark."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from css_inline import CSSInliner
from msgspec import Struct

Colour = tuple[int, int, int]

# What WCAG asks of text of the usual size.
ENOUGH = 4.5
LONGEST_SAMPLE = 60
_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_RGB = re.compile(r"rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)", re.IGNORECASE)
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0)}
# Nothing ever ends these (HTML, 13.1.2).
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_NO_TEXT = frozenset({"head", "script", "style", "title"})
_BLACK, _WHITE = _NAMED["black"], _NAMED["white"]


class Contrast(Struct, frozen=True):
    """The lowest ratio, from 1 to 21, and the text that has it."""

    ratio: float
    text: str

    @property
    def is_enough(self) -> bool:
        return self.ratio >= ENOUGH


def contrasts(html: str) -> tuple[Contrast | None, Contrast | None]:
    """The lowest contrast in light and in dark; None where there is no text, or no style for dark.

    Only what is written beside an element counts, as Phoenix sends it; a style sheet only for dark.
    """
    plain = without_comments(html)
    dark = "".join(_DARK.findall(plain))
    inliner = CSSInliner(load_remote_stylesheets=False, extra_css=dark) if dark else None
    return _lowest(plain), _lowest(inliner.inline(plain)) if inliner else None


def without_comments(html: str) -> str:
    """In one pass, however many of them are never closed."""
    kept, at = [], 0
    while (begins := html.find("<!--", at)) >= 0:
        kept.append(html[at:begins])
        ends = html.find("-->", begins)
        if ends < 0:
            return "".join(kept)
        at = ends + len("-->")
    return "".join([*kept, html[at:]])


def ratio(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


class _Look(Struct, frozen=True):
    tag: str
    colour: Colour | None
    ground: Colour | None
    hidden: bool


class _Reader(HTMLParser):
    """Follows what colours each text has. A colour that is not understood is None, and its text is not measured."""

    def __init__(self) -> None:
        super().__init__()
        self.lowest: Contrast | None = None
        self._open = [_Look("", _BLACK, _WHITE, hidden=False)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        above, given = self._open[-1], dict(attrs)
        style = _declared(given.get("style") or "")
        ground = style.get("background-color") or given.get("bgcolor") or ""
        hidden = above.hidden or tag in _NO_TEXT or style.get("display") == "none"
        colour = _colour(style["color"]) if "color" in style else above.colour
        self._open.append(_Look(tag, colour, above.ground if ground in {"", "transparent", "none"} else _colour(ground), hidden))

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, look in enumerate(self._open) if look.tag == tag and place]
        if places:
            del self._open[places[-1] :]

    def handle_data(self, data: str) -> None:
        look, text = self._open[-1], " ".join(data.split())
        if not text or look.hidden or look.colour is None or look.ground is None:
            return
        found = ratio(look.colour, look.ground)
        if self.lowest is None or found < self.lowest.ratio:
            self.lowest = Contrast(found, text[:LONGEST_SAMPLE])


def _lowest(html: str) -> Contrast | None:
    reader = _Reader()
    reader.feed(html)
    return reader.lowest


def _declared(style: str) -> dict[str, str]:
    """What applies of the declarations of one element: the last of each name, and what is important before all others."""
    found: dict[str, tuple[bool, str]] = {}
    for name, _colon, value in (one.lower().partition(":") for one in style.split(";")):
        important = "!important" in value
        # The shorthand sets the colour too.
        called = "background-color" if name.strip() == "background" else name.strip()
        if important or not found.get(called, (False, ""))[0]:
            found[called] = important, value.replace("!important", "").strip()
    return {name: value for name, (_important, value) in found.items()}


def _colour(text: str) -> Colour | None:
    if found := _HEX.search(text):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.search(text):
        return min(int(found[1]), 255), min(int(found[2]), 255), min(int(found[3]), 255)
    return _NAMED.get(text)


def _luminance(colour: Colour) -> float:
    red, green, blue = (part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
