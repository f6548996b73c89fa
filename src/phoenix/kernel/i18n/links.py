"""What email apps and phones make links of, in text that people wrote."""

from __future__ import annotations

import re
import unicodedata

# The dots of hosts (UTS 46 maps the last three to the first), an @, and the colon of a scheme. Sentences in Japanese end with such a dot and
# no space, so it joins only Latin letters and digits.
_JOINING = re.compile("[.\u3002\uff0e\uff61@:]")
_DOTS = frozenset(".\u3002\uff0e\uff61")
# An address of IPv4 with a path or a port: four numbers alone can be a version.
_NUMBERS = re.compile(r"(?<![\d.])((?:\d{1,3}\.){3}\d{1,3})(?=[/:]\S)")
_LINK = re.compile(r"://|\S@\S|[^\s.(\[{]\.[^\W\d_](?:[^\W\d_]|[^\s\x00-\x7f])|[a-zA-Z0-9][\u3002\uff0e\uff61][a-zA-Z]{2}")


def unlinked(text: str) -> str:
    """Text that people wrote, so that no app makes a link of an address in it: with a space after what joins one.

    What nobody sees, such as a soft hyphen, stands between nothing: whoever drops it would put an address together again. Of the result it
    leaves all as it is. A number that a phone offers to call stays.
    """
    text = _NUMBERS.sub(lambda found: found[1].replace(".", ". "), text)
    return _JOINING.sub(lambda found: f"{found[0]} " if _joins(text, found.start()) else found[0], text)


def has_link(text: str) -> bool:
    """Whether an app would make a link of some of it."""
    seen = "".join(c for c in text if not _is_unseen(c))
    return bool(_LINK.search(seen) or _NUMBERS.search(seen))


def _joins(text: str, at: int) -> bool:
    before, after = _seen_before(text, at), _seen_after(text, at)
    if not after or after.isspace():
        return False
    if text[at] == "@":
        return True
    kind = unicodedata.category(before) if before else ""
    if text[at] == ":":
        return kind[:1] in {"L", "M"}
    if not before or before.isspace() or before in _DOTS or kind in {"Ps", "Pi"}:
        return False
    if text[at] != "." and not (before.isascii() and after.isascii()):
        return False
    # 1.2 is a number.
    return not (before.isdecimal() and after.isdecimal()) and (unicodedata.category(after)[0] in "LMNS" or after == "_")


def _seen_before(text: str, at: int) -> str:
    while at > 0:
        at -= 1
        if not _is_unseen(text[at]):
            return text[at]
    return ""


def _seen_after(text: str, at: int) -> str:
    for place in range(at + 1, len(text)):
        if not _is_unseen(text[place]):
            return text[place]
    return ""


def _is_unseen(c: str) -> bool:
    return unicodedata.category(c) in {"Cf", "Cn", "Co", "Cs"} or c == "\u034f" or "\ufe00" <= c <= "\ufe0f"
