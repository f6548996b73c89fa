"""An email as it looks, also before a change of its texts is saved."""

from __future__ import annotations

from markupsafe import Markup

from phoenix.kernel.web import csrf
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.kept_forms import keep_form_in
from phoenix.kernel.web.pages import Raw, Redirect, form, page
from phoenix.modules.email_texts.actions.versions import check_texts
from phoenix.modules.email_texts.pages.edit import show_texts
from phoenix.modules.email_texts.pages.email import STAFF, TEXTS, UNSAVED, find_changeable, find_email, rendered, texts_asked_for

# An email has its own style and images, but no script, and makes no request to other servers.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)
DARK = "@media (prefers-color-scheme: dark)"
PLAIN = Markup(
    '<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title>'
    "<style>body {{ margin: 16px; background: #fff; color: #1e1a17; }} pre {{ font-size: 14px; white-space: pre-wrap; }}</style>"
    "<pre>{}</pre></html>"
)


@page(f"{TEXTS}/seen", may="platform.settings", queries=1, listeners=STAFF)
async def show_preview(call: Call) -> Raw:
    """Only the email, in a sandbox: it cannot run scripts, navigate, or load anything.

    It is a page of its own since the policy of the page that frames it would hold for a `srcdoc` as well: no style of an email is ours.
    """
    email = find_email(call)
    mail = rendered(call, email, await texts_asked_for(call, email, call.db))
    view = call.query("view")
    if view == "text":
        return Raw(str(PLAIN.format(email.locale, mail.subject, mail.text)), POLICY)
    return Raw(mail.html.replace(DARK, "@media all" if view == "dark" else "@media not all"), POLICY)


@form(f"{TEXTS}/preview", may="platform.emails", queries=1, retry=show_texts, listeners=STAFF)
async def send_preview(call: Call) -> Redirect:
    """Show what was typed without saving it: the form waits for its sender, as one does that cannot be answered yet."""
    email = find_changeable(call)
    check_texts(email.locale, email.changeable, call.form, call.form.get("note", ""))
    token = await keep_form_in(call.tx, call.runtime, csrf.binding_of(call.actor), email.path, call.form)
    return Redirect(f"{email.path}?{UNSAVED}={token}#preview")


ROUTES = (show_preview, send_preview)
