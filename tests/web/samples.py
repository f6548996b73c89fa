"""Sample contexts as the web layer would provide them, with which tests render every page without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Thing
from typing import Any

from phoenix.kernel.i18n.isolation import Ours

NOW = datetime(2026, 11, 23, 13, 32, tzinfo=UTC)
ALL = frozenset(
    {
        "entries.read",
        "entries.write",
        "entries.moderate",
        "comments.read",
        "comments.write",
        "comments.moderate",
        "organisations.read",
        "organisations.invite",
        "organisations.manage",
        "organisations.delete",
        "feed.read",
        "dashboard.read",
    }
)
READ_ONLY = frozenset({"entries.read", "organisations.read", "feed.read", "dashboard.read"})


def avatar_of(id_: str, name: str, tone: int, **more: Any) -> Thing:
    words = name.split()
    return Thing(id=id_, name=name, initials=(words[0][0] + words[-1][0]).upper(), tone=tone, **more)


MARA = avatar_of(
    "acc_mara", "Mara Lindqvist", 2, email="mara.lindqvist@example.com", time_zone="Europe/Berlin", locale="en", email_verified=True
)
TOMAS = avatar_of("acc_tomas", "Tomás Aguirre", 4)
PRIYA = avatar_of("acc_priya", "Priya Raman", 1)
# Words longer than the width of a page: a name here, and an organisation and a title below.
AIKO = avatar_of("acc_aiko", "Aiko" + "tanabe" * 16, 6)
PEOPLE = (MARA, TOMAS, PRIYA, AIKO)
# What the form of the settings of an organisation is shown with.
OF_HALDEN = {
    "form": {"name": "Halden Instruments", "locale": "en", "time_zone": "Europe/Berlin", "version": "2"},
    "locales": (("en", "English"), ("de", "Deutsch")),
}
NAMES = {person.id: person.name for person in PEOPLE}
HALDEN = avatar_of(
    "org_halden", "Halden Instruments", 5, slug="halden", role="owner", permissions=ALL, href="/o/halden/dashboard", read_only=False
)
NORTH = avatar_of(
    "org_north",
    "North Yard Cooperative of the Lower River Valley",
    3,
    slug="north-yard",
    role="member",
    permissions=ALL,
    href="/o/north-yard/dashboard",
)
LONGEST = avatar_of("org_longest", "Donau" + "dampfschiff" * 9, 4, slug="donau", role="member", permissions=ALL, href="/o/donau/dashboard")


def place(label: str, icon: str, path: str, group: str = "main", *, current: str = "") -> Thing:
    href = f"/o/halden/{path}"
    return Thing(label=label, icon=icon, href=href, current=current == href, group=group)


NOTIFICATIONS = Thing(
    label="Notifications",
    icon="bell",
    href="/notifications",
    current=False,
    group="tools",
    badge=Thing(event="unread", words=Ours("{count} unread"), count=3),
)
TERMS = Thing(label="Terms", icon="entry", href="/terms", current=False, group="foot")
WITHOUT_ORGANISATION = [
    Thing(label="All organisations", icon="building", href="/organisations", current=False, group="organisations"),
    Thing(label="New organisation", icon="plus", href="/organisations/new", current=False, group="organisations"),
    Thing(label="Profile", icon="user", href="/settings/profile", current=False, group="account"),
    Thing(label="Sessions", icon="laptop", href="/settings/sessions", current=False, group="account"),
]


def frame(path: str = "/o/halden/dashboard", **changes: Any) -> dict[str, Any]:
    """The context of every page for someone signed in."""
    root = "/".join(path.split("/")[:4])
    return {
        "reader": MARA,
        "organisation": HALDEN,
        "organisations": [HALDEN, NORTH, LONGEST],
        "navigation": [
            place("Dashboard", "home", "dashboard", current=root),
            place("Feed", "feed", "feed", current=root),
            place("Entries", "entry", "entries", current=root),
            place("Members", "people", "members", "organisation", current=root),
            place("Settings", "settings", "settings", "organisation", current=root),
            *WITHOUT_ORGANISATION,
            NOTIFICATIONS,
        ],
        "csrf": "token-of-the-form",
        "captcha": None,
        "form": {},
        "errors": {},
        "problem": "",
        "conflict": None,
        "toasts": [],
        "banners": [],
        "now": NOW,
        "zone": "Europe/Berlin",
        "path": path,
        "live": Thing(url="", organisation="org_halden"),
        "impersonation": None,
        "sign_in": "/sign-in",
        "sign_out": "/sign-out",
        "first_action": Thing(label="New entry", empty_label="Write the first entry", icon="plus", href="/o/halden/entries/new"),
        "listener": "public",
        "environment": "production",
        "version": "2.0.0",
        "support": "",
        **changes,
    }


def outside(path: str, **changes: Any) -> dict[str, Any]:
    """The context of every page for someone who is not signed in."""
    return frame(
        path, **{"reader": None, "organisation": None, "organisations": [], "navigation": [TERMS], "live": None, "zone": "UTC", **changes}
    )


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


BODY = """FM-204 in hall 3 came due after eleven months in service. Zero drift was 0.4 %, inside the limit of 0.5 % but higher than last year.

