"""Settings → the authenticator app and its backup codes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import segno

from phoenix.kernel.i18n.templates import query
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page, safe_next, shown_once
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts.actions.limits import BACKUP_CODES, TOTP_CONFIRMATIONS
from phoenix.modules.accounts.actions.settings_pages import SECURITY
from phoenix.modules.factors.actions import second_factor
from phoenix.modules.factors.actions.second_factor import BACKUP_CODES_LOW
from phoenix.modules.factors.errors import SecondFactorExists

CODES = "/settings/backup-codes"


@form("/settings/totp/begin", may=SIGNED_IN, before_second_factor=True, queries=3, sensitive=True)
async def send_set_up_totp(call: Call) -> Redirect:
    await second_factor.set_up_totp(call.runtime, call.tx, call.actor)
    return Redirect(query("/settings/totp", next=call.form.get("next") and safe_next(call.form["next"])))


@page("/settings/totp", may=SIGNED_IN, before_second_factor=True, queries=1, sensitive=True)
async def show_totp(call: Call) -> View | Redirect:
    unconfirmed = await second_factor.unconfirmed_totp(call.runtime, call.db, call.actor)
    if unconfirmed is None:
        return Redirect(SECURITY)
    shown = {"next": call.query("next")}
    return View("factors/totp.html", {"form": shown, "secret": unconfirmed.secret, "qr": qr_code(unconfirmed.uri)})


@form(
    "/settings/totp",
    may=SIGNED_IN,
    before_second_factor=True,
    queries=12,
    limits=(TOTP_CONFIRMATIONS,),
    sensitive=True,
    retry=show_totp,
    costs="argon2",
)
async def send_totp(call: Call) -> Redirect:
    try:
        codes = await second_factor.confirm_totp(call.runtime, call.tx, call.actor, call.form.get("code", ""))
    except SecondFactorExists as problem:
        # The page with the codes was loaded again.
        return Redirect(SECURITY, problem.detail)
    owed = call.actor.needs_second_factor(call.runtime.settings.second_factor_for)
    on_to = safe_next(call.form.get("next") or ("/" if owed else SECURITY))
    return Redirect(CODES, shows={"codes": codes, "fresh": True, "on_to": on_to})


@form("/settings/totp/remove", frees=True, may=SIGNED_IN, queries=5, sensitive=True)
async def send_remove_totp(call: Call) -> Redirect:
    await second_factor.remove_totp(call.tx, call.actor.account)
    return Redirect(SECURITY, _("Authenticator app turned off. Your backup codes no longer work."))


@form(CODES, may=SIGNED_IN, queries=5, limits=(BACKUP_CODES,), sensitive=True, costs="argon2")
async def send_backup_codes(call: Call) -> Redirect:
    codes = await second_factor.replace_backup_codes(call.runtime, call.tx, call.actor.account)
    return Redirect(CODES, shows={"codes": codes, "fresh": False, "on_to": SECURITY})


@page(CODES, may=SIGNED_IN, queries=0)
async def show_backup_codes(call: Call) -> View | Redirect:
    """The new codes, for ten minutes; after that there is nothing to see."""
    shown = shown_once(call)
    return View("factors/backup_codes.html", shown) if shown else Redirect(SECURITY)


async def second_factor_slot(call: Call) -> Mapping[str, Any]:
    """The second factors on the security page: one query."""
    return {"factors": await second_factor.second_factors(call.db, call.actor.account), "low": BACKUP_CODES_LOW}


def qr_code(text: str) -> str:
    """A QR code (ISO/IEC 18004) as a scalable SVG: dark on light, as cameras require."""
    out = io.BytesIO()
    drawn = segno.make(text, error="m", micro=False)
    drawn.save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


ROUTES = (send_set_up_totp, show_totp, send_totp, send_remove_totp, send_backup_codes, show_backup_codes)
