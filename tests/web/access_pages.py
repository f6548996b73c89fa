"""The access review of the admin panel."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web import samples
from tests.web.listings import listing
from tests.web.panel_frame import staff
from tests.web.samples import MEMBERS, NOW, ago

from phoenix.modules.admin.queries import access

HELD = ["platform.admin", "platform.people_read", "platform.jobs"]
ACCESS: dict[str, Any] = {
    "names": {"acc_t": "Tomás Aguirre"}, "whole": True, "due": ago(days=-30), "overdue": False, "may_grant": True, "seen": "5e",
    "review": Thing(reviewed_at=ago(days=60), reviewed_by="acc_t"),
}  # fmt: skip

ACCESS_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "staff-access": (
        "admin/access.html",
        staff(
            "/staff/access",
            **ACCESS,
            shown="staff",
            listing=listing(access.STAFF, [], "/staff/access", also={"list": "staff"}, cursor="c", more=True),
            rows=[
                Thing(
                    account=p.account,
                    name=p.name,
                    email=p.email,
                    permission=permission,
                    granted_by=giver,
                    granted_at=ago(days=90),
                    used_at=used,
                )
                for p, permission, giver, used in zip(MEMBERS[:3], HELD, [None, "acc_t", "acc_t"], [NOW, None, ago(days=40)], strict=True)
            ],
        ),
    ),
    "staff-access-keys": (
        "admin/access.html",
        staff(
            "/staff/access",
            **{**ACCESS, "overdue": True},
            shown="keys",
            listing=listing(access.KEYS, [], "/staff/access", also={"list": "keys"}, cursor="c"),
            rows=[
                Thing(
                    id=f"key_{number}",
                    name=name,
                    hint="4f2a",
                    account="acc_mara",
                    owner=samples.LONGEST.name,
                    kind=kind,
                    scopes=["entries.read", "entries.write"],
                    created_by="acc_t",
                    created_at=ago(days=30),
                    seen_at=used,
                    until=ago(days=-60),
                )
                for number, (name, kind, used) in enumerate([("Nightly import", "service", NOW), ("Laptop", "person", None)])
            ],
        ),
    ),
    "staff-access-roles": (
        "admin/access.html",
        staff(
            "/staff/access",
            **{**ACCESS, "whole": False},
            shown="roles",
            listing=listing(access.ROLES, [], "/staff/access", also={"list": "roles"}, role="owner"),
            rows=[
                Thing(
                    organisation="org_1",
                    organisation_name="Halden Instruments",
                    account=p.account,
                    name=p.name,
                    role=p.role,
                    given_by="acc_t",
                    joined_at=p.joined_at,
                    used_at=NOW,
                )
                for p in MEMBERS
            ],
        ),
    ),
    "staff-access-none": (
        "admin/access.html",
        staff(
            "/staff/access",
            **{**ACCESS, "review": None, "due": None},
            shown="keys",
            rows=[],
            listing=listing(access.KEYS, [], "/staff/access", also={"list": "keys"}),
        ),
    ),
}