The inlet seal had hardened and let a little air through at low flow.
The coil and the liner are as new.

Replaced the seal & ran three points at <10>, 50 and 90 %."""

ENTRIES = [
    Thing(id=f"ent_{n}", title=title, author=author, occurred_at=when, excerpt=BODY[:140] if n % 2 == 0 else "")
    for n, (title, author, when) in enumerate(
        [
            ("Line 2 is off for inspection", PRIYA, NOW + timedelta(days=3)),
            ("Flow meter FM-204 recalibrated", TOMAS, ago(minutes=27)),
            ("Pressure drop on line 2, cause found", PRIYA, ago(hours=3)),
            ("Spare valves ordered for hall 3", AIKO, ago(days=2)),
            (
                "A title that someone made rather long, since nothing stopped them from writing a whole sentence there, and another one",
                MARA,
                ago(days=40),
            ),
            ("Recalibration" * 8, AIKO, ago(days=41)),
        ]
    )
]
ENTRY = Thing(
    id="ent_01jd8m2k", title=ENTRIES[1].title, body=BODY, author=TOMAS, occurred_at=ago(minutes=27), time_zone="Asia/Tokyo",
    created_at=ago(minutes=20), updated_at=ago(minutes=2), version=3,
)  # fmt: skip

ADDRESSES = {MARA.id: MARA.email, TOMAS.id: "tomas.aguirre@example.com", PRIYA.id: "priya.raman.engineering@example.com"}
MEMBERS = [
    Thing(
        account=p.id,
        name=p.name,
        email=ADDRESSES.get(p.id, f"{p.id}@example.com"),
        initials=p.initials,
        tone=p.tone,
        version=1,
        role=role,
        joined_at=ago(days=days),
    )
    for p, role, days in ((MARA, "owner", 900), (TOMAS, "administrator", 300), (PRIYA, "member", 20), (AIKO, "viewer", 1))
]
INVITATIONS = [
    Thing(id="inv_1", email="leila.haddad+work@example.com", role="member", sent_at=ago(days=2), until=NOW + timedelta(days=5)),
    Thing(id="inv_2", email="jonas@example.com", role="viewer", sent_at=ago(days=9), until=ago(days=2)),
]


def happened(number: int, template: str, when: datetime, actor: Thing | None = TOMAS, subject: str = "acc_priya", **data: Any) -> Thing:
    return Thing(
        id=f"evt_{number}", kind="some.kind", actor=actor, subject=subject, summary="", url="/o/halden/entries/ent_1", occurred_at=when,
        template=template, data={"names": NAMES, "dated": when.isoformat(), **data}, gone=False,
    )  # fmt: skip


FEED = [
    happened(9, "entries/feed_posted.html", ago(minutes=27), title="Flow meter FM-204 recalibrated", excerpt=BODY[:200]),
    happened(115, "comments/feed_posted.html", ago(hours=1), PRIYA, title="Flow meter FM-204 recalibrated"),
    happened(114, "comments/feed_posted.html", ago(hours=1), AIKO, title=None),
    happened(8, "entries/feed_changed.html", ago(hours=2), MARA, title="Shift plan, week 48"),
    happened(108, "entries/feed_posted.html", ago(hours=2), PRIYA, title=None, excerpt=None),
    happened(107, "entries/feed_changed.html", ago(hours=2), PRIYA, title=None),
    happened(7, "organisations/feed_joined.html", ago(hours=3), PRIYA, invited_by="acc_mara", role="member"),
    happened(6, "entries/feed_deleted.html", ago(hours=20), PRIYA),
    happened(5, "organisations/feed_role_changed.html", ago(hours=22), MARA, role="administrator", before="member"),
    happened(106, "organisations/feed_owner_appointed.html", ago(days=2), AIKO),
    happened(113, "organisations/feed_ownership.html", ago(days=2), PRIYA, former="acc_mara", before="member"),
    happened(110, "organisations/feed_closing.html", ago(days=2), MARA),
    happened(111, "organisations/feed_closing_cancelled.html", ago(days=2), MARA),
    happened(112, "organisations/feed_closing_cancelled.html", ago(days=2), None),
    happened(109, "organisations/feed_role_ended.html", ago(days=2), AIKO),
    happened(4, "organisations/feed_left.html", ago(days=3), MARA, subject="acc_gone"),
    happened(3, "organisations/feed_left.html", ago(days=3), AIKO, subject="acc_aiko"),
    happened(2, "organisations/feed_renamed.html", ago(days=3), MARA, name="Halden Instruments", before="Halden"),
    happened(1, "organisations/feed_created.html", ago(days=900), MARA, subject="org_halden", name="Halden"),
]
KINDS = [{"name": "", "label": "Everything"}, {"name": "entries", "label": "Entries"}, {"name": "people", "label": "People"}]

COUNTS = (7, 9, 6, 11, 8, 1, 2, 8, 10, 12, 13, 9, 3, 9)


def cards(counts: tuple[int, ...] = COUNTS, *, entries: bool = True) -> list[dict[str, Any]]:
    days = [{"date": (NOW.date() - timedelta(days=13 - n)).isoformat(), "count": count} for n, count in enumerate(counts)]
    recent = [
        {"id": e.id, "title": e.title, "author": e.author.id, "author_name": e.author.name, "occurred_at": e.occurred_at.isoformat()}
        for e in ENTRIES
    ]
    newest = [{"id": m.account, "name": m.name, "role": m.role, "joined_at": m.joined_at.isoformat()} for m in reversed(MEMBERS)]
    return [
        {"name": "entries.per_day", "title": "Entries per day", "template": "entries/card_per_day.html", "figures": "entries/figures_per_day.html", "data": {"days": days}, "side": False},
        {"name": "entries.recent", "title": "Latest entries", "template": "entries/card_recent.html", "figures": "entries/figures_recent.html", "data": {"entries": recent if entries else [], "last": recent[1] if entries else None}, "side": False},
        {"name": "organisations.members", "title": "Members", "template": "organisations/card_members.html", "figures": "organisations/figures_members.html", "data": {"count": 24, "newest": newest}, "side": True},
    ]  # fmt: skip


SESSIONS = [
    Thing(
        id="ses_1", device="Firefox on Linux", place="192.0.2.0/24", created_at=ago(days=1), seen_at=NOW, remembered=True,
        method="a passkey", staff=False, panel=False, current=True,
    ),
    Thing(
        id="ses_2", device="Safari on iPhone", place="2001:db8::/48", created_at=ago(days=8), seen_at=ago(minutes=11), remembered=False,
        method="a password and the authenticator app", staff=False, panel=True, current=False,
    ),
    Thing(
        id="ses_3", device="Safari on iPad", place="", created_at=ago(days=30), seen_at=ago(days=2), remembered=True,
        method="impersonation", staff=True, panel=False, current=False,
    ),
]  # fmt: skip
OFFER = Thing(
    id="inv_1",
    organisation_slug="donau",
    organisation_name=LONGEST.name,
    inviter_name=AIKO.name,
    role="member",
    email="leila.haddad@example.com",
)

STEPS = [
    {"title": title, "text": "What it is for.", "label": label, "icon": icon, "href": "/somewhere", "done": done}
    for title, label, icon, done in (
        ("Write your first entry", "Write entry", "entry", True),
        ("Invite people", "Invite people", "people", False),
    )
]
CHECKLIST: dict[str, Any] = {"hidden": False, "steps": STEPS, "left": 1}
NOTICES = [
    Thing(template="organisations/slot_invitations.html", context=Thing(invitations=[OFFER])),
    Thing(template="welcome/slot_checklist.html", context=Thing(**CHECKLIST)),
]
