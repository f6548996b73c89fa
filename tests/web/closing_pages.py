"""The page for a copy of an organisation and for its deletion, and the banner until then."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web.member_pages import MANAGE
from tests.web.samples import HALDEN, MEMBERS, OF_HALDEN, ago, frame

COPIES = [
    Thing(id="exp_2", created_at=ago(minutes=1), ready_at=None, until=ago(days=-7)),
    Thing(id="exp_1", created_at=ago(days=2), ready_at=ago(days=2), until=ago(days=-5)),
]
GOES = [("Members", 24, False), ("Pending invitations", 0, False), ("Entries", 10_000, True)]
OPEN = {"closing": Thing(closes_at=None, asker=None), "copies": COPIES, "goes": GOES, "grace": 14}
CLOSING = Thing(closes_at=ago(days=-9), asker="Mara Lindqvist")
READ_ONLY = Thing(**{**vars(HALDEN), "read_only": True})
TEXT = "Asked for by Mara Lindqvist. Until then it is read-only."
BANNER = Thing(
    kind="warn",
    title="Halden Instruments will be deleted on 2 December 2026",
    text=TEXT,
    href="/o/halden/deletion",
    label="Cancel deletion",
)
UNTIL: dict[str, Any] = {"banners": [BANNER], "first_action": None, "organisation": READ_ONLY}
OFFER = Thing(person="Priya Raman", offerer="Mara Lindqvist", until=ago(days=-6))
WRONG = {"name": "Enter the name exactly as it's shown: Halden Instruments"}

CLOSING_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "ownership": (
        "organisations/ownership.html",
        frame("/o/halden/ownership", offer=None, mine=False, people=MEMBERS, searched="lind", may_search=True, form={"account": ""}),
    ),
    "ownership-not-found": (
        "organisations/ownership.html",
        frame("/o/halden/ownership", offer=None, mine=False, people=[], searched="nobody", may_search=True, form={}),
    ),
    "ownership-nobody": (
        "organisations/ownership.html",
        frame("/o/halden/ownership", offer=None, mine=False, people=[], searched="", may_search=False, form={}),
    ),
    "ownership-offered": (
        "organisations/ownership.html",
        frame("/o/halden/ownership", offer=OFFER, mine=False, people=[], searched="", may_search=False, form={}),
    ),
    "ownership-to-you": (
        "organisations/ownership.html",
        frame("/o/halden/ownership", offer=OFFER, mine=True, people=[], searched="", may_search=False, form={}),
    ),
    "organisation-deletion": ("organisations/deletion.html", frame("/o/halden/deletion", form={"name": ""}, **OPEN)),
    "organisation-deletion-refused": (
        "organisations/deletion.html",
        frame("/o/halden/deletion", form={"name": "Halde"}, errors=WRONG, **{**OPEN, "copies": []}),
    ),
    "organisation-closing": (
        "organisations/deletion.html",
        frame("/o/halden/deletion", **UNTIL, **{**OPEN, "closing": CLOSING, "copies": []}),
    ),
    "members-closing": ("organisations/members.html", frame("/o/halden/members", **UNTIL, **MANAGE, form={})),
    "role-closing": ("organisations/role.html", frame("/o/halden/members/acc_tomas/role", **UNTIL, member=MEMBERS[1], roles=(), form={})),
    "settings-closing": ("organisations/settings.html", frame("/o/halden/settings", **UNTIL, **OF_HALDEN, may_leave=True, more=[])),
    "service-accounts-closing": (
        "organisations/service_accounts.html",
        frame("/o/halden/service-accounts", **UNTIL, service_accounts=[], scopes={}, key=""),
    ),
    "ownership-closing": (
        "organisations/ownership.html",
        frame("/o/halden/ownership", **UNTIL, offer=None, mine=False, people=[], searched="", may_search=False, form={}),
    ),
    "ownership-to-you-closing": (
        "organisations/ownership.html",
        frame("/o/halden/ownership", **UNTIL, offer=OFFER, mine=True, people=[], searched="", may_search=False, form={}),
    ),
}
