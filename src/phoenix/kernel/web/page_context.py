"""The context of every page: its reader, their organisation, and their navigation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from phoenix import __version__
from phoenix.kernel.actor import Actor, MembershipRecord
from phoenix.kernel.i18n.avatars import Avatar, initials, tone
from phoenix.kernel.language import gettext
from phoenix.kernel.module import Banner
from phoenix.kernel.web.application import AnyRequest, App, app_of, state_of
from phoenix.kernel.web.closing import as_shown


@dataclass(frozen=True, slots=True)
class ReaderAvatar(Avatar):
    email: str
    time_zone: str
    locale: str
    email_verified: bool


@dataclass(frozen=True, slots=True)
class OrganisationAvatar(Avatar):
    slug: str
    role: str
    permissions: frozenset[str]
    """What the reader can do there now."""
    href: str
    """Where the organisation opens: at the first item that its member can see."""
    read_only: bool
    """Whether it is about to be deleted: a form whose route does not say `while_closing` is not offered."""


@dataclass(frozen=True, slots=True)
class BadgeShown:
    """The number beside a navigation item, and the event of the sockets that replaces it."""

    event: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A navigation item, resolved for a reader."""

    label: str
    icon: str
    href: str
    current: bool
    group: str
    badge: BadgeShown | None = None


@dataclass(frozen=True, slots=True)
class ActionLink:
    """The primary action of an organisation, resolved for a reader."""

    label: str
    empty_label: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class Toast:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ImpersonationNotice:
    """Who is impersonating the reader, until when, and whether they can change anything."""

    name: str
    until: datetime
    writes: bool
    end: str
    """Where the form that ends it posts to."""


@dataclass(frozen=True, slots=True)
class LiveUpdates:
    """The address of the sockets, and the organisation whose changes this page follows, "" for a reader who is in none."""

    url: str
    organisation: str


def organisation_avatar(app: App, membership: MembershipRecord) -> OrganisationAvatar:
    return OrganisationAvatar(
        membership.organisation,
        membership.name,
        initials(membership.name),
        tone(membership.organisation),
        membership.slug,
        membership.role,
        as_shown(membership, app.registry).permissions,
        _opens_at(app, membership),
        membership.closes_at is not None,
    )


def page_context(request: AnyRequest, actor: Actor | None, csrf_token: str, toast: str) -> dict[str, Any]:
    """The context every page gets."""
    app = app_of(request)
    runtime = app.runtime
    path = request.scope["path"]
    slug = request.path_params.get("slug") if "slug" in request.path_params else None
    membership = actor.membership(str(slug)) if actor and slug else None
    if actor and membership is None and actor.memberships:
        membership = actor.memberships[0]
    record = actor.record if actor else None
    return {
        "reader": record
        and ReaderAvatar(
            record.account,
            record.name,
            initials(record.name),
            tone(record.account),
            record.email,
            record.time_zone,
            record.locale,
            record.email_verified,
        ),
        "organisation": membership and organisation_avatar(app, membership),
        "organisations": [organisation_avatar(app, each) for each in actor.memberships] if actor else [],
        "navigation": navigation(app, actor, membership, path, state_of(request.scope).badges),
        "first_action": _first_action(app, membership),
        "impersonation": _impersonation(app, actor),
        "sign_in": app.registry.sign_in.sign_in,
        "sign_out": app.registry.sign_in.sign_out,
        "listener": app.listener,
        "environment": runtime.settings.installation.environment,
        "support": runtime.settings.email.support,
        "csrf": csrf_token,
        "captcha": runtime.settings.accounts if runtime.captcha.is_on else None,
        "toasts": [Toast("good", toast)] if toast else [],
        "banners": _banners(app, actor, membership if slug else None),
        "now": runtime.clock.now(),
        "zone": record.time_zone if record else "UTC",
        "path": path,
        "live": LiveUpdates(runtime.settings.realtime.url, membership.organisation if membership else "") if actor else None,
        "version": __version__,
    }


def _banners(app: App, actor: Actor | None, membership: MembershipRecord | None) -> list[Banner]:
    """What concerns the reader, and on the pages of an organisation what concerns that."""
    if actor is None:
        return []
    made = [make(actor) for make in app.registry.banners]
    if membership is not None:
        made += [make(actor, membership) for make in app.registry.organisation_banners]
    return [banner for banner in made if banner is not None]


def _impersonation(app: App, actor: Actor | None) -> ImpersonationNotice | None:
    pages, record = app.registry.impersonation, actor.record if actor else None
    if pages is None or record is None or not record.impersonator:
        return None
    return ImpersonationNotice(record.impersonator_name or record.impersonator, record.until, record.impersonation_writes, pages.end)


def _opens_at(app: App, membership: MembershipRecord) -> str:
    for item in app.registry.navigation:
        if item.group == "main" and "{organisation}" in item.path and (not item.permission or item.permission in membership.permissions):
            return item.path.format(organisation=membership.slug)
    return "/"


def navigation(
    app: App, actor: Actor | None, membership: MembershipRecord | None, path: str, badges: Mapping[str, int]
) -> list[NavigationLink]:
    """The navigation items a reader can open: those for staff on the admin listener, all others on the public one."""
    staff = app.listener == "admin"
    links = []
    for item in app.registry.navigation:
        if staff != (item.group == "staff") or ("{organisation}" in item.path and membership is None):
            continue
        if item.group == "foot":
            links.append(NavigationLink(item.label, item.icon, item.path, path == item.path, item.group))
        if item.group == "foot" or actor is None:
            continue
        if item.permission and not actor.may(item.permission, membership.organisation if membership and not staff else None):
            continue
        href = item.path.format(organisation=membership.slug if membership else "")
        badge = BadgeShown(item.badge.event, item.badge.words, badges.get(item.badge.event, 0)) if item.badge else None
        links.append(NavigationLink(item.label, item.icon, href, path == href or path.startswith(f"{href}/"), item.group, badge))
    return links


def _first_action(app: App, membership: MembershipRecord | None) -> ActionLink | None:
    if membership is None or membership.closes_at is not None:
        return None
    for action in app.registry.first_actions:
        if action.permission in membership.permissions:
            href = action.path.format(organisation=membership.slug)
            return ActionLink(gettext(action.label), gettext(action.empty_label), action.icon, href)
    return None
