"""The members of an organisation, as its page shows them."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web import samples
from tests.web.listings import listing
from tests.web.samples import frame

from phoenix.modules.organisations.queries.listed import MEMBERS

PATH = "/o/halden/members"

VIEWER = Thing(**{**vars(samples.HALDEN), "role": "viewer", "permissions": samples.READ_ONLY})
WRONG_ADDRESS = {"email": "The part after @ has no ending, such as .com. Is it example.com?"}
MANAGE = {
    "members": samples.MEMBERS,
    "invitations": samples.INVITATIONS,
    "key_makers": [samples.MEMBERS[1].account],
    "roles": ("owner", "administrator", "member", "viewer"),
    "listing": listing(MEMBERS, samples.MEMBERS, PATH, sort="-name"),
}

MEMBER_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "members": ("organisations/members.html", frame("/o/halden/members", **MANAGE, form={"email": "", "role": "member"})),
    "members-refused": (
        "organisations/members.html",
        frame(
            "/o/halden/members",
            **{**MANAGE, "invitations": [], "listing": listing(MEMBERS, samples.MEMBERS, PATH, more=True)},
            form={"email": "leila"},
            errors=WRONG_ADDRESS,
        ),
    ),
    "members-found": (
        "organisations/members.html",
        frame(
            "/o/halden/members",
            **{**MANAGE, "listing": listing(MEMBERS, samples.MEMBERS[1:2], PATH, q="aguirre", cursor="c"), "members": samples.MEMBERS[1:2]},
            form={"email": "", "role": "member"},
        ),
    ),
    "members-none": (
        "organisations/members.html",
        frame(
            "/o/halden/members",
            **{**MANAGE, "listing": listing(MEMBERS, [], PATH, q="nobody", role="owner"), "members": []},
            form={"email": "", "role": "member"},
        ),
    ),
    "members-viewer": ("organisations/members.html", frame("/o/halden/members", **{**MANAGE, "roles": ("viewer",)}, organisation=VIEWER)),
}
