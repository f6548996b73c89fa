"""Mails as people get them, with made-up words in them."""

from __future__ import annotations

from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.email import Mail
from phoenix.kernel.web.pages import Raw, View, Visit, page
from phoenix.modules.admin.actions.previews import preview
from phoenix.modules.admin.pages.front import STAFF

MAILS = "platform.settings"
# A mail has its own style and pictures; no script, and no request to anybody.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)


@page("/staff/mails", permission=MAILS, queries=0, listeners=STAFF)
async def show_mails(visit: Visit) -> View:
    mails = [(name, preview(visit.runtime.mailer, name, visit.db.now).subject) for name in visit.runtime.mailer.names()]
    return View("admin/mails.html", {"mails": mails})


@page("/staff/mails/{module:str}/{name:str}", permission=MAILS, queries=0, listeners=STAFF)
async def show_mail(visit: Visit) -> View:
    name, mail = _mail(visit)
    return View("admin/mail.html", {"name": name, "mail": mail})


@page("/staff/mails/{module:str}/{name:str}/seen", permission=MAILS, queries=0, listeners=STAFF)
async def show_mail_as_seen(visit: Visit) -> Raw:
    """The HTML by itself, in a sandbox: nothing in it can run, lead away or ask for anything."""
    return Raw(_mail(visit)[1].html, POLICY)


def _mail(visit: Visit) -> tuple[str, Mail]:
    name = f"{visit.path['module']}/{visit.path['name']}"
    if name not in visit.runtime.mailer.names():
        raise NotFound
    return name, preview(visit.runtime.mailer, name, visit.db.now)


ROUTES = (show_mails, show_mail, show_mail_as_seen)
