"""Push as JSON: the browsers in which the caller is notified, and the key that browsers subscribe to."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.push import queries
from phoenix.modules.push.actions import subscribe
from phoenix.modules.push.vapid import public_key

PATH = "/api/v2/push_subscriptions"


class PushData(Struct, forbid_unknown_fields=True):
    """What a browser says of its subscription (Push API): `endpoint`, and of its `keys` `p256dh` and `auth`, in base64url."""

    endpoint: Text
    p256dh: Text
    auth: Text


class PushCreated(Struct):
    """A browser in which you are notified by push from now on."""

    id: str


class PushBrowser(Struct):
    """A browser in which you are notified by push, until its session ends. `current` is that of this session."""

    id: str
    session: str
    device: str
    created_at: Instant
    current: bool


class PushBrowsers(Struct):
    """All browsers in which you are notified by push: at most 10. `public_key` is the `applicationServerKey` to subscribe with."""

    public_key: str
    items: list[PushBrowser]
    next_cursor: str | None = None


@get(PATH, may=SIGNED_IN, queries=1)
async def list_push_subscriptions(call: Call) -> PushBrowsers:
    """List the browsers in which you are notified by push, and get the key to subscribe with."""
    found = await call.db.all(queries.BROWSERS, call.actor.account, call.db.now)
    items = [PushBrowser(one.id, one.session, one.device, instant(one.created_at), one.session == call.actor.session) for one in found]
    return PushBrowsers(public_key(call.runtime.keys), items)


@post(PATH, may=SIGNED_IN, queries=4)
async def create_push_subscription(call: Call, data: PushData) -> Created[PushCreated]:
    """Be notified by push in the browser of this session. It replaces the one this session had; beyond 10, the oldest ends."""
    draft = subscribe.Draft(data.endpoint, data.p256dh, data.auth)
    return Created(PushCreated(await subscribe.turn_on(call.runtime, call.tx, call.actor, draft)), PATH)


@delete(PATH, may=SIGNED_IN, queries=2, frees=True)
async def delete_push_subscription(call: Call) -> None:
    """Turn push off in the browser of this session."""
    await subscribe.turn_off(call.tx, call.actor)


@delete(f"{PATH}/{{subscription_id:str}}", may=SIGNED_IN, queries=2, frees=True)
async def delete_other_push_subscription(call: Call, subscription_id: str) -> None:
    """Turn push off in one of your browsers."""
    await subscribe.turn_off(call.tx, call.actor, subscription_id)


ROUTES = (list_push_subscriptions, create_push_subscription, delete_push_subscription, delete_other_push_subscription)
