"""Push among the settings for notifications, and the worker that shows what is pushed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Plain, Redirect, form, page
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.push import queries
from phoenix.modules.push.actions import subscribe
from phoenix.modules.push.vapid import public_key

SETTINGS = "/settings/notifications"


@page("/push-worker.js", may=PUBLIC, queries=0)
async def show_worker(call: Call) -> Plain:
    """The service worker. At the root, since it opens pages below its own path only."""
    bundled = PurePath(call.app.templates.asset("push/worker.js")).name
    return Plain((call.runtime.settings.web.static / bundled).read_text(encoding="utf-8"), "text/javascript")


async def browsers(call: Call) -> Mapping[str, Any]:
    """Where the reader is notified by push, and whether this browser is among it."""
    found = await call.db.all(queries.BROWSERS, call.actor.account, call.db.now)
    shown = [
        {"id": one.id, "device": one.device, "created_at": one.created_at, "current": one.session == call.actor.session} for one in found
    ]
    return {"browsers": shown, "on": any(one["current"] for one in shown), "key": public_key(call.runtime.keys)}


@form(f"{SETTINGS}/push/off", frees=True, may=SIGNED_IN, queries=2, retry=SETTINGS)
async def send_off(call: Call) -> Redirect:
    await subscribe.turn_off(call.tx, call.actor, call.form.get("browser", ""))
    return Redirect(SETTINGS, _("Push notifications turned off."))


ROUTES = (show_worker, send_off)
