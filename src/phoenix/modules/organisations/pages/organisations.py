"""Pages of organisations: choose, create, members, invitations, settings."""

from __future__ import annotations

from phoenix.kernel.actor import Membership
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.avatars import initials, tone
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.i18n.times import city
from phoenix.kernel.language import LANGUAGES, _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.edits import EditedField, Edits
from phoenix.kernel.web.listing import listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.kernel.web.slots import fill
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions import change, create, invite, members
from phoenix.modules.organisations.queries import changes, owners, withdraw
from phoenix.modules.organisations.queries.listed import MEMBERS


@page("/organisations", may=SIGNED_IN, queries=1)
async def choose(call: Call) -> View:
    return View("organisations/choose.html", {"invitations": await invite.invitations_to(call.runtime, call.db, call.actor)})


@page("/organisations/new", may=SIGNED_IN, queries=0)
async def show_new(call: Call) -> View:
    del call
    return View("organisations/new.html")


@form("/organisations/new", may=SIGNED_IN, act="authority", step_up=False, queries=15, retry=show_new)
async def send_new(call: Call) -> Redirect:
    made = await create.create_organisation(call.tx, call.actor, name=call.form.get("name", ""))
    return Redirect(f"/o/{made.slug}/feed", _("{name} is ready.").format(name=isolated(made.name)))


@page("/o/{slug:str}/members", may="organisations.read", within="slug", queries=3, lists=(MEMBERS,))
async def show_members(call: Call) -> View:
    member = call.member
    found = await listing(call, MEMBERS, member.organisation)
    invited = await call.db.all(queries.INVITATIONS, member.organisation) if "organisations.invite" in member.permissions else []
    mine = members.ROLES.index(member.role)
    manages = "organisations.manage" in member.permissions
    context = {
        "members": [
            {
                "account": m.account,
                "name": m.name,
                "email": m.email,
                "initials": initials(m.name),
                "tone": tone(m.account),
                "role": m.role,
                "joined_at": m.joined_at,
                "version": m.version,
            }
            for m in found.items
        ],
        "invitations": invited,
        "key_makers": await call.db.all(withdraw.KEY_MAKERS, member.organisation, call.db.now) if manages else [],
        "roles": members.ROLES[mine:],
        "listing": found,
        "form": {"email": "", "role": "member"},
    }
    return View("organisations/members.html", context)


@form("/o/{slug:str}/members/invite", may="organisations.invite", within="slug", queries=7, act="authority", retry=show_members)
async def send_invite(call: Call) -> Redirect:
    member = call.member
    email = call.form.get("email", "")
    await invite.invite(call.runtime, call.tx, member, email=email, role=call.form.get("role", ""))
    return Redirect(f"/o/{member.slug}/members", _("Invitation sent."))


@page("/o/{slug:str}/members/{account_id:str}/role", may="organisations.manage", within="slug", queries=1)
async def show_role(call: Call) -> View:
    member = call.member
    found = await call.db.maybe(changes.MEMBER, member.organisation, call.path["account_id"])
    if found is None:
        raise NotFound(members.NO_MEMBER)
    members.check_role(member, found.role)
    names = {"owner": _("Owner"), "administrator": _("Administrator"), "member": _("Member"), "viewer": _("Viewer")}
    context = {
        "member": found,
        "roles": members.ROLES[members.ROLES.index(member.role) :],
        "form": {"role": found.role, "version": str(found.version)},
        "edits": Edits(f"/o/{member.slug}/members", (EditedField("role", _("Role"), lambda role: names.get(role, role)),)),
    }
    return View("organisations/role.html", context)


@form(
    "/o/{slug:str}/members/{account_id:str}/role", may="organisations.manage", within="slug", queries=12, act="authority", retry=show_role
)
async def send_role(call: Call) -> Redirect:
    member = call.member
    account, role, versions = call.path["account_id"], call.form.get("role", ""), call.shown_version()
    changed = await members.change_role(call.runtime, call.tx, member, account, role=role, versions=versions)
    if changed.keys_left:
        return _to_keys(member, _("Role changed. Keys that they created for service accounts still work: see below."))
    return Redirect(f"/o/{member.slug}/members", _("Role changed."))


@form(
    "/o/{slug:str}/members/{account_id:str}/remove",
    frees=True,
    while_closing=True,
    may="organisations.read",
    within="slug",
    queries=12,
    act="authority",
    retry=show_members,
)
async def send_remove(call: Call) -> Redirect:
    member, account = call.member, call.path["account_id"]
    keys_left = await members.remove_member(call.tx, member, account)
    if account == call.actor.account:
        return Redirect("/organisations", _("You've left {name}.").format(name=isolated(member.name)))
    if keys_left:
        return _to_keys(member, _("Member removed. Keys that they created for service accounts still work: see below."))
    return Redirect(f"/o/{member.slug}/members", _("Member removed."))


def _to_keys(member: Membership, words: str) -> Redirect:
    """To where the keys of service accounts are listed and renewed."""
    return Redirect(f"/o/{member.slug}/service-accounts", words)


@form(
    "/o/{slug:str}/invitations/{invitation_id:str}/revoke",
    frees=True,
    while_closing=True,
    may="organisations.invite",
    within="slug",
    queries=3,
    act="authority",
    retry=show_members,
)
async def send_revoke(call: Call) -> Redirect:
    await invite.revoke_invitation(call.tx, call.member, call.path["invitation_id"])
    return Redirect(f"/o/{call.member.slug}/members", _("Invitation revoked."))


@form(
    "/o/{slug:str}/invitations/{invitation_id:str}/resend",
    may="organisations.invite",
    within="slug",
    queries=3,
    act="authority",
    retry=show_members,
)
async def send_resend(call: Call) -> Redirect:
    await invite.resend_invitation(call.runtime, call.tx, call.member, call.path["invitation_id"])
    return Redirect(f"/o/{call.member.slug}/members", _("Invitation sent again. The link in the previous email no longer works."))


@page("/o/{slug:str}/settings", may="organisations.manage", within="slug", queries=2, slots=("organisation_settings",))
async def show_settings(call: Call) -> View:
    member = call.member
    found = await call.db.one(queries.ORGANISATION, member.organisation)
    others = await call.db.one(owners.ABLE_OWNERS, member.organisation, member.account)
    context = {
        "form": {"name": found.name, "locale": found.locale, "time_zone": found.time_zone, "version": str(found.version)},
        "locales": tuple(LANGUAGES.items()),
        "may_leave": member.role != "owner" or others > 0,
        "edits": Edits(
            f"/o/{member.slug}/settings",
            (
                EditedField("name", _("Name")),
                EditedField("locale", _("Language"), lambda tag: LANGUAGES.get(tag, tag)),
                EditedField("time_zone", _("Time zone"), city),
            ),
        ),
        "more": await fill(call, "organisation_settings"),
    }
    return View("organisations/settings.html", context)


@form("/o/{slug:str}/settings", may="organisations.manage", within="slug", queries=5, retry=show_settings)
async def send_settings(call: Call) -> Redirect:
    member, sent = call.member, call.form
    await change.change_organisation(
        call.tx,
        member,
        name=sent.get("name", ""),
        locale=sent.get("locale"),
        time_zone=sent.get("time_zone"),
        versions=call.shown_version(),
    )
    return Redirect(f"/o/{member.slug}/settings", _("Organisation saved."))


ROUTES = (
    choose,
    show_new,
    send_new,
    show_members,
    send_invite,
    show_role,
    send_role,
    send_remove,
    send_revoke,
    send_resend,
    show_settings,
    send_settings,
)
