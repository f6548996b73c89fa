"""JSON routes of organisations, members and invitations."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.cursors import Page, parse_limit, pick
from phoenix.kernel.errors import FieldError, Forbidden, InvalidInput
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.language import _
from phoenix.kernel.web.bodies import given
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, patch, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions import change, create, invite, members
from phoenix.modules.organisations.queries.listed import MEMBERS


class OrganisationData(Struct, forbid_unknown_fields=True):
    name: Text


class OrganisationChange(Struct, forbid_unknown_fields=True):
    """Only what is given is changed. `locale` is a language such as `de`, `time_zone` a name such as `Europe/Berlin`."""

    name: Text | UnsetType = UNSET
    locale: Text | UnsetType = UNSET
    time_zone: Text | UnsetType = UNSET


class InvitationData(Struct, forbid_unknown_fields=True):
    email: Text
    role: Text = "member"


class AcceptData(Struct, forbid_unknown_fields=True):
    token: Text


class RoleData(Struct, forbid_unknown_fields=True):
    role: Text


class OrganisationAnswer(Struct):
    id: str
    slug: str
    name: str
    locale: str
    time_zone: str
    role: str
    created_at: Instant
    version: int


class MemberAnswer(Struct):
    id: str
    name: str
    email: str
    time_zone: str
    role: str
    joined_at: Instant
    version: int


class InvitationAnswer(Struct):
    id: str
    email: str
    role: str
    invited_by: str
    sent_at: Instant
    expires_at: Instant


class Joined(Struct):
    organisation: str
    role: str


class InvitationId(Struct):
    id: str


def _answer(found: queries.Organisation | queries.JoinedOrganisation, role: str) -> OrganisationAnswer:
    return OrganisationAnswer(
        found.id, found.slug, found.name, found.locale, found.time_zone, role, instant(found.created_at), found.version
    )


@get("/api/v2/organisations", may=SIGNED_IN, key_may=True, queries=1)
async def list_organisations(call: Call, limit: int | None = None, cursor: str | None = None) -> Page[OrganisationAnswer]:
    """List the organisations you are a member of, in the order you joined them."""
    made = await queries.ORGANISATIONS.page(call.db, call.runtime.keys, call.actor.account, cursor=cursor, limit=parse_limit(limit))
    return Page([_answer(o, o.role) for o in made.items], made.next_cursor)


@post("/api/v2/organisations", may=SIGNED_IN, act="authority", step_up=False, queries=15)
async def create_organisation(call: Call, data: OrganisationData) -> Created[OrganisationAnswer]:
    """Create an organisation. You become its owner."""
    made = await create.create_organisation(call.tx, call.actor, name=data.name)
    return Created(_answer(made, create.OWNER), f"/api/v2/organisations/{made.id}")


@get("/api/v2/organisations/{organisation_id:str}", may="organisations.read", within="organisation_id", queries=1)
async def read_organisation(call: Call, member: Membership) -> OrganisationAnswer:
    """Get an organisation."""
    found = await call.db.one(queries.ORGANISATION, member.organisation)
    return _answer(found, member.role)


@patch("/api/v2/organisations/{organisation_id:str}", may="organisations.manage", within="organisation_id", queries=5, problems=(412, 428))
async def change_organisation(call: Call, member: Membership, data: OrganisationChange) -> OrganisationAnswer:
    """Change the name, the language or the time zone of an organisation. Requires If-Match with the ETag you read.

    The language is that of invitations to people without an account. Service accounts have both.
    """
    changed = await change.change_organisation(
        call.tx,
        member,
        name=given(data.name),
        locale=given(data.locale),
        time_zone=given(data.time_zone),
        versions=call.expected_versions(),
    )
    return _answer(changed, member.role)


@get("/api/v2/organisations/{organisation_id:str}/members", may="organisations.read", within="organisation_id", queries=1)
async def list_members(
    call: Call,
    member: Membership,
    limit: int | None = None,
    cursor: str | None = None,
    q: str | None = None,
    role: str | None = None,
    sort: str | None = None,
) -> Page[MemberAnswer]:
    """List the members of an organisation, by joining date.

    `q` finds names and addresses by their beginnings, `role` those with a role. `sort` is `joined`, `name` or `role`, with a minus for the
    reverse. A cursor is valid only with the `q`, `role` and `sort` it was given with.
    """
    given = {"q": q, "role": role, "sort": sort}
    asked = MEMBERS.read(lambda name: given[name] or "")
    made = await MEMBERS.page(call.db, call.runtime.keys, member.organisation, asked=asked, cursor=cursor, limit=parse_limit(limit))
    return Page(
        [MemberAnswer(m.account, m.name, m.email, m.time_zone, m.role, instant(m.joined_at), m.version) for m in made.items],
        made.next_cursor,
    )


@patch(
    "/api/v2/organisations/{organisation_id:str}/members/{account_id:str}",
    may="organisations.manage",
    within="organisation_id",
    queries=14,
    act="authority",
    problems=(412,),
)
async def change_role(call: Call, member: Membership, account_id: str, data: RoleData) -> None:
    """Change a member's role: owner, administrator, member or viewer.

    With `If-Match` and the `version` you read, such as `"2"`, the response is 412 if someone else has changed the role since.
    """
    versions = call.expected_versions() if "if-match" in call.request.headers else None
    changed = await members.change_role(call.runtime, call.tx, member, account_id, role=data.role, versions=versions)
    call.headers["ETag"] = f'"{changed.version}"'


@delete(
    "/api/v2/organisations/{organisation_id:str}/members/{account_id:str}",
    may="organisations.read",
    within="organisation_id",
    queries=14,
    act="authority",
    while_closing=True,
)
async def remove_member(call: Call, member: Membership, account_id: str) -> None:
    """Remove a member, which requires organisations.manage, or leave the organisation yourself. An API key cannot leave on its owner's behalf."""
    if call.actor.is_key and account_id == member.account:
        raise Forbidden(_("An API key can't do this. Sign in as yourself."))
    await members.remove_member(call.tx, member, account_id)


