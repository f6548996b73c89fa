"""Organisations in the admin panel."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web.listings import listing
from tests.web.panel_frame import staff
from tests.web.samples import MEMBERS, ago

from phoenix.modules.admin.queries.organisations import ORGANISATIONS
from phoenix.modules.organisations.actions.members import LISTED_MEMBERS

ORGANISATION = Thing(id="org_1", slug="halden", name="Halden Instruments", created_at=ago(days=90), members=24, service_accounts=2)

HALDEN = Thing(id="org_1", slug="halden", name="Halden Instruments", created_at=ago(days=90), members=4, service_accounts=0)
ORGANISATION_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "staff-organisations": (
        "admin/organisations.html",
        staff(
            "/staff/organisations",
            listing=listing(ORGANISATIONS, [ORGANISATION], "/staff/organisations", more=True),
        ),
    ),
    "staff-organisations-none": (
        "admin/organisations.html",
        staff("/staff/organisations", listing=listing(ORGANISATIONS, [], "/staff/organisations", q="x")),
    ),
    "staff-organisation": (
        "admin/organisation.html",
        staff(
            "/staff/organisations/org_1",
            one=HALDEN,
            members=[(member, member) for member in MEMBERS],
            listing=listing(LISTED_MEMBERS, MEMBERS, "/staff/organisations/org_1", more=True),
            may_appoint=False,
            closing=Thing(closes_at=ago(days=-9), asker="Mara Lindqvist"),
            may_keep=True,
        ),
    ),
    "staff-organisation-without-owner": (
        "admin/organisation.html",
        staff(
            "/staff/organisations/org_1",
            one=HALDEN,
            members=[(member, member) for member in MEMBERS],
            listing=listing(LISTED_MEMBERS, MEMBERS, "/staff/organisations/org_1"),
            may_appoint=True,
            closing=Thing(closes_at=None),
            able={member.account for member in MEMBERS},
            errors={"account": "Choose another member.", "reason": "Write a reason."},
        ),
    ),
    "staff-organisation-closing-without-owner": (
        "admin/organisation.html",
        staff(
            "/staff/organisations/org_1",
            one=HALDEN,
            members=[(member, member) for member in MEMBERS],
            listing=listing(LISTED_MEMBERS, MEMBERS, "/staff/organisations/org_1"),
            may_appoint=True,
            closing=Thing(closes_at=ago(days=-9), asker="Mara Lindqvist"),
            may_keep=True,
            able={member.account for member in MEMBERS},
            errors={"reason_to_cancel": "Write a reason."},
        ),
    ),
    "staff-organisation-nobody-able": (
        "admin/organisation.html",
        staff(
            "/staff/organisations/org_1",
            one=HALDEN,
            members=[(member, member) for member in MEMBERS],
            listing=listing(LISTED_MEMBERS, MEMBERS, "/staff/organisations/org_1", more=True),
            may_appoint=True,
            closing=Thing(closes_at=None),
            able=set(),
        ),
    ),
}
