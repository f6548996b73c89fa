"""JSON routes of the authenticator app and its backup codes."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, post
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions.limits import BACKUP_CODES, TOTP_CONFIRMATIONS
from phoenix.modules.factors.actions import second_factor


class CodeData(Struct, forbid_unknown_fields=True):
    code: Text


class EnrolmentAnswer(Struct):
    secret: str
    uri: str


class BackupCodes(Struct):
    codes: list[str]


@post("/api/v2/totp", may=SIGNED_IN, before_second_factor=True, queries=3, sensitive=True)
async def set_up_totp(call: Call) -> Created[EnrolmentAnswer]:
    """Start setting up an authenticator app (RFC 6238). It is not active until its first code is confirmed."""
    made = await second_factor.set_up_totp(call.runtime, call.tx, call.actor)
    return Created(EnrolmentAnswer(made.secret, made.uri), "/api/v2/security")


@post(
    "/api/v2/totp/confirm",
    may=SIGNED_IN,
    before_second_factor=True,
    queries=12,
    limits=(TOTP_CONFIRMATIONS,),
    sensitive=True,
    costs="argon2",
)
async def confirm_totp(call: Call, data: CodeData) -> Created[BackupCodes]:
    """Turn on the authenticator app with the code it shows. The response contains 10 backup codes, which are shown only once."""
    return Created(BackupCodes(await second_factor.confirm_totp(call.runtime, call.tx, call.actor, data.code)), "/api/v2/security")


@delete("/api/v2/totp", may=SIGNED_IN, queries=5, sensitive=True)
async def remove_totp(call: Call) -> None:
    """Turn off the authenticator app. Its backup codes stop working."""
    await second_factor.remove_totp(call.tx, call.actor.account)


@post("/api/v2/backup_codes", may=SIGNED_IN, queries=5, limits=(BACKUP_CODES,), sensitive=True, costs="argon2")
async def replace_backup_codes(call: Call) -> Created[BackupCodes]:
    """Create 10 new backup codes. The old ones stop working."""
    return Created(BackupCodes(await second_factor.replace_backup_codes(call.runtime, call.tx, call.actor.account)), "/api/v2/security")


ROUTES = (set_up_totp, confirm_totp, remove_totp, replace_backup_codes)
