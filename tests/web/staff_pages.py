"""The pages of the admin panel, and people's pages as staff see them while impersonating."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace as Thing
from typing import Any

from tests.web import samples
from tests.web.access_pages import ACCESS_PAGES
from tests.web.channel_pages import DELIVERED
from tests.web.listings import listing, plain
from tests.web.organisation_pages import ORGANISATION_PAGES
from tests.web.panel_frame import staff
from tests.web.samples import AIKO, MARA, NAMES, NOW, PEOPLE, PRIYA, TOMAS, ago, frame

from phoenix.modules.admin.pages.keys import LISTED as SIGNING_KEYS
from phoenix.modules.admin.pages.keys import since
from phoenix.modules.admin.queries.events import EVENTS as ALL_EVENTS
from phoenix.modules.admin.queries.jobs import FAILED
from phoenix.modules.admin.queries.people import PEOPLE as PEOPLE_LISTED
from phoenix.modules.audit.queries import LISTED as AUDIT_LOG
from phoenix.modules.entries.queries import PAGE as ENTRIES


def listed(person: Thing, **changes: Any) -> dict[str, Any]:
    return {
        "id": person.id, "name": person.name, "email": f"{person.id}@example.com", "initials": person.initials, "tone": person.tone,
        "kind": "person", "locked": False, "paused": False, "erase_at": None, "erased": False, "has_password": True, "totp": False,
        "passkeys": 0, "seen_at": ago(minutes=4), "created_at": ago(days=90), **changes,
    }  # fmt: skip


LISTED = [
    listed(MARA, totp=True, passkeys=2, seen_at=NOW),
    listed(TOMAS, paused=True, totp=True),
    listed(PRIYA, locked=True, erase_at=ago(days=-9), passkeys=1),
    listed(PEOPLE[3], has_password=False, seen_at=None),
    listed(Thing(id="acc_robot", name="Nightly import", initials="NI", tone=3), kind="service", has_password=False, seen_at=ago(days=3)),
    listed(Thing(id="acc_gone", name="", initials="?", tone=1), erased=True, has_password=False, seen_at=None),
]


def one(**changes: Any) -> Thing:
    return Thing(
        **{
            "id": "acc_01jd8m2kq7e6v9s3", "email": "mara.lindqvist@example.com", "name": "Mara Lindqvist", "kind": "person",
            "time_zone": "Europe/Berlin", "locale": "en", "contact": "Extension 204", "created_at": ago(days=400), "locked_at": None,
            "lock_reason": None, "paused_until": None, "erase_at": None, "erased_at": None, "has_password": True, "totp": True, "passkeys": 2,
            "backup_codes_left": 7, "seen_at": ago(minutes=3), **changes,
        }
    )  # fmt: skip


def session(number: int, device: str, place: str, when: datetime, impersonator: str | None = None) -> Thing:
    return Thing(
        id=f"ses_{number}",
        device=device,
        place=place,
        created_at=when,
        seen_at=when,
        method="password",
        impersonator=impersonator,
        audience="admin" if number == 1 else "public",
    )


PERSON = {
    "person": one(),
    "more": [
        Thing(template="notifications/slot_deliveries.html", context=Thing(deliveries=DELIVERED)),
        Thing(
            template="deliverability/slot_person.html",
            context=Thing(stopped=Thing(reason="bounced", since=ago(days=3)), account="acc_mara", may_write=True),
        )
    ],
    "person_avatar": MARA,
    "may_export": True,
    "within_reach": True,
    "exports": [
        Thing(id="exp_2", created_at=ago(minutes=1), ready_at=None, until=ago(days=-7)),
        Thing(id="exp_1", created_at=ago(days=1), ready_at=ago(days=1), until=ago(days=-6)),
    ],
    "listing": plain([], "/staff/people/acc_1", more=True),
    "sessions": [
        session(1, "Firefox on Linux", "192.0.2.0/24", NOW),
        session(2, "Safari on iPhone", "2001:db8::/48", ago(hours=7)),
        session(3, "Phoenix staff", "", ago(minutes=3), "acc_tomas"),
    ],
    "memberships": [Thing(organisation="org_halden", slug="halden", name="Halden Instruments", role="owner", joined_at=ago(days=300))],
    "granted": [Thing(permission="platform.people_read", granted_by="acc_tomas", granted_at=ago(days=4))],
    "on_offer": [Thing(name="platform.jobs", about="View background jobs and replay failed ones")],
    "events": [
        Thing(kind="sessions.started", data={"method": "password"}, at=ago(minutes=9), actor="acc_mara", impersonator=None),
        Thing(kind="impersonation.started", data={"reason": "Request 4121: cannot see the feed"}, at=ago(hours=1), actor="acc_tomas", impersonator=None),
        Thing(kind="sessions.ended", data={"reason": "ended_by_owner"}, at=ago(days=2), actor="acc_mara", impersonator="acc_tomas"),
    ],
    "names": NAMES,
    "may_write": True,
    "may_grant": True,
    "may_impersonate": True,
    "is_self": False,
}  # fmt: skip
READ_ALONE: dict[str, Any] = {
    "listing": plain([], "/staff/people/acc_1"),
    "sessions": [],
    "granted": [],
    "events": [],
    "memberships": [],
    "on_offer": [],
    "may_write": False,
    "may_grant": False,
    "may_impersonate": False,
    "may_export": False,
    "within_reach": False,
    "exports": [],
}
LOCKED = one(
    name=AIKO.name, locked_at=NOW, lock_reason="Payments with a stolen card, case 88", paused_until=ago(minutes=-20), erase_at=ago(days=-5)
)
ROWS = [
    Thing(
        number=4121 - n, at=ago(minutes=n * 7), occurred_at=ago(minutes=n * 7), actor=actor, impersonator=impersonator, kind=kind, action=kind,
        subject=subject, organisation=None, data={}, hash=bytes([n + 1] * 32),
    )
    for n, (kind, actor, impersonator, subject) in enumerate(
        [
            ("entries.changed", "acc_mara", "acc_tomas", "ent_01jd8m2k"),
            ("impersonation.started", "acc_tomas", None, "acc_mara"),
            ("sessions.signing_keys_rotated", None, None, "jwk_01jd8m2k"),
            ("sessions.started", "acc_unknown", None, None),
            ("sessions.started", "acc_aiko", None, None),
        ]
    )
]  # fmt: skip
KEYS = [
    Thing(id=f"jwk_{state}", algorithm="ES256", state=state, created_at=ago(days=9), activated_at=None, retired_at=None, revoked_at=None)
    for state in ("standby", "active", "retired", "revoked")
]
DEAD = Thing(id=71, name="sign_in.send_password_reset", attempts=8, created_at=ago(days=1), updated_at=ago(hours=3))
DEAD_TOO = Thing(**{**vars(DEAD), "id": 72})
COUNTS = [
    Thing(name="sign_in.send_password_reset", state="failed", count=1, oldest=ago(days=1)),
    Thing(name="sign_in.send_verification", state="queued", count=12, oldest=ago(minutes=1)),
]
EVENTS = {"names": NAMES, "looked_through": 200_000, "keep": 400}
SETTINGS = [
    (
        "Mail",
        [
            Thing(variable="PHOENIX_SMTP_URL", value="smtp://phoenix:•••@mail.example.com:587", is_default=False, hidden=False, about="Mail server."),
            Thing(variable="PHOENIX_MAIL_FROM", value="", is_default=True, hidden=False, about="From header of every email."),
        ],
    ),
    ("Secrets", [Thing(variable="PHOENIX_SECRET_KEY", value="•••", is_default=False, hidden=True, about="Master secret.")]),
]  # fmt: skip
LOOK = {
    "person": Thing(id="acc_aiko", name=AIKO.name),
    "minutes": (5, 15, 30),
    "may_write": True,
    "link": "",
    "form": {"minutes": "15"},
}
LOOKING = Thing(
    id="ses_1", account="acc_aiko", name=AIKO.name, staff="acc_t", staff_name="Tomás Aguirre", until=ago(minutes=-15), writes=False
)
CHECKED = Thing(at=ago(hours=11), rows=4088, fault="")
ARCHIVE = Thing(last=12_000, file="audit-2026-01-from-1.jsonl.gz")
AUDIT = {
    "rows": ROWS,
    "names": NAMES,
    "fault": "",
    "checked": CHECKED,
    "listing": listing(AUDIT_LOG, ROWS, "/staff/audit", more=True),
    "archive": ARCHIVE,
    "keep": 400,
}

STAFF_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "staff-people": (
        "admin/people.html",
        staff(
            "/staff/people", kind="person", people=LISTED, listing=listing(PEOPLE_LISTED, LISTED, "/staff/people", more=True, sort="name")
        ),
    ),
    "staff-people-older": (
        "admin/people.html",
        staff(
            "/staff/people",
            kind="person",
            people=LISTED[:1],
            listing=listing(PEOPLE_LISTED, LISTED[:1], "/staff/people", cursor="c", q="mara", state="locked"),
        ),
    ),
    "staff-people-none": (
        "admin/people.html",
        staff(
            "/staff/people",
            kind="service",
            people=[],
            listing=listing(PEOPLE_LISTED, [], "/staff/people", also={"kind": "service"}, q="nobody"),
        ),
    ),
    "staff-person": ("admin/person.html", staff("/staff/people/acc_1", **PERSON)),
    "staff-person-locked": (
        "admin/person.html",
        staff("/staff/people/acc_1", **{**PERSON, "person": LOCKED}, problem="This account is already locked."),
    ),
    "staff-person-reason": ("admin/person.html", staff("/staff/people/acc_1", **PERSON, errors={"reason": "Write why."})),
    "staff-person-read": ("admin/person.html", staff("/staff/people/acc_1", **{**PERSON, **READ_ALONE})),
    "staff-impersonation": ("impersonation/staff.html", staff("/staff/people/acc_mara/impersonation", **LOOK)),
    "staff-impersonation-refused": (
        "impersonation/staff.html",
        staff(
            "/staff/people/acc_mara/impersonation",
            **{**LOOK, "may_write": False},
            errors={"reason": "Write why.", "minutes": "Choose one."},
        ),
    ),
    "staff-impersonation-ready": (
        "impersonation/staff.html",
        staff("/staff/people/acc_mara/impersonation", **{**LOOK, "link": "https://phoenix.example/impersonation?token=t", "form": {}}),
    ),
    **ORGANISATION_PAGES,
    **ACCESS_PAGES,
    "staff-jobs": (
        "admin/jobs.html",
        staff(
            "/staff/jobs",
            counts=COUNTS,
            dead=[(DEAD, "Unavailable: no mail server"), (DEAD_TOO, "")],
            total=2,
            listing=listing(FAILED, [DEAD, DEAD_TOO], "/staff/jobs", more=True),
        ),
    ),
    "staff-jobs-none": ("admin/jobs.html", staff("/staff/jobs", counts=[], dead=[], total=0, listing=listing(FAILED, [], "/staff/jobs"))),
    "staff-events": (
        "admin/events.html",
        staff("/staff/events", rows=ROWS, **EVENTS, listing=listing(ALL_EVENTS, ROWS, "/staff/events", more=True)),
    ),
    "staff-events-none": (
        "admin/events.html",
        staff("/staff/events", rows=[], **EVENTS, listing=listing(ALL_EVENTS, [], "/staff/events", kind="entries.posted", subject="y")),
    ),
    "staff-audit": ("audit/audit.html", staff("/staff/audit", **AUDIT)),
    "staff-audit-broken": (
        "audit/audit.html",
        staff("/staff/audit", **{**AUDIT, "fault": "Row 12 was changed.", "listing": listing(AUDIT_LOG, ROWS, "/staff/audit")}),
    ),
    "staff-audit-none": (
        "audit/audit.html",
        staff(
            "/staff/audit",
            **{**AUDIT, "rows": [], "checked": None, "listing": listing(AUDIT_LOG, [], "/staff/audit"), "archive": None, "keep": 0},
        ),
    ),
    "staff-keys": ("admin/keys.html", staff("/staff/keys", listing=listing(SIGNING_KEYS, KEYS, "/staff/keys"), since=since)),
    "staff-keys-none": ("admin/keys.html", staff("/staff/keys", listing=listing(SIGNING_KEYS, [], "/staff/keys"), since=since)),
    "staff-settings": (
        "admin/settings.html",
        staff(
            "/staff/settings",
            concerns=SETTINGS,
            disks=[("/var/lib/phoenix", 1900)],
            disk_problem="The disk of /var/lib/phoenix has 1900 MB left.",
        ),
    ),
    "staff-no-place": ("admin/no_place.html", {**staff("/"), "navigation": []}),
    "impersonation": ("impersonation/link.html", samples.outside("/impersonation", token="t", requested=LOOKING)),
    "impersonation-writes": (
        "impersonation/link.html",
        frame("/impersonation", token="t", requested=Thing(**{**vars(LOOKING), "writes": True})),
    ),
    "looked-as": (
        "entries/show.html",
        frame(
            "/o/halden/entries/ent_1",
            entry=samples.ENTRY,
            may_change=True,
            more=[],
            impersonation=Thing(name="Tomás Aguirre", until=ago(minutes=-15), writes=False, end="/impersonation/end"),
        ),
    ),
    "looked-as-writes": (
        "entries/list.html",
        frame(
            "/o/halden/entries",
            entries=samples.ENTRIES,
            listing=listing(ENTRIES, samples.ENTRIES, "/o/halden/entries"),
            impersonation=Thing(name="Tomás Aguirre", until=ago(minutes=-15), writes=True, end="/impersonation/end"),
        ),
    ),
}
