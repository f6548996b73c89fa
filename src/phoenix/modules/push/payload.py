"""What a browser is sent: a small JSON document with a title, a text and a path of ours, whatever people are called."""

from __future__ import annotations

import re

import msgspec

from phoenix.kernel.module import ChannelMessage

MOST_BYTES = 3 * 1024
MOST_TITLE, MOST_TEXT, MOST_TAG = 80, 300, 100
CUT = "…"
ELSEWHERE = "/notifications"
MOST_LINK = 300
# Line breaks and other controls, and every mark that changes the direction of text: a notification is one line of plain text.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]+")


def payload(message: ChannelMessage) -> bytes:
    """The document, of at most 3 KB."""
    return msgspec.json.encode(
        {
            "title": plain(message.title, MOST_TITLE),
            "text": plain(message.text, MOST_TEXT),
            "link": message.link if len(message.link.encode()) <= MOST_LINK else ELSEWHERE,
            "tag": message.tag[:MOST_TAG],
            "language": message.locale.replace("_", "-"),
        }
    )


def plain(text: str, most: int) -> str:
    """A text in one line, without controls, and cut where it is too long."""
    line = " ".join(_CONTROLS.sub(" ", text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + CUT
