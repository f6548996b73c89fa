"""What the table of writes is made of: a row, and the writes that take more than one call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pyotp
from tests.harness import PASSWORD, REAUTHENTICATE, Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.software_passkey import Authenticator

from phoenix.composition import MODULES
from phoenix.modules.accounts.actions.delete_account import erase_account
from phoenix.modules.demo.actions import seed_scale
from phoenix.modules.keys.actions.service_accounts import suspend_keys_made_by
from phoenix.modules.organisations.actions.delete import begin
from phoenix.modules.sessions.actions.signing_keys import revoke_key

Do = Callable[[Harness], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Write:
    """`given` is set up, then `do` makes `keys` stale. `{@ada}` is the id of ada, and `{ember}` is that of the organisation."""

    site: str
    do: Do
    keys: tuple[str, ...]
    given: Do | None = None


def call(method: str, path: str, by: str = "ada", **options: Any) -> Do:
    async def do(harness: Harness) -> None:
        answer = await harness.request(method, fill(harness, path), by=by, **options)
        assert answer.status_code < 300, answer.text

    return do


def erase(module: str) -> Do:
    """Erase bo's data in one module only."""

    async def do(harness: Harness) -> None:
        (personal,) = [found.personal for found in MODULES if found.name == module]
        assert personal is not None
        async with harness.runtime.database.transaction() as tx:
            await personal.erase(tx, harness.people["bo"].id)

    return do


def act(action: Callable[..., Awaitable[Any]], *args: Any, runtime: bool = False, **named: Any) -> Do:
    """Call an action in its own transaction."""

    async def do(harness: Harness) -> None:
        async with harness.runtime.database.transaction() as tx:
            first = (harness.runtime, tx) if runtime else (tx,)
            await action(*first, *(fill(harness, arg) for arg in args), **named)

    return do


def fill(harness: Harness, text: str) -> str:
    for slug, id_ in harness.organisations.items():
        text = text.replace(f"{{{slug}}}", id_)
    for name, person in harness.people.items():
        text = text.replace(f"{{@{name}}}", person.id).replace(f"{{session of {name}}}", person.session)
    return text


async def totp(harness: Harness) -> None:
    secret = (await harness.post("/api/v2/totp", by="ada")).json()["secret"]
    code = pyotp.TOTP(secret).at(harness.clock.now())
    assert (await harness.post("/api/v2/totp/confirm", by="ada", json={"code": code})).status_code == 201


async def passkey(harness: Harness) -> None:
    offer = (await harness.post("/api/v2/passkeys/options", by="ada")).json()
    body = {"challenge": offer["challenge"], "credential": Authenticator().create(offer["options"]), "name": "Phone"}
    assert (await harness.post("/api/v2/passkeys", by="ada", json=body)).status_code == 201


async def remove_passkey(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM passkeys")
    await call("DELETE", f"/api/v2/passkeys/{row['id']}")(harness)


async def refresh(harness: Harness) -> None:
    token = (await harness.sign_in("ada")).json()["refresh_token"]
    assert (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": token})).status_code == 200


async def revoke_signing_key(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM signing_keys WHERE state = 'standby'")
    await act(revoke_key, row["id"], runtime=True)(harness)


async def sign_in(harness: Harness) -> None:
    assert (await harness.sign_in("ada")).status_code == 201


async def key(harness: Harness) -> None:
    await call("POST", "/api/v2/api_keys", json={"name": "Export", "scopes": ["entries.read"]})(harness)


async def revoke_api_key(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM api_keys")
    await call("DELETE", f"/api/v2/api_keys/{row['id']}")(harness)


SERVICES = "/api/v2/organisations/{ember}/service_accounts"
service = call("POST", SERVICES, json={"name": "Robot", "role": "member", "scopes": ["entries.read"]})


async def offer_ownership(harness: Harness) -> None:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/transfer"
    await call("POST", path, json={"account": harness.people["bo"].id})(harness)


accept_ownership = call("POST", "/api/v2/organisations/{ember}/transfer/accept", "bo")
closing = call("POST", "/api/v2/organisations/{ember}/deletion", json={"name": "Ember"})


async def remove_service(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM accounts WHERE kind = 'service'")
    harness.organisations["robot"] = row["id"]
    await call("DELETE", f"{SERVICES}/{row['id']}")(harness)


async def suspend_keys(harness: Harness) -> None:
    (row,) = await harness.sql("SELECT id FROM accounts WHERE kind = 'service'")
    harness.organisations["robot"] = row["id"]
    await act(suspend_keys_made_by, "{@ada}")(harness)


async def lock_ada(harness: Harness) -> None:
    await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = $1", harness.people["ada"].id)


async def postponed_erasure(harness: Harness) -> None:
    """Ada is the only owner again, and is not deleted."""
    await harness.sql("UPDATE accounts SET erase_at = now() - interval '100 years' WHERE id = $1", harness.people["ada"].id)
    await act(erase_account, "{@ada}", runtime=True)(harness)


async def begun(harness: Harness) -> None:
    """The grace period is over."""
    await harness.sql("UPDATE organisations SET closes_at = now() - interval '100 years'")
    async with harness.runtime.database.transaction() as tx:
        assert await begin(tx, harness.organisations["ember"])


async def closing_with_service(harness: Harness) -> None:
    await service(harness)
    (row,) = await harness.sql("SELECT id FROM accounts WHERE kind = 'service'")
    harness.organisations["robot"] = row["id"]
    await closing(harness)


async def seed(harness: Harness) -> None:
    await seed_scale(harness.runtime, 3, "ember")


async def notified(harness: Harness) -> None:
    """Bo has a notification, and its id is in the harness."""
    await call("PATCH", MEMBER, json={"role": "viewer"})(harness)
    await harness.follow()
    (row,) = await harness.sql("SELECT id FROM notifications")
    harness.organisations["item"] = row["id"]


async def mentioned(harness: Harness) -> None:
    """Bo is mentioned in a comment, of which he is notified, and the comment is deleted."""
    made = await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
    await harness.follow()
    answer = await harness.delete(f"/api/v2/comments/{made['id']}", by="ada", headers={"If-Match": "*"})
    assert answer.status_code == 204, answer.text


async def left(harness: Harness) -> None:
    """Bo has an inbox, and is removed."""
    await notified(harness)
    await call("DELETE", MEMBER)(harness)


ADA, BO, EMBER = "account:{@ada}", "account:{@bo}", "members:{ember}"
CONFIRM = call("POST", REAUTHENTICATE, json={"method": "password", "code": PASSWORD})
MEMBER = "/api/v2/organisations/{ember}/members/{@bo}"
