"""The fields of a form that was sent: bounded, decoded, and from a page of ours."""

from __future__ import annotations

from litestar.exceptions import ClientException

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import Admission, AnyRequest, app_of, state_of
from phoenix.kernel.web.cookies import browser_of
from phoenix.kernel.web.kept_passwords import with_kept_passwords
from phoenix.kernel.web.problems import UnreadableForm
from phoenix.kernel.web.rules import PUBLIC, Rule

MOST_FORM_FIELDS = 200


async def read_form(request: AnyRequest, admission: Admission, rule: Rule) -> dict[str, str]:
    """The fields by name, without the token of the page. Raises InvalidInput, UnreadableForm, or the error of a missing token.

    A form that another site may send has no token of ours: its own is verified by the handler. A page of nobody's can be sent
    by someone who has signed in since, in another tab.
    """
    form = await read_fields(request)
    if rule.cross_site:
        return form
    bindings = {browser_of(request)} if rule.may == PUBLIC or admission.actor is None else set()
    if admission.actor is not None:
        bindings.add(csrf.binding_of(admission.actor))
    csrf.check(app_of(request).runtime, frozenset(bindings - {""}), token_in(request))
    return {name: value for name, value in form.items() if name != "csrf"}


async def read_fields(request: AnyRequest) -> dict[str, str]:
    """The fields as they were sent. Whose page they are from is not known yet. Raises InvalidInput and UnreadableForm."""
    # Counted before parsing: a megabyte of tiny fields would hold up everyone else for more than a second.
    multipart = request.headers.get("content-type", "").startswith("multipart/")
    if not multipart and (await request.body()).count(b"&") >= MOST_FORM_FIELDS:
        raise InvalidInput(_("This form has too many fields. Reload the page, then send it again."))
    try:
        data = await request.form()
    except LookupError:
        raise InvalidInput(_("This form uses an unknown character encoding. Reload the page, then send it again.")) from None
    except (ClientException, UnicodeError):
        raise UnreadableForm from None
    form = {name: value for name, value in data.items() if isinstance(value, str)}
    token = csrf.read_token(app_of(request).runtime, form.get("csrf"))
    if token is not None:
        form = with_kept_passwords(app_of(request).runtime, token.binding, form)
    state_of(request.scope).form = form
    fields = Fields()
    for name, value in form.items():
        fields.sent(name, value)
    fields.check()
    return form


def token_in(request: AnyRequest) -> str | None:
    """The token of the page that sent the form which has been read."""
    return (state_of(request.scope).form or {}).get("csrf") or request.headers.get("x-csrf-token")
