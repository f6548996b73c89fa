"""What someone typed into a form that could not be answered, for the page about the error: nothing is lost with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import AnyRequest, app_of, state_of
from phoenix.kernel.web.form_body import token_in
from phoenix.kernel.web.kept_forms import SECRET_FIELDS

# What nobody typed, or nobody misses: an id, a number, an address of ours, a ticked box, a time, a time zone.
_NOT_TYPED = re.compile(r"[a-z]{2,5}_[0-9a-z]{20,}|[0-9]*|on|/\S*|\d{4}-\d\d-\d\dT\S+( .*)?|UTC|[A-Z]\w+(/[\w+-]+)+")
# These pass: the same form can succeed in a moment.
PASSING = frozenset({408, 409, 429, 500, 503})


@dataclass(frozen=True, slots=True)
class Typed:
    """The `texts` to copy. `path` is where the `fields` can be sent again; "" where that would fail again."""

    texts: tuple[str, ...]
    path: str
    fields: dict[str, str]


def typed_text(request: AnyRequest, problem: PhoenixError) -> Typed | None:
    """What was typed; None without a form, or if another site may have filled it in."""
    form = state_of(request.scope).form
    if form is None or csrf.read_token(app_of(request).runtime, token_in(request)) is None:
        return None
    try:
        csrf.refuse_other_origins(request, app_of(request).runtime.settings)
    except csrf.Forged:
        return None
    shown = {name: value for name, value in form.items() if name not in SECRET_FIELDS}
    chosen = app_of(request).templates.chosen
    texts = tuple(value for name, value in shown.items() if name not in chosen and not _NOT_TYPED.fullmatch(value.strip()))
    can_pass = problem.status in PASSING and SECRET_FIELDS.isdisjoint(form.keys() - {"csrf"})
    if not texts and not can_pass:
        return None
    query = request.scope["query_string"].decode("latin-1")
    target = quote(str(request.scope["path"])) + (f"?{query}" if query else "")
    return Typed(texts, target if can_pass else "", {**shown, "csrf": form["csrf"]} if can_pass else {})
