"""How a form that was sent is answered, so that nothing that was typed is lost.

A form that was refused is shown again by its page, with what was entered and what is wrong beside its field. One whose person has
to sign in or confirm first waits for them (see `kept_forms`). One that succeeded leads on by a redirect, so that loading the page
again or going back sends nothing (see `form_once`). For all others the page about the error shows what was typed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.lease import ANSWER_SECONDS
from phoenix.kernel.errors import (
    InvalidInput,
    NotFound,
    NotSignedIn,
    PhoenixError,
    ReauthenticationRequired,
    SecondFactorNeeded,
    TooManyRequests,
    Unavailable,
)
from phoenix.kernel.language import _
from phoenix.kernel.security.networks import limited_as
from phoenix.kernel.web import csrf
from phoenix.kernel.web.application import Admission, AnyRequest, app_of, state_of
from phoenix.kernel.web.authorisation import admit, authenticate, read_body
from phoenix.kernel.web.badges import read_badges
from phoenix.kernel.web.call import Call, Download
from phoenix.kernel.web.cookies import our_cookie
from phoenix.kernel.web.edits import shown_again
from phoenix.kernel.web.form_body import read_fields, read_form, token_in
from phoenix.kernel.web.form_once import answered_before, once_of, sent_once
from phoenix.kernel.web.handling import Handled, handle
from phoenix.kernel.web.kept_forms import FIELD, KEPT_FORMS, KEPT_FORMS_OF_A_PERSON, keep_form, without_secrets
from phoenix.kernel.web.kept_passwords import seal_passwords
from phoenix.kernel.web.last_reader import last_reader
from phoenix.kernel.web.own_pages import filled, page_before
from phoenix.kernel.web.places import back_to_place, path_of, place_of
from phoenix.kernel.web.rendering import Redirect, Result, View, go_to, safe_next, show
from phoenix.kernel.web.rules import Rule
from phoenix.kernel.web.session_reader import COOKIE

Handler = Callable[[Call], Awaitable[Result]]


async def answer_form(
    request: AnyRequest, handler: Handler, retry: HTTPRouteHandler | None, rule: Rule, *, budget: int, as_new: HTTPRouteHandler | None
) -> Response[Any]:
    """Admit, read and handle a form. Raises the error that refuses it where its page cannot be shown again."""
    try:
        admission = await admit(request, rule)
    except PhoenixError as problem:
        return await _not_admitted(request, retry, rule, problem)
    form = await read_form(request, admission, rule)
    once = None if rule.cross_site else await once_of(request)

    async def respond(handled: Handled) -> Response[Any]:
        result = handled.result
        if isinstance(result, Redirect):
            result = back_to_place(request, form, retry, result)
        refused = isinstance(result, View) and result.status >= 400
        if not (refused or isinstance(result, Redirect | Download)) and not handled.call.runtime.settings.strict:
            raise RuntimeError("A form leads on by a Redirect: what it shows only once goes into `shows`.")
        response = show(result, handled.call)
        if once is not None and isinstance(result, Redirect):
            await once.keep_redirect(handled.call.tx, response)
        return response

    async def send() -> Response[Any]:
        if once is not None and rule.commits_first:
            await once.claim(app_of(request).runtime)
        return await handle(request, rule, admission, handler, respond, budget=budget, form=form, once=once)

    try:
        return await (send() if once is None else sent_once(request, once, send))
    except PhoenixError as problem:
        if once is not None and rule.costs and (found := await answered_before(request, once)):
            # Hashes are compared before the transaction looks for an earlier answer: a new password has made the current one wrong.
            return _without_cookies(found)
        page = as_new if isinstance(problem, NotFound) else retry if problem.shows_form else None
        if page is None:
            raise
        return await _again(request, admission, page, form, problem)


async def _not_admitted(request: AnyRequest, retry: HTTPRouteHandler | None, rule: Rule, problem: PhoenixError) -> Response[Any]:
    """As `_unadmitted`. What ends a session is done where there is none any more: nobody signs in to sign out."""
    try:
        return await _unadmitted(request, retry, rule, problem)
    except NotSignedIn:
        if not rule.without_session:
            raise
        ended = our_cookie(app_of(request).runtime, COOKIE, "", seconds=0)
        return go_to(rule.without_session, request, toast=_("You've signed out."), cookies=[ended])


async def _unadmitted(request: AnyRequest, retry: HTTPRouteHandler | None, rule: Rule, problem: PhoenixError) -> Response[Any]:
    """Where someone is sent who is not admitted yet, the page their form was on, or the answer their form has had. Raises the problem else."""
    state = state_of(request.scope)
    actor, pages = await _sender(request, problem), state.app.registry.sign_in
    if actor is None and not await _is_read(request, problem):
        raise problem
    await read_body(request)
    if actor is not None and isinstance(problem, TooManyRequests) and retry is not None:
        admission = await admit(request, rule, count=False)
        return await _again(request, admission, retry, await read_form(request, admission, rule), problem)
    form = await read_fields(request)
    token = csrf.read_token(state.app.runtime, token_in(request))
    if isinstance(problem, Unavailable) or token is None or (actor is not None and token.binding != csrf.binding_of(actor)):
        raise problem
    once = await once_of(request)
    found = await answered_before(request, once) if once is not None else None
    if found is not None:
        # Such as leaving an organisation, or signing out: what was sent has itself removed the permission.
        return _without_cookies(found)
    if isinstance(problem, NotSignedIn) and not rule.without_session:
        return await _first(request, pages.sign_in, token.binding, retry, form)
    if isinstance(problem, ReauthenticationRequired):
        return await _first(request, pages.reauthenticate, token.binding, retry, form)
    if isinstance(problem, SecondFactorNeeded) and state.app.listener != "admin":
        return await _first(request, pages.second_factor, token.binding, retry, form)
    raise problem


async def _sender(request: AnyRequest, problem: PhoenixError) -> Actor | None:
    """Who sent it, as far as that is known by now: limits by network address are counted before anyone is looked for."""
    admission = state_of(request.scope).admission
    if admission is not None or not isinstance(problem, TooManyRequests):
        return admission.actor if admission else None
    try:
        return (await authenticate(request))[0]
    except NotSignedIn:
        return None


async def _is_read(request: AnyRequest, problem: PhoenixError) -> bool:
    """Whether the body of someone unknown is read.

    Only to give it back: to whom it is from, or on the page about a failure of ours. For a limit by network address no byte is,
    or a flood would have its bodies read.
    """
    if not isinstance(problem, NotSignedIn | Unavailable):
        return False
    state, reader = state_of(request.scope), last_reader(request)
    limiter = state.app.runtime.limiter
    # A stranger in the same network must not take it away from whoever comes back to their page.
    if reader and (await limiter.hit(KEPT_FORMS_OF_A_PERSON, reader)).allowed:
        return True
    return (await limiter.hit(KEPT_FORMS, limited_as(state.address))).allowed


async def _first(request: AnyRequest, door: str, binding: str, retry: HTTPRouteHandler | None, form: Mapping[str, str]) -> Response[Any]:
    """To the page where something has to be done first. From there the person comes back to their form, as they left it."""
    came_from = urlsplit(safe_next(page_before(request) or "/"))
    page = came_from.path if retry is None else filled(min(retry.paths), request.path_params)
    query = came_from.query if came_from.path == page else ""
    place = place_of(request, form)
    if place is not None and retry is None:
        page, query = place.path, urlencode(place.query)
    if csrf.account_of(binding) is not None:
        token = await keep_form(app_of(request).runtime, binding, page, form if retry is not None else {})
        query = "&".join(part for part in (query, f"{FIELD}={token}") if part)
    return go_to(f"{door}?next={quote(f'{page}?{query}' if query else page, safe='')}", request)


async def _again(
    request: AnyRequest, admission: Admission, retry: HTTPRouteHandler, form: Mapping[str, str], problem: PhoenixError
) -> Response[Any]:
    """The page a form was on, with what was entered and what was wrong with it."""
    rule: Rule = retry.opt["rule"]
    await read_badges(request)
    async with app_of(request).runtime.database.reader(within=ANSWER_SECONDS) as reader:
        if admission.member is not None and admission.actor is not None and rule.within:
            # The page may require a different permission than the form.
            admission = replace(admission, member=admission.actor.require(rule.may, admission.member.organisation))
        place, path = place_of(request, form), path_of(request, retry)
        asked: Mapping[str, str] = place.query if place is not None and place.path == quote(path) else request.query_params
        call = Call(request, rule, admission, reader, form, shown_at=(path, asked))
        result = await retry.opt["shows"](call)
        again = await shown_again(call, problem, result.context, without_secrets(form)) if isinstance(result, View) else {}
    if not isinstance(result, View):
        return show(result, call)
    token = csrf.read_token(call.runtime, token_in(request))
    errors = seal_passwords(call.runtime, token.binding if token else "", form, {error.field: error.detail for error in problem.errors})
    context = {**result.context, "errors": errors, "problem": "" if errors else problem.detail, **again}
    # A page is for people: a refused sign-in must not cause the browser's own challenge (401).
    status = InvalidInput.status if problem.status == NotSignedIn.status else problem.status
    answer = show(View(result.template, context, status, frames=result.frames), call, problem.headers)
    unseen = [error.detail for error in problem.errors if f'id="{error.field}-error"' not in answer.content]
    if unseen:
        # A field that is not on the page: nobody would know what was wrong.
        context["problem"] = " ".join(unseen)
        answer = show(View(result.template, context, status, frames=result.frames), call, problem.headers)
    return answer


def _without_cookies(response: Response[Any]) -> Response[Any]:
    """Only where it leads to: what it set was for someone who was still admitted."""
    response.cookies = []
    return response
