"""What stands around every page: who reads it, where they are, where they can go."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from phoenix import __version__
from phoenix.kernel.actor import Actor, Seat
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.call import AnyRequest

TONES = 6


@dataclass(frozen=True, slots=True)
class Face:
    """A person or organisation as an avatar and a name."""

    id: str
    name: str
    initials: str
    tone: int


@dataclass(frozen=True, slots=True)
class ReaderFace(Face):
    email: str
    time_zone: str
    locale: str
    email_verified: bool


@dataclass(frozen=True, slots=True)
class OrganisationFace(Face):
    slug: str
    role: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A navigation item, resolved for a reader."""

    label: str
    icon: str
    href: str
    current: bool
    group: str


@dataclass(frozen=True, slots=True)
class Toast:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class LookAs:
    """Who looks through the reader's eyes, until when, and whether they may change anything."""

    name: str
    until: datetime
    writes: bool


@dataclass(frozen=True, slots=True)
class Banner:
    """A state that lasts and needs somebody, with the page where it is settled."""

    kind: str
    title: str
    text: str
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Live:
    """Where sockets are, and which organisation's events matter on this page."""

    url: str
    organisation: str


def face(id_: str, name: str) -> Face:
    """Initials of the first and last word; a tone by the id, so that it is the same everywhere."""
    return Face(id_, name, initials(name), tone(id_))


def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def tone(id_: str) -> int:
    return zlib.crc32(id_.encode()) % TONES + 1


def organisation_face(seat: Seat) -> OrganisationFace:
    return OrganisationFace(
        seat.organisation, seat.name, initials(seat.name), tone(seat.organisation), seat.slug, seat.role, seat.permissions
    )


def frame(runtime: Runtime, request: AnyRequest, actor: Actor | None, csrf_token: str, toast: str) -> dict[str, Any]:
    """The context every page gets."""
    path = request.scope["path"]
    slug = request.path_params.get("slug") if "slug" in request.path_params else None
    seat = actor.seat(str(slug)) if actor and slug else None
    if actor and seat is None and actor.seats:
        seat = actor.seats[0]
    record = actor.record if actor else None
    listener: str = request.app.state.listener
    return {
        "reader": record
        and ReaderFace(
            record.account,
            record.name,
            initials(record.name),
            tone(record.account),
            record.email,
            record.time_zone,
            record.locale,
            record.email_verified,
        ),
        "organisation": seat and organisation_face(seat),
        "organisations": [organisation_face(s) for s in actor.seats] if actor else [],
        "navigation": _navigation(runtime, actor, seat, path, staff=listener == "admin"),
        "look_as": LookAs(record.impersonator_name or record.impersonator, record.until, record.impersonation_writes)
        if record and record.impersonator
        else None,
        "listener": listener,
        "environment": runtime.settings.place.environment,
        "csrf": csrf_token,
        "captcha": runtime.settings.accounts if runtime.captcha.is_on else None,
        "toasts": [Toast("good", toast)] if toast else [],
        "banners": _banners(actor),
        "now": runtime.clock.now(),
        "zone": record.time_zone if record else "UTC",
        "path": path,
        "live": Live(runtime.settings.realtime.url, seat.organisation) if seat else None,
        "version": __version__,
    }


def _banners(actor: Actor | None) -> list[Banner]:
    if actor is None or actor.record.erase_at is None:
        return []
    day = actor.record.erase_at.astimezone(ZoneInfo(actor.record.time_zone))
    text = _("On {day} it is erased for good.").format(day=f"{day.day} {day:%B %Y}")
    return [Banner("warn", _("This account is to be deleted"), text, "/settings/data", _("Keep it"))]


def _navigation(runtime: Runtime, actor: Actor | None, seat: Seat | None, path: str, *, staff: bool) -> list[Place]:
    """The places a reader may go to: those of staff on the admin listener, all others on the public one."""
    places = []
    for item in runtime.registry.navigation:
        if actor is None or staff != (item.group == "staff") or ("{organisation}" in item.path and seat is None):
            continue
        if item.permission and not actor.may(item.permission, seat.organisation if seat and not staff else None):
            continue
        href = item.path.format(organisation=seat.slug if seat else "")
        places.append(Place(item.label, item.icon, href, path == href or path.startswith(f"{href}/"), item.group))
    return places
