"""Organisations: members, roles, invitations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import (
    ROLE,
    EventGroup,
    EventKind,
    ListQuery,
    MembershipSource,
    Module,
    NavigationItem,
    Permission,
    PersonalData,
    Schedule,
    Slot,
)
from phoenix.modules.organisations import api, events, jobs, notices, owned, pages, personal, queries, samples
from phoenix.modules.organisations.actions.closing import OrganisationSettings
from phoenix.modules.organisations.banners import closing_banner
from phoenix.modules.organisations.cards import INVITE, MEMBERS
from phoenix.modules.organisations.checks import HAS_OWNER
from phoenix.modules.organisations.notifications import NOTIFICATIONS
from phoenix.modules.organisations.pages.invitations import open_invitations
from phoenix.modules.organisations.queries import closing, copies
from phoenix.modules.organisations.queries.listed import MEMBERS as LISTED_MEMBERS

OF_2_0 = "only code of 2.0 reads it, which must be able to serve this database; the release after 2.1 drops it"
FORMER_NAME = "what an organisation was called is stored nowhere else, and it is not text about a person"

MODULE = Module(
    name="organisations",
    about="Members, roles and invitations.",
    folder=Path(__file__).parent,
    needs=("accounts", "keys"),
    tables=(
        "organisations",
        "memberships",
        "invitations",
        "member_counts",
        "organisation_exports",
        "organisation_export_chunks",
        "ownership_offers",
    ),
    routes=(*api.ROUTES, *pages.ROUTES),
    lists=(
        LISTED_MEMBERS,
        ListQuery(closing.PEOPLE, ("org_1", "acc_5", "", 200)),
        ListQuery(closing.SERVICE_ACCOUNTS_OF, ("org_1", 10)),
        ListQuery(closing.DELETE_MEMBERSHIPS, ("org_1", 500)),
        ListQuery(closing.DELETE_INVITATIONS, ("org_1", 500)),
        ListQuery(copies.DELETE_CHUNKS, ("org_1", 20)),
        ListQuery(copies.DELETE_EXPORTS, ("org_1", 500)),
        ListQuery(queries.ORGANISATIONS, ("acc_1", datetime(1970, 1, 1, tzinfo=UTC), "", 21)),
    ),
    permissions=(
        Permission("organisations.read", _("View an organisation and its members")),
        Permission("organisations.invite", _("Invite people")),
        Permission("organisations.manage", _("Change the organisation's settings and roles, remove members")),
        Permission("organisations.transfer", _("Offer your ownership to another member"), implies=("organisations.read",)),
        Permission("organisations.delete", _("Copy and delete the organisation"), implies=("organisations.read",)),
    ),
    roles={
        "owner": frozenset(
            {"organisations.read", "organisations.invite", "organisations.manage", "organisations.transfer", "organisations.delete"}
        ),
        "administrator": frozenset({"organisations.read", "organisations.invite", "organisations.manage"}),
        "member": frozenset({"organisations.read", "organisations.invite"}),
        "viewer": frozenset({"organisations.read"}),
    },
    event_groups=(EventGroup("people", _("People")),),
    events=(
        EventKind(
            events.OrganisationCreated,
            _("{actor} created {name}"),
            act="authority",
            feed="organisations/feed_created.html",
            group="people",
            permission="organisations.read",
            link="/o/{organisation}/members",
            texts={"name": "SELECT name FROM organisations WHERE id = {subject}"},
            holds={"name": OF_2_0},
            leaving=("name",),
        ),
        EventKind(
            events.OrganisationRenamed,
            _("{actor} renamed {before} to {name}"),
            act=None,
            feed="organisations/feed_renamed.html",
            group="people",
            permission="organisations.read",
            holds={"name": FORMER_NAME, "before": FORMER_NAME},
            written=("name", "before"),
            common=True,
        ),
        EventKind(
            events.OrganisationSettingsChanged, act=None, holds={"fields": "names of settings of an organisation, not what is in them"}
        ),
        EventKind(events.DeletionPostponed, act=None),
        EventKind(events.MemberInvited, act="authority", holds={"role": ROLE}),
        EventKind(events.InvitationRevoked, act="authority"),
        EventKind(events.InvitationDeclined, act="authority"),
        EventKind(
            events.MemberJoined,
            _("{subject} joined, invited by {invited_by}"),
            act="authority",
            feed="organisations/feed_joined.html",
            group="people",
            ids=("subject", "invited_by"),
            holds={"role": ROLE},
            permission="organisations.read",
            link="/o/{organisation}/members",
        ),
        EventKind(
            events.MemberLeft,
            _("{subject} left"),
            act="authority",
            feed="organisations/feed_left.html",
            group="people",
            ids=("subject",),
            permission="organisations.read",
            link="/o/{organisation}/members",
        ),
        EventKind(
            events.RoleEnded,
            _("{subject} was removed by an administrator of this platform"),
            act="authority",
            by_staff=True,
            feed="organisations/feed_role_ended.html",
            group="people",
            ids=("subject",),
            permission="organisations.read",
            link="/o/{organisation}/members",
        ),
        EventKind(
            events.RoleChanged,
            _("{actor} changed the role of {subject} to {role}"),
            act="authority",
            holds={"role": ROLE, "before": ROLE},
            feed="organisations/feed_role_changed.html",
            group="people",
            ids=("subject",),
            permission="organisations.read",
            link="/o/{organisation}/members",
        ),
        EventKind(
            events.OwnerAppointed,
            _("{subject} was made an owner by an administrator of this platform"),
            act="authority",
            by_staff=True,
            holds={"before": ROLE, "reason": "the audit log has to say why staff did it"},
            written=("reason",),
            feed="organisations/feed_owner_appointed.html",
            group="people",
            ids=("subject",),
            permission="organisations.read",
            link="/o/{organisation}/members",
        ),
        EventKind(
            events.DeletionScheduled,
            _("{actor} asked to delete this organisation"),
            act="authority",
            feed="organisations/feed_closing.html",
            group="people",
            permission="organisations.read",
        ),
        EventKind(
            events.DeletionCancelled,
            _("{actor} cancelled the deletion of this organisation"),
            act="authority",
            feed="organisations/feed_closing_cancelled.html",
            group="people",
            permission="organisations.read",
        ),
        EventKind(
            events.DeletionCancelledByStaff,
            _("The deletion of this organisation was cancelled by an administrator of this platform"),
            act="authority",
            by_staff=True,
            holds={"reason": "the audit log has to say why staff did it"},
            written=("reason",),
            feed="organisations/feed_closing_cancelled.html",
            group="people",
            permission="organisations.read",
        ),
        EventKind(events.OwnershipOffered, act="authority", ids=("subject",)),
        EventKind(events.OwnershipWithdrawn, act="authority", ids=("subject",)),
        EventKind(events.OwnershipDeclined, act="authority", ids=("subject",)),
        EventKind(
            events.OwnershipTransferred,
            _("{subject} became owner in place of {former}"),
            act="authority",
            holds={"before": ROLE},
            feed="organisations/feed_ownership.html",
            group="people",
            ids=("subject", "former"),
            permission="organisations.read",
            link="/o/{organisation}/members",
        ),
        EventKind(events.CopyRequested, act=None),
        EventKind(events.OrganisationDeleted, act="authority"),
        EventKind(events.ServiceAccountAdded, act="authority", holds={"role": ROLE}),
        EventKind(events.ServiceAccountRemoved, act="authority"),
    ),
    notifications=NOTIFICATIONS,
    notices=notices.NOTICES,
    checks=(HAS_OWNER,),
    jobs=jobs.JOBS,
    schedules=(
        Schedule("organisations.delete_due", "11 * * * *", jobs.delete_due),
        Schedule("organisations.forget_old", "21 3 * * *", jobs.forget_old),
    ),
    emails=samples.EMAILS,
    cards=(MEMBERS,),
    slots=(Slot("dashboard", "organisations/slot_invitations.html", open_invitations, queries=1, order=10),),
    welcome=(INVITE,),
    navigation=(
        NavigationItem(_("Members"), "people", "/o/{organisation}/members", "organisations.read", group="organisation", order=60),
        NavigationItem(_("Settings"), "settings", "/o/{organisation}/settings", "organisations.manage", group="organisation", order=70),
        NavigationItem(
            _("Service accounts"), "plug", "/o/{organisation}/service-accounts", "organisations.manage", group="organisation", order=75
        ),
        NavigationItem(_("All organisations"), "building", "/organisations", group="organisations", order=80),
        NavigationItem(_("New organisation"), "plus", "/organisations/new", group="organisations", order=81),
    ),
    places=("organisation_settings",),
    settings=OrganisationSettings,
    organisation_banners=(closing_banner,),
    owned=owned.OWNED,
    personal=PersonalData(export=personal.export, erase=personal.erase, refuse=personal.refuse),
    memberships=MembershipSource(queries.membership_finder, queries.hold_memberships),
)
