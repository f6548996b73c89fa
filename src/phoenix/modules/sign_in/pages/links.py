"""The links of emails: opening one looks whether it still works, and uses nothing up, since mail scanners open links as well."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import safe_next
from phoenix.modules.accounts.actions import email_verification

LONGEST_ADDRESS = 320


def token_of(call: Call) -> str:
    """The token of the link that was opened, also where its form is shown again; "" where there is none."""
    return call.form.get("token") or call.query("token")


async def is_gone(call: Call, purpose: str) -> bool:
    """Whether a link was opened that no longer works: it was used or replaced, or has expired. One query, if there is a link."""
    token = token_of(call)
    if not token:
        return False
    found = await email_verification.look(call.db, purpose, token)
    return found is None or not found.works


def carried(call: Call) -> dict[str, str]:
    """What every page of signing in passes on to the next: the address that was typed, and where its reader was going."""
    return {"email": call.query("email"), "next": call.query("next") or call.form.get("next", "")}


def next_of(fields: Mapping[str, str]) -> str:
    """Where the sender of a form was going, if that is one of our pages; "" for the front page."""
    on_to = safe_next(fields.get("next") or "/")
    return "" if on_to == "/" else on_to


def address_of(fields: Mapping[str, str]) -> str:
    """The address that was typed into a form, to be filled in on the next page; "" for what is longer than any."""
    email = fields.get("email", "").strip()
    return email if len(email) <= LONGEST_ADDRESS else ""


def was_sent(call: Call) -> bool:
    """Whether the page follows the request for an email, so that it can say so. Someone may also have opened it directly."""
    return bool(call.query("sent") or call.form.get("sent"))
