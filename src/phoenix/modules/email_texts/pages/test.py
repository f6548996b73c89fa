"""Send an email with sample data to oneself."""

from __future__ import annotations

from phoenix.kernel.data.lease import ANSWER_SECONDS
from phoenix.kernel.language import _, reading
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, form
from phoenix.modules.email_texts.actions.test import Outcome, marked, send_test
from phoenix.modules.email_texts.events import EmailTestSent
from phoenix.modules.email_texts.pages.edit import show_texts
from phoenix.modules.email_texts.pages.email import STAFF, TEXTS, find_email, rendered, same_place, texts_asked_for


# The email is handed over before the transaction begins: nobody waits for a mail server with a connection in hand.
@form(f"{TEXTS}/test", may="platform.emails", queries=1, retry=show_texts, listeners=STAFF, commits_first=True)
async def send_test_email(call: Call) -> Redirect:
    email, own = find_email(call), call.actor.record.email
    async with call.runtime.database.reader(within=ANSWER_SECONDS) as db:
        texts = await texts_asked_for(call, email, db)
    with reading(email.locale):
        mail = marked(rendered(call, email, texts, to=own))
    outcome = await send_test(call.runtime, call.actor.account, own, mail)
    call.tx.record(EmailTestSent(subject=call.actor.account, email=email.name, locale=email.locale, outcome=outcome))
    return Redirect(same_place(call, email), _said(outcome).format(email=own))


def _said(outcome: Outcome) -> str:
    if outcome == "sent":
        return _("Test sent to {email}.")
    if outcome == "stopped":
        return _("Not sent: emails to {email} have stopped. Your profile says why.")
    if outcome == "refused":
        return _("Not sent: the mail server refused it. The log says why.")
    return _("Not sent: no mail server could be reached. Try again later.")


ROUTES = (send_test_email,)