@get("/api/v2/organisations/{organisation_id:str}/invitations", may="organisations.invite", within="organisation_id", queries=1)
async def list_invitations(call: Call, member: Membership) -> Page[InvitationAnswer]:
    """List the pending invitations of an organisation, newest first, at most 200."""
    return Page([_invitation(found) for found in await call.db.all(queries.INVITATIONS, member.organisation)])


@get(
    "/api/v2/organisations/{organisation_id:str}/invitations/{invitation_id:str}",
    may="organisations.invite",
    within="organisation_id",
    queries=1,
)
async def read_invitation(call: Call, member: Membership, invitation_id: str) -> InvitationAnswer:
    """Get a pending invitation."""
    return _invitation(pick(await call.db.all(queries.INVITATIONS, member.organisation), lambda found: found.id == invitation_id))


def _invitation(found: queries.Invitation) -> InvitationAnswer:
    return InvitationAnswer(found.id, found.email, found.role, found.invited_by, instant(found.sent_at), instant(found.until))


@post(
    "/api/v2/organisations/{organisation_id:str}/invitations",
    may="organisations.invite",
    within="organisation_id",
    queries=7,
    act="authority",
)
async def invite_member(call: Call, member: Membership, data: InvitationData) -> Created[InvitationId]:
    """Invite a person by email. Inviting an address again sends a new email, and the previous link stops working."""
    made = await invite.invite(call.runtime, call.tx, member, email=data.email, role=data.role)
    return Created(InvitationId(made), f"/api/v2/organisations/{member.organisation}/invitations/{made}")


@delete(
    "/api/v2/organisations/{organisation_id:str}/invitations/{invitation_id:str}",
    may="organisations.invite",
    within="organisation_id",
    queries=3,
    act="authority",
    while_closing=True,
)
async def revoke_invitation(call: Call, member: Membership, invitation_id: str) -> None:
    """Revoke an invitation."""
    await invite.revoke_invitation(call.tx, member, invitation_id)


@post("/api/v2/invitations/accept", may=SIGNED_IN, queries=9, act="authority", step_up=False, problems=(404,))
async def accept_invitation(call: Call, data: AcceptData) -> Joined:
    """Join the organisation you were invited to, with the token from the link in the email."""
    if not data.token:
        raise InvalidInput(errors=(FieldError("token", "missing", "Send the token from the link."),))
    invitation = await invite.accept_invitation(call.runtime, call.tx, call.actor, data.token)
    return Joined(invitation.organisation, invitation.role)


ROUTES = (
    list_organisations,
    create_organisation,
    read_organisation,
    change_organisation,
    list_members,
    change_role,
    remove_member,
    list_invitations,
    read_invitation,
    invite_member,
    revoke_invitation,
    accept_invitation,
)
