"""Change the texts of an email, and use a former version again."""

from __future__ import annotations

from collections import Counter

from phoenix.kernel.email.texts import problem_of
from phoenix.kernel.language import LANGUAGES, _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.edits import EditedField, Edits
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.email_texts.actions.versions import (
    DELIVERED,
    check_texts,
    delivered_in,
    restore_texts,
    save_texts,
    texts_of,
    version_in,
    versions_of,
)
from phoenix.modules.email_texts.pages.email import (
    STAFF,
    TEXTS,
    UNSAVED,
    ShownEmail,
    asked_number,
    find_changeable,
    find_email,
    rendered,
    texts_in,
    unsaved_form,
)

LABELS = {
    "subject": _("Subject"),
    "title": _("Title"),
    "body": _("Paragraph"),
    "button": _("Button"),
    "foot": _("Footer"),
    "text": _("In the plain text"),
}
VIEWS = ("desktop", "phone", "dark", "text")


@page(TEXTS, may="platform.settings", queries=3, listeners=STAFF)
async def show_texts(call: Call) -> View:
    email, number = find_email(call), asked_number(call)
    unsaved = await unsaved_form(call, email, call.db)
    versions = await versions_of(call.db, email.sample.template, email.locale)
    by = await names(call.db, sorted({version.account for version in versions}))
    newest = versions[0] if versions else None
    active, known = texts_of(newest), {text.message for text in email.changeable.values()}
    usual = {name: delivered_in(email.locale, text.message) for name, text in email.changeable.items()}
    shown = {name: active.get(text.message) or usual[name] for name, text in email.changeable.items()}
    shown |= {name: unsaved[name] for name in shown if name in unsaved}
    labels, view = _labels(email), call.query("view")
    saved = active if number is None else texts_of(version_in(versions, number))
    previewed = texts_in(unsaved, email) if unsaved else saved
    context = {
        "name": email.name,
        "base": email.path,
        "locale": email.locale,
        "languages": LANGUAGES,
        "view": view if view in VIEWS else VIEWS[0],
        "unsaved": call.query(UNSAVED) if unsaved else "",
        "number": None if unsaved else number,
        "subject": rendered(call, email, previewed).subject,
        "may_send": call.actor.may("platform.emails"),
        "may_change": bool(email.changeable) and call.actor.may("platform.emails"),
        "changeable": bool(email.changeable),
        "texts": [{"field": name, "label": labels[name], "usual": usual[name]} for name in email.changeable],
        "outdated": [(old, text) for old, text in active.items() if old not in known or problem_of(old, text)],
        "versions": [
            {"number": one.number, "by": by.get(one.account, _("Someone")), "at": one.saved_at, "note": one.note, "restored": one.restored}
            for one in versions
        ],
        "newest": newest.number if newest else DELIVERED,
        "form": {"note": "", "version": str(newest.number if newest else DELIVERED), **unsaved, **shown},
        "edits": Edits(email.path, tuple(EditedField(name, label) for name, label in labels.items())),
    }
    return View("email_texts/texts.html", context, frames=True)


def _labels(email: ShownEmail) -> dict[str, str]:
    """What the fields are called: several of a kind are numbered."""
    places = [text.place for text in email.changeable.values()]
    labels, met = {}, Counter[str]()
    for name, text in email.changeable.items():
        met[text.place] += 1
        label = _(LABELS[text.place])
        labels[name] = label if places.count(text.place) == 1 else f"{label} {met[text.place]}"
    return labels


@form(TEXTS, may="platform.emails", queries=4, sensitive=True, retry=show_texts, listeners=STAFF)
async def send_texts(call: Call) -> Redirect:
    email = find_changeable(call)
    texts, note = check_texts(email.locale, email.changeable, call.form, call.form.get("note", ""))
    await save_texts(call.tx, call.actor.account, email.sample.template, email.locale, texts, note, shown=call.shown_version())
    return Redirect(email.path, _("Texts saved. Emails use them from now on."))


@form(f"{TEXTS}/restore", may="platform.emails", queries=4, sensitive=True, retry=show_texts, listeners=STAFF)
async def send_restore(call: Call) -> Redirect:
    email = find_changeable(call)
    number = call.number("number")
    await restore_texts(call.tx, call.actor.account, email.sample.template, email.locale, number, shown=call.shown_version())
    if number == DELIVERED:
        return Redirect(email.path, _("Emails use the delivered texts again."))
    return Redirect(email.path, _("Emails use the texts of version {number} again.").format(number=number))


ROUTES = (show_texts, send_texts, send_restore)
