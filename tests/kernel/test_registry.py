"""Modules that do not fit together are refused at the start, with one line that names the module and the fix."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from inspect import getclosurevars
from pathlib import Path
from typing import Any

import pytest

from phoenix.composition import MODULES
from phoenix.kernel.data.events import Event
from phoenix.kernel.module import Card, EventGroup, EventKind, FirstAction, Module, NavigationItem, NotificationKind, Permission, Slot
from phoenix.kernel.registry import Registry, RegistryError
from phoenix.kernel.runtime import Part
from phoenix.settings.declare import setting

HERE = Path(__file__).parent
READ = Permission("notes.read", "Read notes")
STAFF = Permission("notes.staff", "Read all notes", scope="platform")


class NotePosted(Event, frozen=True, kw_only=True, kind="notes.posted"):
    author_id: str


@dataclass(frozen=True)
class Options:
    """Settings of a module."""

    most: int = setting("MOST", 5, "How many.")


def client() -> type[Any]:
    """A new class called Client on each call, since two modules can each have one."""

    class Client:
        pass

    return Client


CLIENT = client()


async def load(_: Any) -> Mapping[str, Any]:
    return {}


def notes(name: str = "notes", **declared: Any) -> Module:
    return Module(name, "Notes.", HERE, **declared)


def part(kind: type[Any]) -> Part:
    return Part(kind, lambda _: nullcontext(kind()))


def posted(**shown: Any) -> tuple[EventKind, ...]:
    return (EventKind(NotePosted, act=None, **shown),)


def notified(**given: Any) -> NotificationKind:
    return NotificationKind("notes.posted", NotePosted, label="Notes", words="Posted", why="It was posted.", **given)


# The declaration, the part that is refused, and the fix that the error names.
REFUSED: dict[str, tuple[tuple[Module, ...], str, str]] = {
    "two modules with the same name": ((notes(), notes()), "Two modules are called notes", "Rename one"),
    "needing a module that comes later": (
        (notes(needs=("files",)), notes("files")),
        "Module notes needs files, which is not among",
        "Put files before it",
    ),
    "needing a module that only receives": (
        (notes("feed", receives=True), notes(needs=("feed",))),
        "Module notes needs feed, which only receives",
        "Remove feed",
    ),
    "the same permission in two modules": (
        (notes(permissions=(READ,)), notes("files", permissions=(READ,))),
        "Modules notes and files bring the same permission: notes.read",
        "Rename or remove one",
    ),
    "the same permission twice in one module": (
        (notes(tables=("notes", "notes")),),
        "Module notes twice brings the same table: notes",
        "Rename or remove one",
    ),
    "the same type opened twice": (
        (notes(parts=(part(CLIENT),)), notes("files", parts=(part(CLIENT),))),
        f"Modules notes and files bring the same part: {__name__}.client.<locals>.Client",
        "Rename or remove one",
    ),
    "the same type opened and read as settings": (
        (notes(settings=Options), notes("files", parts=(part(Options),))),
        f"Modules notes and files bring the same part: {__name__}.Options",
        "Rename or remove one",
    ),
    "the same place offered twice": (
        (notes(places=("side",)), notes("files", places=("side",))),
        "bring the same place: side",
        "Rename or remove one",
    ),
    "a slot for an unknown place": (
        (notes(slots=(Slot("side", "notes/side.html", load),)), notes("files", places=("top", "foot"))),
        "Module notes fills the place side, which no module offers",
        "Use one of: foot, top",
    ),
    "a slot where no module offers places": (
        (notes(slots=(Slot("side", "", load),)),),
        "Module notes fills the place side",
        "none is offered",
    ),
    "a role with an unknown permission": (
        (notes(roles={"owner": frozenset({"notes.raed"})}),),
        "Module notes gives role owner the permission notes.raed, which no module declares",
        "correct the name",
    ),
    "a role with a platform permission": (
        (notes(permissions=(STAFF,), roles={"owner": frozenset({"notes.staff"})}),),
        "Module notes gives role owner the permission notes.staff, which is for the whole platform",
        "Remove it from roles",
    ),
    "a permission that implies an unknown one": (
        (notes(permissions=(Permission("notes.write", "", implies=("notes.raed",)),)),),
        "Module notes lets notes.write imply the permission notes.raed, which no module declares",
        "correct the name",
    ),
    "a card with an unknown permission": (
        (notes(cards=(Card("notes.count", "", "SELECT 1", "", "notes.raed"),)),),
        "Module notes shows the card notes.count to those with the permission notes.raed, which no module declares",
        "correct the name",
    ),
    "a navigation item with an unknown permission": (
        (notes(navigation=(NavigationItem("Notes", "entry", "/notes", "notes.raed"),)),),
        "Module notes shows “Notes” in the navigation to those with the permission notes.raed, which no module declares",
        "correct the name",
    ),
    "a first action with an unknown permission": (
        (notes(first_actions=(FirstAction("New note", "", "plus", "/notes/new", "notes.raed"),)),),
        "Module notes offers the first action “New note” to those with the permission notes.raed, which no module declares",
        "correct the name",
    ),
    "an event's permission": (
        (notes(events=posted(permission="notes.raed")),),
        "Module notes shows the event notes.posted to those with the permission notes.raed, which no module declares",
        "correct the name",
    ),
    "an event's group": (
        (notes(events=posted(group="ntoes")),),
        "Module notes declares the event notes.posted, which is in the group ntoes, which no module declares",
        "correct the name",
    ),
    "an event's ids": (
        (notes(events=posted(ids=("subject", "autor"))),),
        "Module notes declares the event notes.posted, whose ids name autor, which is no field of it",
        "Use one of: author_id, subject",
    ),
    "an event's reasons": (
        (notes(events=posted(holds={"text": "none"})),),
        "Module notes declares the event notes.posted, whose reasons in holds name text, which is no field of it",
        "Use one of: author_id, subject",
    ),
    "an event's words": (
        (notes(events=posted(summary="{actor} posted {subejct}")),),
        "Module notes declares the event notes.posted, whose summary names {subejct}, which is no field of it",
        "Use one of: actor, author_id, subject",
    ),
    "an event's link": (
        (notes(events=posted(link="/o/{organisation}/notes/{note}")),),
        "Module notes declares the event notes.posted, whose link names {note}, which is no field of it",
        "Use one of: actor, author_id, organisation, subject",
    ),
    "notifications shown as one without their number": (
        (notes(events=posted(), notifications=(notified(many="Several notes", thing="subject"),)),),
        "Module notes declares the notification notes.posted, whose many is for several about one thing",
        "Say {count} in it",
    ),
    "notifications shown as one about nothing in common": (
        (notes(events=posted(), notifications=(notified(many="{count} notes"),)),),
        "Module notes declares the notification notes.posted, whose many is for several about one thing",
        "name the thing",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_modules_that_do_not_fit_together_are_refused_in_one_line(what: str) -> None:
    modules, fault, fix = REFUSED[what]
    with pytest.raises(RegistryError) as refused:
        Registry(modules)
    said = str(refused.value)
    assert fault in said
    assert fix in said.removeprefix(fault)
    assert "\n" not in said
    assert said.endswith(".")


def test_parts_are_identified_by_their_type_and_not_by_its_name() -> None:
    first, second = client(), client()
    registry = Registry((notes(parts=(part(first),)), notes("files", parts=(part(second),))))
    assert [part.kind for module in registry.modules for part in module.parts] == [first, second]


def test_correct_references_are_accepted() -> None:
    """The same declarations as above, without the mistakes."""
    Registry(
        (
            notes(
                permissions=(READ, Permission("notes.write", "Post notes", implies=("notes.read",))),
                roles={"owner": frozenset({"notes.read"})},
                places=("side",),
                slots=(Slot("side", "notes/side.html", load), Slot("top", "notes/top.html", load)),
                cards=(Card("notes.count", "", "SELECT 1", "", "notes.read"),),
                navigation=(NavigationItem("Notes", "entry", "/notes", "notes.read"), NavigationItem("Terms", "entry", "/terms")),
                first_actions=(FirstAction("New note", "", "plus", "/notes/new", "notes.write"),),
                event_groups=(EventGroup("notes", "Notes"),),
                events=posted(
                    summary="{actor} posted for {author_id}",
                    link="/o/{organisation}/notes/{subject}",
                    group="notes",
                    permission="notes.read",
                    ids=("subject", "author_id"),
                ),
            ),
            notes("files", places=("top",)),
        )
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_declares_the_slots_of_its_pages(module: Module) -> None:
    offered = {place for route in module.routes for place in getclosurevars(route.fn).nonlocals.get("slots", ())}
    assert offered == set(module.places)
