"""Every page in every state worth testing: name → (template, context)."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web import samples
from tests.web.api_document import DOCUMENT
from tests.web.channel_pages import CHANNEL_PAGES
from tests.web.closing_pages import CLOSING_PAGES
from tests.web.comment_pages import COMMENT_PAGES
from tests.web.edit_pages import EDIT_PAGES
from tests.web.elsewhere_pages import ELSEWHERE_PAGES
from tests.web.email_pages import EMAIL_PAGES
from tests.web.error_pages import ERROR_PAGES
from tests.web.inbox_pages import INBOX_PAGES
from tests.web.listings import listing, plain
from tests.web.member_pages import MEMBER_PAGES, VIEWER, WRONG_ADDRESS
from tests.web.samples import WITHOUT_ORGANISATION, frame, outside
from tests.web.security_pages import HERE, NOWHERE, PROVIDERS, SECURITY_PAGES
from tests.web.staff_pages import STAFF_PAGES

from phoenix.kernel.i18n.times import zones
from phoenix.kernel.web.reference import reference
from phoenix.modules.entries.queries import PAGE as ENTRIES

FILLED = {"email": "leila.haddad@example.com", "name": "Leila Haddad", "next": "/o/halden/feed"}
PROFILE = {"name": "Mara Lindqvist", "time_zone": "Europe/Berlin", "locale": "en", "version": "1"}
LOCALES = (("en", "English"),)
EXPORTS = [
    Thing(id="exp_2", created_at=samples.NOW, ready_at=None, until=samples.NOW),
    Thing(id="exp_1", created_at=samples.NOW, ready_at=samples.NOW, until=samples.NOW),
]
SCOPES = {"entries.read": "Read entries", "entries.write": "Post entries; edit and delete your own"}
SERVICE_ACCOUNTS = [
    Thing(
        account="acc_1",
        name="Nightly import",
        role="member",
        hint="x4Bc",
        scopes=list(SCOPES),
        seen_at=samples.NOW,
        until=samples.NOW,
        maker="Tomas Bauer",
        maker_lost_right=True,
        suspended=False,
    ),
    Thing(
        account="acc_2",
        name="Old export",
        role="viewer",
        hint=None,
        scopes=None,
        seen_at=None,
        until=None,
        maker=None,
        maker_lost_right=False,
        suspended=False,
    ),
]


PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "sign-in": ("sign_in/sign_in.html", outside("/sign-in", passkeys=HERE, providers=PROVIDERS)),
    "sign-in-refused": (
        "sign_in/sign_in.html",
        outside("/sign-in", passkeys=NOWHERE, providers=[], form=FILLED, problem="The email address or the password is wrong."),
    ),
    "sign-up": ("sign_in/sign_up.html", outside("/sign-up", least=12, providers=PROVIDERS)),
    "sign-up-refused": (
        "sign_in/sign_up.html",
        outside(
            "/sign-up",
            least=12,
            providers=[],
            form=FILLED,
            errors={
                **WRONG_ADDRESS,
                "password": "This is on the list of common passwords.",
                "accept_terms": "Accept the terms to continue.",
            },
        ),
    ),
    "sign-up-done": ("sign_in/sign_up_done.html", outside("/sign-up", form=FILLED, asks_account=False, least=12)),
    "verify": (
        "sign_in/verify.html",
        outside(
            "/verify", errors={"code": "This code is wrong or has expired."}, problem="Try the newest code.", asks_account=True, least=12
        ),
    ),
    "verify-link": ("sign_in/verify_link.html", outside("/verify/link", token="abc", gone=False, asks_account=False, least=12)),
    "verify-link-elsewhere": ("sign_in/verify_link.html", outside("/verify/link", token="abc", gone=False, asks_account=True, least=12)),
    "verify-link-unnamed": (
        "sign_in/verify_link.html",
        outside(
            "/verify/link",
            token="abc",
            gone=False,
            form={"time_zone": "Asia/Tokyo"},
            errors={"name": "Enter a name.", "password": "Choose a password for your account. You haven't signed up in this browser."},
            asks_account=False,
            least=12,
        ),
    ),
    "verify-link-gone": ("sign_in/verify_link.html", outside("/verify/link", token="abc", gone=True, asks_account=False, least=12)),
    "forgot-password": ("sign_in/forgot_password.html", outside("/forgot-password")),
    "reset-password": ("sign_in/reset_password.html", outside("/reset-password", token="abc", gone=False, sent=False, least=12)),
    "reset-password-gone": ("sign_in/reset_password.html", outside("/reset-password", token="abc", gone=True, sent=False, least=12)),
    "reset-password-code": (
        "sign_in/reset_password.html",
        outside("/reset-password", token="", gone=False, sent=True, least=12, form=FILLED),
    ),
    "first-administrator": ("sign_in/first_administrator.html", outside("/first-administrator", token="abc", least=12)),
    "time-zones": ("time_zones.html", outside("/time-zones", words="", found=zones(samples.NOW))),
    "time-zones-none": ("time_zones.html", outside("/time-zones", words="Atlantis", found=[])),
    "terms": ("sign_in/terms.html", outside("/terms")),
    "data": ("accounts/settings/data.html", frame("/settings/data", exports=[], grace=14, erase_at=None)),
    "data-asked": (
        "accounts/settings/data.html",
        frame("/settings/data", exports=EXPORTS, grace=14, erase_at=samples.NOW, problem="That was tried too often. Try again in 3 hours."),
    ),
    "delete": ("accounts/settings/delete.html", frame("/settings/data/delete", grace=14, problem="You are the only owner of Halden.")),
    "service-accounts": (
        "organisations/service_accounts.html",
        frame("/o/halden/service-accounts", service_accounts=SERVICE_ACCOUNTS, scopes=SCOPES, key=""),
    ),
    "service-accounts-new": (
        "organisations/service_accounts.html",
        frame(
            "/o/halden/service-accounts",
            service_accounts=[],
            scopes=SCOPES,
            key="phk_" + "x" * 43,
            errors={"scopes": "Choose at least one thing."},
        ),
    ),
    "profile": ("accounts/settings/profile.html", frame("/settings/profile", form=PROFILE, locales=LOCALES, more=[])),
    "profile-refused": (
        "accounts/settings/profile.html",
        frame(
            "/settings/profile",
            form={**PROFILE, "name": "", "time_zone": "US/Old"},
            errors={"name": "Write your name."},
            locales=LOCALES,
            more=[],
        ),
    ),
    "sessions": (
        "sessions/sessions.html",
        frame("/settings/sessions", slot={"sessions": samples.SESSIONS, "listing": plain([], "/settings/sessions", more=True)}),
    ),
    "sessions-one": (
        "sessions/sessions.html",
        frame("/settings/sessions", slot={"sessions": samples.SESSIONS[:1], "listing": plain([], "/settings/sessions")}),
    ),
    "organisation-new": (
        "organisations/new.html",
        frame("/organisations/new", organisation=None, navigation=WITHOUT_ORGANISATION, live=None),
    ),
    "organisations": ("organisations/choose.html", frame("/organisations", invitations=[samples.OFFER])),
    "organisations-none": (
        "organisations/choose.html",
        frame("/organisations", invitations=[], organisation=None, organisations=[], navigation=WITHOUT_ORGANISATION, live=None),
    ),
    **MEMBER_PAGES,
    "organisation-settings": (
        "organisations/settings.html",
        frame("/o/halden/settings", **samples.OF_HALDEN, may_leave=False, more=[]),
    ),
    "organisation-settings-leave": (
        "organisations/settings.html",
        frame("/o/halden/settings", **samples.OF_HALDEN, may_leave=True, more=[], problem="Someone else changed it."),
    ),
    **CLOSING_PAGES,
    "invitation": (
        "organisations/invitation.html",
        outside(
            "/invitations/accept",
            token="t",
            invitation=samples.OFFER,
            used=None,
            role="",
            signed_in_as_other=False,
            next="/invitations/accept?token=t",
        ),
    ),
    "invitation-join": (
        "organisations/invitation.html",
        frame("/invitations/accept", token="t", invitation=samples.OFFER, used=None, role="", signed_in_as_other=False, next="/x"),
    ),
    "invitation-other": (
        "organisations/invitation.html",
        frame("/invitations/accept", token="t", invitation=samples.OFFER, used=None, role="", signed_in_as_other=True, next="/x"),
    ),
    "invitation-of-a-member": (
        "organisations/invitation.html",
        frame("/invitations/accept", token="t", invitation=samples.OFFER, used=None, role="viewer", signed_in_as_other=False, next="/x"),
    ),
    "invitation-accepted": (
        "organisations/invitation.html",
        outside("/invitations/accept", token="t", invitation=None, used=samples.OFFER, role="", signed_in_as_other=False, next="/x"),
    ),
    "invitation-accepted-other": (
        "organisations/invitation.html",
        frame("/invitations/accept", token="t", invitation=None, used=samples.OFFER, role="", signed_in_as_other=True, next="/x"),
    ),
    "invitation-gone": (
        "organisations/invitation.html",
        outside("/invitations/accept", token="t", invitation=None, used=None, role="", signed_in_as_other=False, next="/x"),
    ),
    "entries": (
        "entries/list.html",
        frame("/o/halden/entries", entries=samples.ENTRIES, listing=listing(ENTRIES, [], "/o/halden/entries", more=True)),
    ),
    "entries-last": (
        "entries/list.html",
        frame("/o/halden/entries", entries=samples.ENTRIES[:1], listing=listing(ENTRIES, [], "/o/halden/entries", cursor="c")),
    ),
    "entries-empty": ("entries/list.html", frame("/o/halden/entries", entries=[], listing=listing(ENTRIES, [], "/o/halden/entries"))),
    "entries-empty-viewer": (
        "entries/list.html",
        frame("/o/halden/entries", entries=[], listing=listing(ENTRIES, [], "/o/halden/entries"), organisation=VIEWER),
    ),
    "entry": ("entries/show.html", frame("/o/halden/entries/ent_1", entry=samples.ENTRY, may_change=True, more=[])),
    "entry-other": (
        "entries/show.html",
        frame("/o/halden/entries/ent_1", entry=Thing(**{**vars(samples.ENTRY), "body": ""}), may_change=False, more=[]),
    ),
    "feed": (
        "feed/page.html",
        frame("/o/halden/feed", items=samples.FEED, kinds=samples.KINDS, kind="", older="/o/halden/feed?cursor=x", newest=True),
    ),
    "feed-end": (
        "feed/page.html",
        frame("/o/halden/feed", items=samples.FEED[-2:], kinds=samples.KINDS, kind="people", older="", newest=False),
    ),
    "feed-empty": ("feed/page.html", frame("/o/halden/feed", items=[], kinds=samples.KINDS, kind="", older="", newest=True)),
    "feed-empty-kind": ("feed/page.html", frame("/o/halden/feed", items=[], kinds=samples.KINDS, kind="entries", older="", newest=True)),
    "feed-empty-viewer": (
        "feed/page.html",
        frame("/o/halden/feed", items=[], kinds=samples.KINDS, kind="", older="", newest=True, organisation=VIEWER),
    ),
    "dashboard": (
        "dashboard/page.html",
        frame(
            cards=samples.cards(),
            notices=samples.NOTICES,
            names=samples.NAMES,
            toasts=[Thing(kind="good", text="Entry deleted.")],
            banners=[
                Thing(kind="warn", title="Mail does not go out", text="We try again every minute.", href="/somewhere", label="See why")
            ],
        ),
    ),
    "dashboard-new": ("dashboard/page.html", frame(cards=samples.cards((0,) * 14, entries=False), notices=[], names={})),
    "dashboard-empty": ("dashboard/page.html", frame(cards=[], notices=[], names={}, organisation=VIEWER)),
    "help": ("welcome/help.html", frame("/help", checklist=samples.CHECKLIST, support="support@example.com")),
    "help-hidden": ("welcome/help.html", frame("/help", checklist=samples.CHECKLIST | {"hidden": True}, support="")),
    "api-docs": ("api_docs.html", outside("/api/docs", api=reference(DOCUMENT))),
    "api-docs-signed-in": ("api_docs.html", frame("/api/docs", api=reference(DOCUMENT))),
    **ERROR_PAGES,
    **EDIT_PAGES,
    **SECURITY_PAGES,
    **ELSEWHERE_PAGES,
    **CHANNEL_PAGES,
    **COMMENT_PAGES,
    **INBOX_PAGES,
    **STAFF_PAGES,
    **EMAIL_PAGES,
}
