"""The fields of a form that was sent: bounded, decoded, and from a page of ours."""

from __future__ import annotations

from litestar.exceptions import ClientException

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import Admission, AnyRequest, app_of
from phoenix.kernel.web.problems import UnreadableForm
from phoenix.kernel.web.session_reader import cookie_of

MOST_FORM_FIELDS = 200


async def read_form(request: AnyRequest, admission: Admission, *, checked: bool = True) -> dict[str, str]:
    """The fields by name, without the token of the page. Raises InvalidInput, UnreadableForm, or the error of a missing token.

    `checked` is False for a form that another site may send: its token is verified by the handler.
    """
    runtime = app_of(request).runtime
    # Counted before parsing: a megabyte of tiny fields would hold up everyone else for more than a second.
    multipart = request.headers.get("content-type", "").startswith("multipart/")
    if not multipart and (await request.body()).count(b"&") >= MOST_FORM_FIELDS:
        raise InvalidInput(_("This form has too many fields. Load the page again."))
    try:
        data = await request.form()
    except LookupError:
        raise InvalidInput(_("This form is in a character encoding that is not known. Load the page again.")) from None
    except (ClientException, UnicodeError):
        raise UnreadableForm from None
    form = {name: value for name, value in data.items() if isinstance(value, str)}
    fields = Fields()
    for name, value in form.items():
        fields.sent(name, value)
    fields.check()
    if not checked:
        return form
    binding = admission.actor.session if admission.actor else request.cookies.get(browser_cookie(runtime))
    csrf.check(runtime.keys, binding, form.pop("csrf", None) or request.headers.get("x-csrf-token"))
    return form


def browser_cookie(runtime: Runtime) -> str:
    return cookie_of(runtime.settings, csrf.BROWSER_COOKIE)
