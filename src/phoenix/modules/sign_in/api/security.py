"""JSON routes of an account's protection, password and address."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Accepted, Call
from phoenix.kernel.web.endpoint import get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions.limits import ADDRESS_CHANGES, ADDRESS_CONFIRMATIONS, PASSWORD_CHANGES
from phoenix.modules.sign_in.actions import change_address, change_password
from phoenix.modules.sign_in.actions.reauthenticate import protection_of
from phoenix.modules.sign_in.api.data import EmailData, Nothing, ProofData


class PasswordData(Struct, forbid_unknown_fields=True):
    """`current_password` can be left out by a person who signs in another way and has none yet."""

    password: Text
    current_password: Text = ""


class ProtectionAnswer(Struct):
    has_password: bool
    totp_since: Instant | None
    backup_codes_left: int
    passkeys: int
    identities: int
    sessions: int


@get("/api/v2/security", may=SIGNED_IN, before_second_factor=True, queries=1)
async def read_security(call: Call) -> ProtectionAnswer:
    """Get the protection of your account, with its passkeys, backup codes, connected accounts and sessions counted."""
    found = await protection_of(call.db, call.actor.account)
    since = instant(found.totp_since) if found.totp_since else None
    return ProtectionAnswer(found.has_password, since, found.backup_codes_left, found.passkeys, found.identities, found.sessions)


@post("/api/v2/me/password", may=SIGNED_IN, queries=7, limits=(PASSWORD_CHANGES,), sensitive=True, costs="argon2")
async def change_my_password(call: Call, data: PasswordData) -> None:
    """Change your password. Your other sessions are ended. Requires a recent sign-in, or `reauthenticate`."""
    await change_password.change_password(call.runtime, call.tx, call.actor, current=data.current_password, password=data.password)


@post("/api/v2/me/email", may=SIGNED_IN, queries=4, limits=(ADDRESS_CHANGES,), sensitive=True)
async def request_address_change(call: Call, data: EmailData) -> Accepted[Nothing]:
    """Send a code to a new address. Your address does not change until the code is used."""
    await change_address.request_change(call.tx, call.actor, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/me/email/confirm", may=SIGNED_IN, act="credential", step_up=False, queries=12, limits=(ADDRESS_CONFIRMATIONS,))
async def change_my_address(call: Call, data: ProofData) -> None:
    """Confirm the new address with the token or code from the email. The old address is notified."""
    await change_address.change_address(call.runtime, call.tx, call.actor, data.proof((call.actor.session,)))


ROUTES = (read_security, change_my_password, request_address_change, change_my_address)
