"""A browser is let in: its cookies, or the second step."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from phoenix.kernel.web.pages import Redirect, Visit, our_cookie, safe_next
from phoenix.kernel.web.session_reader import COOKIE, cookie_of
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import sessions
from phoenix.modules.accounts.actions.enter import Arrival, enter
from phoenix.modules.accounts.actions.sign_up import KEEP
from phoenix.modules.accounts.errors import SecondFactorRequired
from phoenix.modules.accounts.place import device_of, place_of

DEVICE_COOKIE = "phoenix_device"
DEVICE_SECONDS = round(timedelta(days=400).total_seconds())
CHALLENGE_COOKIE = "phoenix_challenge"
SIGN_UP_COOKIE = "phoenix_sign_up"
SIGN_UP_PURPOSE = "sign up"


async def let_in(
    visit: Visit, account: str, *, method: str, remember: bool = False, on_to: str = "", toast: str = "", strong: bool = False
) -> Redirect:
    """A session in a cookie, or on to the second step. It ends with the browser unless it is to be remembered.

    Whoever was signed in in this browser until now no longer is.
    """
    arrival = Arrival(device_of(visit.agent), place_of(visit.address), known_device(visit), remember, api=False)
    try:
        made = await enter(visit.runtime, visit.tx, account=account, method=method, arrival=arrival, strong=strong)
    except SecondFactorRequired as due:
        visit.cookies.append(our_cookie(visit.runtime, CHALLENGE_COOKIE, due.challenge, seconds=600))
        return Redirect(f"/sign-in/second-step?methods={quote(','.join(due.methods))}&next={quote(safe_next(on_to or '/'), safe='')}")
    former = visit.visitor
    if former is not None and not former.is_key and former.session != made.id:
        # Its cookie is about to be lost, so nobody could end it from here any more (ASVS 5.0, 7.2.4).
        ended = await visit.tx.maybe(queries.END_SESSION, former.session, former.account, visit.tx.now, "logged_in_again")
        if ended is not None:
            sessions.record_ended(visit.tx, ended, "logged_in_again")
    visit.cookies += [
        our_cookie(visit.runtime, COOKIE, made.token, seconds=made.seconds if remember else None),
        our_cookie(visit.runtime, DEVICE_COOKIE, made.device, seconds=DEVICE_SECONDS),
        our_cookie(visit.runtime, CHALLENGE_COOKIE, "", seconds=0),
        our_cookie(visit.runtime, SIGN_UP_COOKIE, "", seconds=0),
    ]
    return Redirect(safe_next(on_to or "/"), toast)


def remember_sign_up(visit: Visit, sign_up: str) -> None:
    """Let this browser in as soon as it proves the address of that sign-up, whose password was typed here."""
    token = visit.runtime.keys.sign(SIGN_UP_PURPOSE, sign_up, expires=visit.runtime.clock.now() + KEEP)
    visit.cookies.append(our_cookie(visit.runtime, SIGN_UP_COOKIE, token, seconds=round(KEEP.total_seconds())))


def sign_up_of(visit: Visit) -> str:
    """The sign-up that this browser sent, or ""."""
    return visit.runtime.keys.verify(SIGN_UP_PURPOSE, our_cookie_value(visit, SIGN_UP_COOKIE), now=visit.runtime.clock.now()) or ""


def known_device(visit: Visit) -> str:
    """The token this browser was given at an earlier log-in, or ""."""
    return our_cookie_value(visit, DEVICE_COOKIE)


def our_cookie_value(visit: Visit, name: str) -> str:
    """What a cookie of ours holds, bounded; "" without it."""
    return visit.request.cookies.get(cookie_of(visit.runtime.settings, name), "")[:4000]
