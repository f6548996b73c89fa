"""Emails as people get them, with sample data."""

from __future__ import annotations

from phoenix.kernel.data.short import Column, Short
from phoenix.kernel.email.message import Mail
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.module import EmailSample
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import short_listing
from phoenix.kernel.web.pages import Raw, View, page
from phoenix.kernel.web.slots import fill
from phoenix.modules.accounts.actions.email_samples import email_samples, sample_values
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


@page("/staff/emails", may=MAILS, queries=0, listeners=STAFF, lists=(LISTED,))
async def show_mails(call: Call) -> View:
    emails = [(name, (await _preview(call, sample)).subject) for name, sample in sorted(_samples(call).items())]
    return View("admin/mails.html", {"listing": short_listing(call, LISTED, emails)})


@page("/staff/emails/{module:str}/{name:str}", may=MAILS, queries=0, listeners=STAFF, slots=("email",))
async def show_mail(call: Call) -> View:
    name, mail = await _mail(call)
    return View("admin/mail.html", {"name": name, "mail": mail, "more": await fill(call, "email")})


@page("/staff/emails/{module:str}/{name:str}/seen", may=MAILS, queries=0, listeners=STAFF)
async def show_mail_as_seen(call: Call) -> Raw:
    """Only the HTML, in a sandbox: it cannot run scripts, navigate, or load anything."""
    return Raw((await _mail(call))[1].html, POLICY)


async def _mail(call: Call) -> tuple[str, Mail]:
    name = f"{call.path['module']}/{call.path['name']}"
    sample = _samples(call).get(name)
    if sample is None:
        raise NotFound
    return name, await _preview(call, sample)


def _samples(call: Call) -> dict[str, EmailSample]:
    return email_samples(call.runtime, call.registry, call.app.people_url)


async def _preview(call: Call, sample: EmailSample) -> Mail:
    """As it is sent now."""
    mailer = call.runtime.mailer
    return mailer.render(sample.template, texts=await mailer.texts_of(sample.template), **sample_values(call.runtime, sample))


ROUTES = (show_mails, show_mail, show_mail_as_seen)
