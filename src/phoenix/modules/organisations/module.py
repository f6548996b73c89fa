"""Organisations: members, roles, invitations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from phoenix.kernel.module import EventGroup, EventKind, ListQuery, MembershipSource, Module, NavigationItem, Permission, PersonalData, Slot
from phoenix.modules.organisations import api, events, jobs, notices, pages, personal, queries, samples
from phoenix.modules.organisations.cards import INVITE, MEMBERS
from phoenix.modules.organisations.checks import HAS_OWNER
from phoenix.modules.organisations.pages.invitations import open_invitations
from phoenix.modules.organisations.queries.listed import MEMBERS as LISTED_MEMBERS

ROLE = "the name of a role, which modules declare"
OF_2_0 = "only code of 2.0 reads it, which must be able to serve this database; the release after 2.1 drops it"
FORMER_NAME = "what an organisation was called is stored nowhere else, and it is not text about a person"

MODULE = Module(
    name="organisations",
    about="Members, roles and invitations.",
    folder=Path(__file__).parent,
    needs=("accounts", "keys"),
    tables=("organisations", "memberships", "invitations", "member_counts"),
    routes=(*api.ROUTES, *pages.ROUTES),
    lists=(
        LISTED_MEMBERS,
        ListQuery(queries.ORGANISATIONS, ("acc_1", datetime(1970, 1, 1, tzinfo=UTC), "", 21)),
    ),
    permissions=(
        Permission("organisations.read", "View an organisation and its members"),
        Permission("organisations.invite", "Invite people"),
        Permission("organisations.manage", "Rename the organisation, change roles, remove members"),
    ),
    roles={
        "owner": frozenset({"organisations.read", "organisations.invite", "organisations.manage"}),
        "administrator": frozenset({"organisations.read", "organisations.invite", "organisations.manage"}),
        "member": frozenset({"organisations.read", "organisations.invite"}),
        "viewer": frozenset({"organisations.read"}),
    },
    event_groups=(EventGroup("people", "People"),),
    events=(
        EventKind(
            events.OrganisationCreated,
            "{actor} created {name}",
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
            "{actor} renamed {before} to {name}",
            act=None,
            feed="organisations/feed_renamed.html",
            group="people",
            permission="organisations.read",
            holds={"name": FORMER_NAME, "before": FORMER_NAME},
        ),
        EventKind(events.MemberInvited, act="authority", holds={"role": ROLE}),
        EventKind(events.InvitationRevoked, act="authority"),
        EventKind(events.InvitationDeclined, act="authority"),
        EventKind(
            events.MemberJoined,
            "{subject} joined, invited by {invited_by}",
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
            "{subject} left",
            act="authority",
            feed="organisations/feed_left.html",
            group="people",
            ids=("subject",),
            permission="organisations.read",
            link="/o/{organisation}/members",
        ),
        EventKind(
            events.RoleEnded,
            "{subject} was removed by an administrator of this platform",
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
            "{actor} changed the role of {subject} to {role}",
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
            "{subject} was made an owner by an administrator of this platform",
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
        EventKind(events.ServiceAccountAdded, act="authority", holds={"role": ROLE}),
        EventKind(events.ServiceAccountRemoved, act="authority"),
    ),
    notices=notices.NOTICES,
    checks=(HAS_OWNER,),
    jobs=jobs.JOBS,
    emails=samples.EMAILS,
    cards=(MEMBERS,),
    slots=(Slot("dashboard", "organisations/slot_invitations.html", open_invitations, queries=1, order=10),),
    welcome=(INVITE,),
    navigation=(
        NavigationItem("Members", "people", "/o/{organisation}/members", "organisations.read", group="organisation", order=60),
        NavigationItem("Settings", "settings", "/o/{organisation}/settings", "organisations.manage", group="organisation", order=70),
        NavigationItem(
            "Service accounts", "plug", "/o/{organisation}/service-accounts", "organisations.manage", group="organisation", order=75
        ),
        NavigationItem("All organisations", "building", "/organisations", group="organisations", order=80),
        NavigationItem("New organisation", "plus", "/organisations/new", group="organisations", order=81),
    ),
    personal=PersonalData(export=personal.export, erase=personal.erase, refuse=personal.refuse),
    memberships=MembershipSource(queries.membership_finder, queries.hold_memberships),
)
