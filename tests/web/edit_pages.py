"""Forms that edit what has a version, with and without a conflict, and the history of an entry."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web import samples
from tests.web.listings import plain
from tests.web.samples import frame

EDIT, DELETE, HISTORY = (f"/o/halden/entries/ent_1/{act}" for act in ("edit", "delete", "history"))
FORM = {"title": "Site visit", "body": samples.BODY, "occurred_at": "2026-11-23T14:05", "time_zone": "Europe/Berlin", "version": "3"}


def conflict(sentence: str, *fields: tuple[str, str, str], **more: Any) -> Thing:
    pairs = [Thing(label=label, theirs=theirs, mine=mine) for label, theirs, mine in fields]
    return Thing(
        **{
            "sentence": sentence,
            "gone": False,
            "own": False,
            "by": "",
            "at": samples.NOW,
            "href": "/o/halden",
            "act": "",
            "fields": pairs,
            **more,
        }
    )


REWRITTEN = conflict(
    "Someone else edited this entry while you were writing.",
    ("Title", "Site visit, second part", "Site visit"),
    ("Text", samples.BODY.replace("hardened", "cracked"), samples.BODY),
    ("When it happened", "2026-11-23 15:00", "2026-11-23 14:05"),
    by="Tomás Aguirre",
)
VERSIONS = [
    Thing(
        number=number,
        editor=editor,
        saved_at=samples.NOW,
        title=f"Site visit {number}",
        body=samples.BODY * (number - 1),
        occurred_at=samples.ago(hours=number),
        time_zone=zone,
    )
    for number, editor, zone in ((3, samples.TOMAS, "Europe/Berlin"), (2, samples.PRIYA, "Asia/Tokyo"), (1, None, "Asia/Tokyo"))
]

EDIT_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "entry-new": ("entries/form.html", frame("/o/halden/entries/new", entry=None, form=FORM)),
    "entry-edit-refused": (
        "entries/form.html",
        frame(
            EDIT,
            entry=samples.ENTRY,
            form=FORM,
            errors={"title": "Enter a title.", "occurred_at": "This time did not exist in Berlin."},
        ),
    ),
    "entry-edit-conflict": ("entries/form.html", frame(EDIT, entry=samples.ENTRY, form=FORM, conflict=REWRITTEN)),
    "entry-edit-gone": (
        "entries/form.html",
        frame(EDIT, entry=None, form=FORM, conflict=conflict("What you were editing has been deleted.", gone=True, at=None)),
    ),
    "entry-delete": ("entries/delete.html", frame(DELETE, entry=samples.ENTRY, form={"version": "3"})),
    "entry-delete-conflict": (
        "entries/delete.html",
        frame(
            DELETE,
            entry=samples.ENTRY,
            form={"version": "3"},
            conflict=conflict("Someone else edited this entry after you opened this page.", act="Delete entry"),
        ),
    ),
    "entry-history": (
        "entries/history.html",
        frame(
            HISTORY, entry=samples.ENTRY, version=VERSIONS[0], before=VERSIONS[1], versions=VERSIONS, listing=plain([], HISTORY, more=True)
        ),
    ),
    "entry-history-last": (
        "entries/history.html",
        frame(
            HISTORY, entry=samples.ENTRY, version=VERSIONS[2], before=None, versions=VERSIONS[2:], listing=plain([], HISTORY, cursor="x")
        ),
    ),
    "organisation-settings-conflict": (
        "organisations/settings.html",
        frame(
            "/o/halden/settings",
            **samples.OF_HALDEN,
            may_leave=True,
            more=[],
            conflict=conflict(
                "Someone else changed this organisation while you were editing.",
                ("Name", "Halden Instruments", "Halden"),
                by="Priya Raman",
            ),
        ),
    ),
    "role": (
        "organisations/role.html",
        frame(
            "/o/halden/members/acc_1/role",
            member=samples.MEMBERS[1],
            roles=("owner", "administrator", "member", "viewer"),
            form={"role": "member", "version": "4"},
        ),
    ),
}
