"""How the handler of a route is run, the same for the API and for pages.

It gets one connection, and for a change one transaction, in which is decided again what must be. What must hold afterwards is checked
before anything is committed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from phoenix.kernel import one_connection
from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.lease import ANSWER_SECONDS
from phoenix.kernel.errors import NotSignedIn, QueryBudgetExceeded
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.application import Admission, AnyRequest, app_of, state_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.idempotency import Once
from phoenix.kernel.web.opening import Opening
from phoenix.kernel.web.problems import request_id
from phoenix.kernel.web.rules import FOUND, PUBLIC, SAFE, Rule

Response = TypeVar("Response")
Run = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Handled:
    """What a handler returned, and how many queries it made."""

    call: Call
    result: Any
    queries: int


async def handle(
    request: AnyRequest,
    rule: Rule,
    admission: Admission,
    run: Run,
    respond: Callable[[Handled], Awaitable[Response]],
    *,
    budget: int,
    form: Mapping[str, str] | None = None,
    once: Once | None = None,
) -> Response:
    """Run a handler, and `respond` with what it returned: to a change before it is committed. Raises Replayed as well as what they raise."""
    if request.method in SAFE:
        async with app_of(request).runtime.database.reader(within=ANSWER_SECONDS) as reader:
            handled = await _handled(Call(request, rule, admission, reader), run, None, budget)
        return await respond(handled)
    async with _transaction(request, admission.actor) as tx:
        call = Call(request, rule, admission, tx, form or {})
        opening = Opening(call, once)
        await opening.prepare()
        return await respond(await _handled(call, run, opening, budget))


async def _handled(call: Call, run: Run, opening: Opening | None, budget: int) -> Handled:
    with one_connection.costs(declared=call.rule.costs is not None or call.runtime.settings.strict):
        result = await run(call)
    _check_within(call)
    if opening is not None:
        await opening.finish()
    _check_acts(call)
    _check_staff(call)
    uncounted = opening.queries if opening is not None else 0
    check_budget(call.db, budget + uncounted, call.runtime)
    return Handled(call, result, _made(call.db) - uncounted)


def transaction_of_nobody(request: AnyRequest) -> AbstractAsyncContextManager[Transaction]:
    """A handler's own transaction, after it has waited for something: it acts on what it checks itself, such as a provider's answer."""
    return _transaction(request, None)


@asynccontextmanager
async def transaction_of_caller(request: AnyRequest) -> AsyncIterator[tuple[Transaction, Actor]]:
    """A handler's own transaction, after it has waited for something, and whoever is signed in now. Raises NotSignedIn if they no longer are."""
    admission = state_of(request.scope).admission
    async with _transaction(request, admission.actor if admission is not None else None) as tx:
        if admission is None or admission.actor is None or admission.token is None:
            raise NotSignedIn
        # Past every cache; the account is locked until the transaction ends.
        actor = await app_of(request).sessions.find_in(tx, admission.token, admission.actor.account, organisation=None, platform=False)
        if actor is None:
            raise NotSignedIn
        yield tx, actor


def _transaction(request: AnyRequest, actor: Actor | None) -> AbstractAsyncContextManager[Transaction]:
    database = app_of(request).runtime.database
    if actor is None:
        return database.transaction(request=request_id(request), within=ANSWER_SECONDS)
    return database.transaction(actor=actor.account, impersonator=actor.impersonator, request=request_id(request), within=ANSWER_SECONDS)


def check_budget(reader: Reader, budget: int, runtime: Runtime) -> None:
    """Outside production, a route that exceeds its query budget fails, so that the excess is noticed at once."""
    made = _made(reader)
    if made > budget and not runtime.settings.strict:
        raise QueryBudgetExceeded(f"{made} queries were made; the route declares {budget}.")


def _check_within(call: Call) -> None:
    """A handler whose rule leaves the organisation to it must have named one by now. Raises RuntimeError outside production."""
    if call.rule.within == FOUND and not call.checked and not call.runtime.settings.strict:
        raise RuntimeError("The handler found no organisation: call `call.within(…)` before anything is shown or changed.")


def _check_acts(call: Call) -> None:
    """Events that give or take authority, credentials or money come from routes that declare it. Raises RuntimeError outside production.

    A PUBLIC route cannot declare it: there may be no session to decide about again. It acts on what it checks itself in this transaction,
    such as a code from an email, and so does a job (see `EventKind`).
    """
    if call.rule.may == PUBLIC or call.rule.decides_again or call.runtime.settings.strict or not isinstance(call.db, Transaction):
        return
    for event in call.db.events:
        if call.registry.events[event.kind].act is not None:
            raise RuntimeError(f"The route records {event.kind}, which is an act: declare it with `act` or `sensitive`.")


def _check_staff(call: Call) -> None:
    """Members do not see which member of the staff did something. Raises RuntimeError outside production for an event that would say it."""
    if call.app.listener != "admin" or call.runtime.settings.strict or not isinstance(call.db, Transaction):
        return
    for event in call.db.events:
        kind = call.registry.events[event.kind]
        if event.organisation is not None and kind.feed and not kind.by_staff:
            raise RuntimeError(
                f"Staff record {event.kind}, which the feed shows with its actor: give what staff do its own kind, `by_staff`."
            )


def _made(reader: Reader) -> int:
    """The number of queries made, including the one that writes the events at the end."""
    return reader.queries + (1 if isinstance(reader, Transaction) and reader.events else 0)
