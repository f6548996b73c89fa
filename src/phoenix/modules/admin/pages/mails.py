"""Emails as people get them, with sample data."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.data.short import Column, Short
from phoenix.kernel.email.message import Mail
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.module import EmailSample, SecurityNotice
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import short_listing
from phoenix.kernel.web.pages import Raw, View, page
from phoenix.modules.accounts.actions import notices
from phoenix.modules.admin.pages.front import STAFF

MAILS = "platform.settings"
PERSON = {"to": "leila.haddad@example.com", "name": "Leila Haddad"}
# An email has its own style and images, but no script, and makes no request to other servers.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)


LISTED: Short[tuple[str, str]] = Short(
    columns=(Column("name", _("Name"), lambda email: email[0]), Column("subject", _("Subject"), lambda email: email[1].casefold())),
    words_of=" ".join,
    label=_("Name or subject"),
)


@page("/staff/emails", may=MAILS, queries=0, listeners=STAFF, lists=(LISTED,))
async def show_mails(call: Call) -> View:
    emails = [(name, _preview(call, sample).subject) for name, sample in sorted(_samples(call).items())]
    return View("admin/mails.html", {"listing": short_listing(call, LISTED, emails)})


@page("/staff/emails/{module:str}/{name:str}", may=MAILS, queries=0, listeners=STAFF)
async def show_mail(call: Call) -> View:
    name, mail = _mail(call)
    return View("admin/mail.html", {"name": name, "mail": mail})


@page("/staff/emails/{module:str}/{name:str}/seen", may=MAILS, queries=0, listeners=STAFF)
async def show_mail_as_seen(call: Call) -> Raw:
    """Only the HTML, in a sandbox: it cannot run scripts, navigate, or load anything."""
    return Raw(_mail(call)[1].html, POLICY)


def _mail(call: Call) -> tuple[str, Mail]:
    name = f"{call.path['module']}/{call.path['name']}"
    sample = _samples(call).get(name)
    if sample is None:
        raise NotFound
    return name, _preview(call, sample)


def _samples(call: Call) -> dict[str, EmailSample]:
    """Every kind of email: those with their own template, and each security notice, which all have one template."""

    def said(notice: SecurityNotice) -> dict[str, Any]:
        return notices.said_in(call.runtime, notice, notice.sample, address=call.app.people_url)

    own = {name: sample for name, sample in call.registry.emails.items() if name != notices.TEMPLATE}
    return own | {
        f"notices/{notice.name}": EmailSample(notices.TEMPLATE, {**PERSON, **said(notice)}) for notice in call.registry.notices.values()
    }


def _preview(call: Call, sample: EmailSample) -> Mail:
    settled = sample.settings(call.runtime) if sample.settings else {}
    return call.runtime.mailer.render(sample.template, **{**sample.values, **settled})


ROUTES = (show_mails, show_mail, show_mail_as_seen)
