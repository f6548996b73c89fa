"""Sign a browser in: set its cookies, or continue with the second factor."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from phoenix.kernel.i18n.devices import device_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.cookies import cookie_value
from phoenix.kernel.web.pages import Redirect, our_cookie, safe_next
from phoenix.kernel.web.session_reader import COOKIE, audience_of
from phoenix.modules.sessions.actions.create import Client
from phoenix.modules.sessions.actions.end import try_to_end
from phoenix.modules.sessions.actions.place import place_of
from phoenix.modules.sign_in.actions.request_email import Sender
from phoenix.modules.sign_in.actions.sign_up import KEEP
from phoenix.modules.sign_in.actions.start_session import start_session
from phoenix.modules.sign_in.errors import SecondFactorRequired

DEVICE_COOKIE = "phoenix_device"
DEVICE_SECONDS = round(timedelta(days=400).total_seconds())
CHALLENGE_COOKIE = "phoenix_challenge"
SIGN_UP_COOKIE = "phoenix_sign_up"
SIGN_UP_PURPOSE = "sign up"


async def sign_in_browser(
    call: Call,
    account: str,
    *,
    method: str,
    remember: bool = False,
    on_to: str = "",
    toast: str = "",
    strong: bool = False,
    generation: int | None = None,
) -> Redirect:
    """Start a session in a cookie, or continue with the second factor. It ends with the browser unless it is to be remembered.

    A previous session of this browser is ended.
    """
    client = Client(
        device_of(call.agent), place_of(call.address), known_device(call), remember, api=False, audience=audience_of(call.runtime.settings)
    )
    try:
        made = await start_session(
            call.runtime, call.tx, account=account, method=method, client=client, strong=strong, generation=generation
        )
    except SecondFactorRequired as due:
        call.cookies.append(our_cookie(call.runtime, CHALLENGE_COOKIE, due.challenge, seconds=600))
        return Redirect(f"/sign-in/second-step?methods={quote(','.join(due.methods))}&next={quote(safe_next(on_to or '/'), safe='')}")
    former = call.user
    if former is not None and not former.is_key and former.session != made.id:
        # Its cookie is about to be replaced, so it could no longer be ended from here (ASVS 5.0, 7.2.4).
        await try_to_end(call.tx, former.account, former.session, reason="logged_in_again", keeps_device=True)
    call.cookies += [
        our_cookie(call.runtime, COOKIE, made.token, seconds=made.seconds if remember else None),
        our_cookie(call.runtime, DEVICE_COOKIE, made.device, seconds=DEVICE_SECONDS),
        our_cookie(call.runtime, CHALLENGE_COOKIE, "", seconds=0),
        our_cookie(call.runtime, SIGN_UP_COOKIE, "", seconds=0),
    ]
    return Redirect(safe_next(on_to or "/"), toast)


def remember_sign_up(call: Call, sign_up: str, on_to: str = "") -> None:
    """Sign this browser in once it verifies the address of the sign-up whose password was entered here, and continue to `on_to`.

    The link in the email does not include it, and an invitation must not be lost.
    """
    token = call.runtime.keys.sign(SIGN_UP_PURPOSE, f"{sign_up} {safe_next(on_to or '/')}", expires=call.runtime.clock.now() + KEEP)
    call.cookies.append(our_cookie(call.runtime, SIGN_UP_COOKIE, token, seconds=round(KEEP.total_seconds())))


def sign_up_of(call: Call) -> tuple[str, str]:
    """The sign-up that this browser sent, or "", and where it was to continue to."""
    kept = call.runtime.keys.verify(SIGN_UP_PURPOSE, cookie_value(call, SIGN_UP_COOKIE), now=call.runtime.clock.now()) or ""
    sign_up, _space, on_to = kept.partition(" ")
    return sign_up, on_to or "/"


def sender_of(call: Call) -> Sender:
    """Whoever uses this browser, before they have signed in."""
    return Sender(call.caller, known_device(call))


def known_device(call: Call) -> str:
    """The token this browser was given at an earlier sign-in, or ""."""
    return cookie_value(call, DEVICE_COOKIE)
