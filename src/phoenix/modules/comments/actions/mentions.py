"""Mentions: `@[acc_…]` in what is stored, and `@Name` where people read and write it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from markupsafe import Markup, escape

from phoenix.kernel.data.database import Reader
from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.language import _
from phoenix.modules.comments import queries

MOST_MENTIONS = 20
LONGEST_NAME = 100
MENTION = re.compile(r"@\[(acc_[0-9a-z]{1,36})\]")
# An address is no mention: what stands before the @ is no letter, digit or full stop. Except of a script that writes no spaces between
# words (Thai to Khmer, kana, Han): there a name can follow another word at once, and another word a name.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Japanese keyboards write a wide @ and a wide space.
_TYPED = re.compile(rf"(?<![^\W{_UNSPACED}])(?<![.@＠])[@＠](?=[^\s@＠])")
_MARK = Markup("<strong><bdi>@{}</bdi></strong>")
_GOES_ON = re.compile(rf"[^\W_{_UNSPACED}]")


def mentions_in(body: str) -> list[str]:
    """The accounts that a body mentions, in order, each once."""
    return list(dict.fromkeys(MENTION.findall(body)))


def with_names(body: str, names: Mapping[str, str]) -> str:
    """A body as people read it. Someone who has no name any more is “Someone”."""
    return MENTION.sub(lambda found: f"@{names.get(found[1], _('Someone'))}", body)


def with_marks(body: str, names: Mapping[str, str]) -> Markup:
    """The same for a page, on which it can be seen who was mentioned: what only looks like a mention is no different from other text."""
    parts = MENTION.split(body)
    shown = [escape(part) if place % 2 == 0 else _MARK.format(names.get(part, _("Someone"))) for place, part in enumerate(parts)]
    return Markup().join(shown)


async def with_ids(db: Reader, organisation: str, text: str, chosen: Collection[str] = ()) -> str:
    """A text as it is stored: every `@` before the name of a member becomes a mention, of the longest name that is there.

    Of members with the same name, the one who was `chosen`; if nobody was, it stays text.
    """
    places = [found.end() for found in _TYPED.finditer(text)][:MOST_MENTIONS]
    if not places:
        return text
    parts = [text[place : place + LONGEST_NAME].replace("\u3000", " ") for place in places]
    matches: dict[int, list[queries.Match]] = {}
    for match in await db.all(queries.MATCHES, organisation, parts):
        if not _GOES_ON.match(parts[match.place - 1], match.length):
            matches.setdefault(match.place - 1, []).append(match)
    for number in sorted(matches, reverse=True):
        longest = max(match.length for match in matches[number])
        named = [match.account for match in matches[number] if match.length == longest]
        known = named if len(named) == 1 else [account for account in named if account in chosen]
        if len(known) == 1:
            start = places[number]
            text = f"{text[: start - 1]}@[{known[0]}]{text[start + longest :]}"
    return text


async def check_mentions(db: Reader, organisation: str, body: str, *, before: str = "") -> list[str]:
    """Who is mentioned now and is not in the text before. Raises InvalidInput for too many, and for someone who is not a member."""
    mentioned, former = mentions_in(body), mentions_in(before)
    fresh = [account for account in mentioned if account not in former]
    if len(mentioned) > MOST_MENTIONS:
        raise _refused("too_many", _("Mention at most {most} people.").format(most=MOST_MENTIONS))
    members = await db.all(queries.ARE_MEMBERS, organisation, fresh) if fresh else []
    if set(fresh) - set(members):
        raise _refused("unknown", _("You can only mention members of the organisation."))
    return fresh


def _refused(code: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, errors=(FieldError("body", code, sentence),))
