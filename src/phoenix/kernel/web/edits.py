"""Forms that edit what has a version, and what is shown where another version was saved after the form was.

Whatever the form holds stays in its fields, the saved version is shown beside it, and the form now carries the number of that version:
sent again it overwrites exactly what was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from phoenix.kernel.errors import EditConflict, NotFound, PhoenixError
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call


@dataclass(frozen=True, slots=True)
class EditedField:
    """A field of an edit form, and how its value is written for people."""

    name: str
    label: str
    show: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Edits:
    """What a page with an edit form says about it, as `edits` in its context. The `form` there holds what is saved, and its `version`.

    `href` is where the saved version can be read. `refreshed` are fields that describe what the page showed rather than what was entered.
    `act` is what sending the form again does, where that is not overwriting.
    """

    href: str
    fields: tuple[EditedField, ...] = ()
    refreshed: tuple[str, ...] = ()
    act: str = ""


@dataclass(frozen=True, slots=True)
class FieldPair:
    """A field that differs: as it is saved, and as it was entered."""

    label: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the part conflict.html shows. `gone`: what the form was about no longer exists. `own`: the reader saved the other version."""

    sentence: str
    gone: bool = False
    own: bool = False
    by: str = ""
    at: datetime | None = None
    href: str = ""
    act: str = ""
    fields: tuple[FieldPair, ...] = ()


async def shown_again(call: Call, problem: PhoenixError, context: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """The form of a page with what was `sent`, and what a conflict adds to it."""
    saved: Mapping[str, str] = context.get("form", {})
    form = {**saved, **sent}
    edits: Edits | None = context.get("edits")
    if isinstance(problem, NotFound):
        sentence = _("What you were editing has been deleted, or you no longer have access to it. Nothing you entered is lost.")
        return {"form": form, "problem": "", "conflict": Conflict(sentence, gone=True)}
    if edits is None:
        return {"form": form}
    if not isinstance(problem, EditConflict):
        # The version stays the one that was seen: the page has read another one by now.
        return {"form": {**form, "version": sent.get("version", "")}}
    form |= {name: saved[name] for name in ("version", *edits.refreshed)}
    pairs = (FieldPair(field.label, *(field.show(_lines(values[field.name])) for values in (saved, form))) for field in edits.fields)
    fields = tuple(pair for pair in pairs if pair.theirs != pair.mine)
    conflict = Conflict(
        problem.detail,
        own=problem.by == call.actor.account,
        by=await _name(call, problem.by),
        at=problem.at,
        href=edits.href,
        act=edits.act,
        fields=fields,
    )
    return {"form": form, "problem": "", "conflict": conflict}


async def _name(call: Call, account: str | None) -> str:
    if account is None:
        return ""
    if account == call.actor.account:
        return _("you")
    return (await call.registry.names[account.partition("_")[0]].find(call.db, [account])).get(account, "")


def _lines(text: str) -> str:
    """Browsers send line breaks as CR LF, and what is stored has no space at its ends."""
    return text.replace("\r\n", "\n").strip()
