"""An address that accepts no emails, in the settings of its owner and on the page that staff have of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, form
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.deliverability import queries
from phoenix.modules.deliverability.actions.resume import resume_of_person, resume_own

PERSON = "/staff/people/{account_id:str}"


async def own_address(call: Call) -> Mapping[str, Any]:
    """Why the reader gets no emails, and since when."""
    return {"stopped": await call.db.maybe(queries.OF_ACCOUNT, call.actor.account)}


async def address_of_person(call: Call) -> Mapping[str, Any]:
    """Why a person gets no emails, and since when, for staff."""
    account = str(call.path["account_id"])
    return {
        "stopped": await call.db.maybe(queries.OF_ACCOUNT, account),
        "account": account,
        "may_write": call.actor.may("platform.people_write"),
    }


@form("/settings/profile/emails", may=SIGNED_IN, queries=2, retry="/settings/profile")
async def send_resume_emails(call: Call) -> Redirect:
    await resume_own(call.runtime, call.tx, call.actor.account)
    return Redirect("/settings/profile", _("We'll email you again."))


@form(f"{PERSON}/resume-emails", may="platform.people_write", queries=3, sensitive=True, retry=PERSON, listeners=("admin",))
async def send_resume_emails_of_person(call: Call) -> Redirect:
    account = str(call.path["account_id"])
    await resume_of_person(call.tx, account)
    return Redirect(f"/staff/people/{account}", _("Emails are sent to this person again."))


ROUTES = (send_resume_emails, send_resume_emails_of_person)
