"""JSON routes of one's API keys."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.cursors import Page, pick
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.keys.actions import api_keys
from phoenix.modules.keys.actions.api_keys import ApiKey, api_keys_of


class ApiKeyData(Struct, forbid_unknown_fields=True):
    """`scopes` are names of permissions; the key lives for `days`, 366 at most."""

    name: Text
    scopes: list[Text]
    days: int = 90


class ApiKeyAnswer(Struct):
    """A key without the key itself. `hint` is how it ends."""

    id: str
    name: str
    hint: str
    scopes: list[str]
    created_at: Instant
    seen_at: Instant | None
    expires_at: Instant


class NewApiKeyAnswer(Struct):
    """`key` is shown only this once."""

    id: str
    key: str


@get("/api/v2/api_keys", may=SIGNED_IN, queries=1)
async def list_api_keys(call: Call) -> Page[ApiKeyAnswer]:
    """List your API keys. The keys themselves are not included."""
    return Page([api_key_answer(key) for key in await api_keys_of(call.db, call.actor.account)])


@post("/api/v2/api_keys", may=SIGNED_IN, queries=6, sensitive=True)
async def create_api_key(call: Call, data: ApiKeyData) -> Created[NewApiKeyAnswer]:
    """Create an API key. It is shown only once; send it as `Authorization: Bearer`."""
    made = await api_keys.create_api_key(call.runtime, call.tx, call.actor, name=data.name, scopes=data.scopes, days=data.days)
    return Created(NewApiKeyAnswer(made.id, made.key), f"/api/v2/api_keys/{made.id}")


@get("/api/v2/api_keys/{key_id:str}", may=SIGNED_IN, queries=1)
async def read_api_key(call: Call, key_id: str) -> ApiKeyAnswer:
    """Get one of your API keys. The key itself is not included."""
    return api_key_answer(pick(await api_keys_of(call.db, call.actor.account), lambda key: key.id == key_id))


@delete("/api/v2/api_keys/{key_id:str}", may=SIGNED_IN, act="credential", queries=2)
async def revoke_api_key(call: Call, key_id: str) -> None:
    """Revoke one of your API keys."""
    await api_keys.revoke_api_key(call.tx, call.actor.account, key_id)


def api_key_answer(key: ApiKey) -> ApiKeyAnswer:
    seen = instant(key.seen_at) if key.seen_at else None
    return ApiKeyAnswer(key.id, key.name, key.hint, list(key.scopes), instant(key.created_at), seen, instant(key.until))


ROUTES = (list_api_keys, create_api_key, read_api_key, revoke_api_key)
