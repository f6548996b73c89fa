"""JSON routes of one's own profile."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.cache import Watch
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.errors import NotSignedIn
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.answer import ANSWER, Answer, answer
from phoenix.kernel.web.bodies import given
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get, patch
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import profile
from phoenix.modules.accounts.actions.answer import AccountAnswer, account_answer


class ProfileData(Struct, forbid_unknown_fields=True):
    """Only what is given is changed."""

    name: Text | UnsetType = UNSET
    time_zone: Text | UnsetType = UNSET
    locale: Text | UnsetType = UNSET
    contact: Text | None = None


def me_key(actor: Actor, query_string: bytes) -> str | None:
    """The cache key of one's own profile."""
    return None if query_string else f"me:{actor.account}"


@get("/api/v2/me", may=SIGNED_IN, before_second_factor=True, key_may=True, queries=1)
async def read_me(call: Call) -> AccountAnswer | Answer:
    """Get your profile."""
    actor, runtime = call.actor, call.runtime

    async def refill(watch: Watch) -> Answer:
        await watch.on(ACCOUNT(actor.account))
        found = await call.db.maybe(queries.ACCOUNT, actor.account)
        if found is None:
            raise NotSignedIn
        return answer(account_answer(found), version=found.version)

    return await runtime.cache.read(f"me:{actor.account}", refill, codec=ANSWER)


@patch("/api/v2/me", may=SIGNED_IN, queries=3, problems=(412, 428))
async def change_me(call: Call, data: ProfileData) -> AccountAnswer:
    """Edit your profile. Requires If-Match with the ETag you read."""
    versions = call.expected_versions()
    changed = await profile.change_profile(
        call.tx,
        call.actor,
        name=given(data.name),
        time_zone=given(data.time_zone),
        locale=given(data.locale),
        contact=data.contact,
        versions=versions,
    )
    return account_answer(changed)


ROUTES = (read_me, change_me)
