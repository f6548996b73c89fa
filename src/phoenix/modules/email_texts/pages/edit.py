"""Change the texts of an email, and use a former version again."""

from __future__ import annotations

from phoenix.kernel.email.texts import problem_of
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import LANGUAGES, _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.edits import EditedField, Edits
from phoenix.kernel.web.kept_forms import FIELD
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.email_texts.actions.versions import (
    DELIVERED,
    check_texts,
    delivered_in,
    restore_texts,
    save_texts,
    texts_of,
    versions_of,
)
from phoenix.modules.email_texts.pages.email import STAFF, TEXTS, ShownEmail, find_email

LABELS = {
    "subject": _("Subject"),
    "title": _("Title"),
    "body": _("Paragraph"),
    "button": _("Button"),
    "foot": _("Footer"),
    "text": _("In the plain text"),
}
VIEWS = ("desktop", "phone", "dark", "text")


@page(TEXTS, may="platform.settings", queries=2, listeners=STAFF)
async def show_texts(call: Call) -> View:
    email = find_email(call)
    versions = await versions_of(call.db, email.sample.template, email.locale)
    by = await names(call.db, sorted({version.account for version in versions}))
    newest = versions[0] if versions else None
    active, known = texts_of(newest), {text.message for text in email.changeable.values()}
    usual = {name: delivered_in(email.locale, text.message) for name, text in email.changeable.items()}
    shown = {name: active.get(text.message) or usual[name] for name, text in email.changeable.items()}
    labels = {name: _(LABELS[text.place]) for name, text in email.changeable.items()}
    view, kept, number = call.query("view", "desktop"), call.query(FIELD), call.query("number")
    context = {
        "name": email.name,
        "base": email.path,
        "locale": email.locale,
        "languages": LANGUAGES,
        "view": view if view in VIEWS else "desktop",
        "kept": kept,
        "number": "" if kept else number,
        "may_change": bool(email.changeable) and call.actor.may("platform.emails"),
        "changeable": bool(email.changeable),
        "texts": [
            {"field": name, "label": labels[name], "usual": usual[name], "names": [f"{{{v}}}" for v in text.variables]}
            for name, text in email.changeable.items()
        ],
        "outdated": [(old, text) for old, text in active.items() if old not in known or problem_of(old, text)],
        "versions": [
            {"number": one.number, "by": by.get(one.account, _("Someone")), "at": one.saved_at, "note": one.note, "restored": one.restored}
            for one in versions
        ],
        "form": {**shown, "note": "", "version": str(newest.number if newest else DELIVERED)},
        "edits": Edits(email.path, tuple(EditedField(name, label) for name, label in labels.items())),
    }
    return View("email_texts/texts.html", context)


@form(TEXTS, may="platform.emails", queries=4, sensitive=True, retry=show_texts, listeners=STAFF)
async def send_texts(call: Call) -> Redirect:
    email = _changeable(call)
    texts, note = check_texts(email.locale, email.changeable, call.form, call.form.get("note", ""))
    await save_texts(call.tx, call.actor.account, email.sample.template, email.locale, texts, note, shown=call.shown_version())
    return Redirect(email.path, _("Texts saved. Emails use them from now on."))


@form(f"{TEXTS}/restore", may="platform.emails", queries=4, sensitive=True, retry=show_texts, listeners=STAFF)
async def send_restore(call: Call) -> Redirect:
    email = _changeable(call)
    number = call.number("number")
    await restore_texts(call.tx, call.actor.account, email.sample.template, email.locale, number, shown=call.shown_version())
    if number == DELIVERED:
        return Redirect(email.path, _("Emails use the delivered texts again."))
    return Redirect(email.path, _("Emails use the texts of version {number} again.").format(number=number))


def _changeable(call: Call) -> ShownEmail:
    email = find_email(call)
    if not email.changeable:
        raise NotFound
    return email


ROUTES = (show_texts, send_texts, send_restore)
