"""Emails as people get them, with sample data."""

from __future__ import annotations

from phoenix.kernel.data.short import Column, Short
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.email import Mail
from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import short_listing
from phoenix.kernel.web.pages import Raw, View, page
from phoenix.modules.admin.pages.front import STAFF

MAILS = "platform.settings"
# An email has its own style and images, but no script, and makes no request to other servers.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)


LISTED: Short[tuple[str, str]] = Short(
    columns=(Column("name", _("Name"), lambda email: email[0]), Column("subject", _("Subject"), lambda email: email[1].casefold())),
    words_of=" ".join,
    label=_("Name or subject"),
)


@page("/staff/mails", may=MAILS, queries=0, listeners=STAFF, lists=(LISTED,))
async def show_mails(call: Call) -> View:
    emails = [(name, _preview(call, name).subject) for name in call.registry.emails]
    return View("admin/mails.html", {"listing": short_listing(call, LISTED, emails)})


@page("/staff/mails/{module:str}/{name:str}", may=MAILS, queries=0, listeners=STAFF)
async def show_mail(call: Call) -> View:
    name, mail = _mail(call)
    return View("admin/mail.html", {"name": name, "mail": mail})


@page("/staff/mails/{module:str}/{name:str}/seen", may=MAILS, queries=0, listeners=STAFF)
async def show_mail_as_seen(call: Call) -> Raw:
    """The HTML alone, in a sandbox: it cannot run scripts, navigate, or load anything."""
    return Raw(_mail(call)[1].html, POLICY)


def _mail(call: Call) -> tuple[str, Mail]:
    name = f"{call.path['module']}/{call.path['name']}"
    if name not in call.registry.emails:
        raise NotFound
    return name, _preview(call, name)


def _preview(call: Call, name: str) -> Mail:
    return call.runtime.mailer.render(name, **call.registry.emails[name].values)


ROUTES = (show_mails, show_mail, show_mail_as_seen)
