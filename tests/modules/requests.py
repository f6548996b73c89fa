"""A plausible request to every route: by its owner or an administrator, with a body that it takes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import httpx
import msgspec
import pyotp
from cryptography.hazmat.primitives.asymmetric.ec import derive_private_key
from litestar.handlers import HTTPRouteHandler
from tests.harness import PASSWORD, Harness
from tests.modules.admin.panel import Panel
from tests.software_passkey import Authenticator

from phoenix.composition import REGISTRY
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.security.crypto import to_base64url
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.push.encryption import CURVE, point_of
from phoenix.modules.sign_in.actions.first_administrator import link_token

ROUTES = [(min(route.http_methods - {"OPTIONS"}), min(route.paths), route) for module in REGISTRY.modules for route in module.routes]
NEW_PASSWORD = "seven kettles on a cold morning"
CHALLENGE_COOKIE = "phoenix_challenge"


def body_of(route: HTTPRouteHandler) -> type[msgspec.Struct] | None:
    """The body of a route of the API."""
    data = route.fn.__annotations__.get("data")
    if data is None:
        return None
    return get_args(data)[0] if get_args(data) else data  # type: ignore[no-any-return]


# A public key of a browser: the generator of the curve P-256 is one.
POINT = point_of(derive_private_key(1, CURVE).public_key())


class Requests:
    """Sends a plausible request to a route, by a person who has not sent one before."""

    def __init__(self, harness: Harness, panel: Panel) -> None:
        self._harness = harness
        self._panel = panel
        self._count = 0

    async def send(
        self,
        method: str,
        path: str,
        route: HTTPRouteHandler,
        *,
        before: Callable[[], object] = lambda: None,
        null: str = "",
        replace: Callable[[dict[str, Any]], dict[str, Any]] = lambda body: body,
        **headers: str,
    ) -> httpx.Response:
        """`before` is called when all is ready. The field `null` of the body is null; `replace` makes another body of it, or another form."""
        self._count += 1
        name, slug = f"p{self._count}", f"o{self._count}"
        harness = self._harness
        person = await harness.person(name, permissions=("platform.admin",), password=True)
        other = await harness.person(f"{name}b")
        made = await harness.organisation(slug, **{name: "owner", f"{name}b": "member"})
        values: dict[str, Any] = {
            "accept_terms": True, "body": "Text", "code": PASSWORD, "current_password": PASSWORD, "days": 7, "email": person.email,
            "invitation": "x", "locale": "en", "method": "password", "minutes": 15, "name": "A name", "organisation": made,
            "password": PASSWORD, "permission": "platform.jobs", "reason": "A reason, case 4711", "refresh_token": "r" * 43,
            "role": "member", "scopes": ["entries.read"], "slug": slug, "time_zone": "UTC", "title": "A title", "token": "t" * 43,
            "version": 1, "url": "https://example.com/hooks", "enabled": True, "visible": True, "digest": "daily", "hour": 8, "thing": "ent_1",
            "delivery": "msg_1", "organisation_id": made, "account_id": other.id, "session_id": person.session, "occurred_at": None,
            "number": "+49 170 1234567", "endpoint": "https://push.example.com/1", "p256dh": to_base64url(POINT), "auth": to_base64url(bytes(16)),
        }  # fmt: skip
        harness.client.cookies.clear()
        prepare = PREPARED.get(path)
        if prepare is not None:
            values |= await prepare(harness, name)
        async with harness.runtime.database.transaction() as tx:
            # Sessions are read from the database, as by a process that has just started.
            tx.invalidate(ACCOUNT(person.id))
        target = re.sub(r"{(\w+):(\w+)}", lambda found: str(values.get(found[1], 1 if found[2] == "int" else "nothing")), path)
        client, token = harness.client, harness.people[name].token
        if "public" not in route.opt["rule"].listeners:
            client, token = self._panel.client(), (await self._panel.session(name)).token
        client.cookies.clear()
        headers |= {"Authorization": f"Bearer {token}", "If-Match": "*"}
        if CHALLENGE_COOKIE in values:
            headers["Cookie"] = f"{CHALLENGE_COOKIE}={values[CHALLENGE_COOKIE]}"
        in_address = method == "GET" or route.opt["rule"].within == "organisation"
        options: dict[str, Any] = {"params": {"organisation": made}} if in_address else {}
        if path.startswith("/api/"):
            body = body_of(route)
            if body is not None:
                options["json"] = {field.name: values[field.name] for field in msgspec.structs.fields(body) if values.get(field.name)}
                if null:
                    options["json"][null] = None
                options["json"] = replace(options["json"])
        elif method == "POST":
            sent = {key: value for key, value in values.items() if isinstance(value, str | int)}
            options["data"] = {**replace(sent), "csrf": token_for(harness.runtime, person.id)}
        before()
        return await client.request(method, target, headers=headers, **options)


Values = dict[str, Any]


async def setting_up(harness: Harness, name: str) -> Values:
    """An authenticator app is being set up."""
    secret = (await harness.post("/api/v2/totp", by=name)).json()["secret"]
    return {"code": pyotp.TOTP(secret).at(harness.clock.now())}


async def with_app(harness: Harness, name: str) -> Values:
    """The authenticator app is on; the code is a backup code."""
    codes = await harness.post("/api/v2/totp/confirm", by=name, json=await setting_up(harness, name))
    return {"code": codes.json()["codes"][0], "method": "backup_code"}


async def signing_in(harness: Harness, name: str) -> Values:
    """The password was right, and the second factor is still required."""
    code = await with_app(harness, name)
    challenge = (await harness.sign_in(name)).json()["challenge"]
    return {**code, "challenge": challenge, CHALLENGE_COOKIE: challenge}


async def new_password(harness: Harness, name: str) -> Values:
    del harness, name
    return {"password": NEW_PASSWORD}


async def first_link(harness: Harness, name: str) -> Values:
    return {"token": link_token(harness.runtime), **await new_password(harness, name)}


async def someone_else(harness: Harness, name: str) -> Values:
    del harness
    return {"email": f"new-{name}@example.com"}


async def with_entry(harness: Harness, name: str) -> Values:
    sent = {"organisation": harness.organisations[f"o{name[1:]}"], "title": "A title"}
    return {"entry_id": (await harness.post("/api/v2/entries", by=name, json=sent)).json()["id"]}


async def with_service_account(harness: Harness, name: str) -> Values:
    path = f"/api/v2/organisations/{harness.organisations[f'o{name[1:]}']}/service_accounts"
    made = await harness.post(path, by=name, json={"name": "A robot", "scopes": ["entries.read"]})
    return {"account_id": made.json()["id"]}


async def adding_passkey(harness: Harness, name: str) -> Values:
    offer = (await harness.post("/api/v2/passkeys/options", by=name)).json()
    return {"challenge": offer["challenge"], "credential": Authenticator().create(offer["options"])}


async def with_passkey(harness: Harness, name: str) -> Values:
    made = await harness.post("/api/v2/passkeys", by=name, json=await adding_passkey(harness, name))
    return {"passkey_id": made.json()["id"]}


async def passkey_sign_in(harness: Harness, name: str) -> Values:
    device, offer = Authenticator(), (await harness.post("/api/v2/passkeys/options", by=name)).json()
    await harness.post("/api/v2/passkeys", by=name, json={"challenge": offer["challenge"], "credential": device.create(offer["options"])})
    wanted = (await harness.post("/api/v2/sessions/passkey/options", json={})).json()
    return {"challenge": wanted["challenge"], "credential": device.get(wanted["options"])}


# What a request needs that those to other routes do not.
async def to_comment_on(harness: Harness, name: str) -> Values:
    """An entry to comment on."""
    return {"entry": (await with_entry(harness, name))["entry_id"]}


async def with_comment(harness: Harness, name: str) -> Values:
    """A comment."""
    said = {**await to_comment_on(harness, name), "body": "Text"}
    return {"comment_id": (await harness.post("/api/v2/comments", by=name, json=said)).json()["id"]}


async def with_webhook(harness: Harness, name: str) -> Values:
    """A webhook of the organisation."""
    made = {"organisation": harness.organisations[name.replace("p", "o")], "url": "https://example.com/hooks"}
    return {"webhook_id": (await harness.post("/api/v2/webhooks", by=name, json=made)).json()["id"]}


PREPARED: dict[str, Callable[[Harness, str], Awaitable[Values]]] = {
    "/api/v2/accounts": new_password,
    "/api/v2/accounts/verify": new_password,
    "/api/v2/password_resets/complete": new_password,
    "/api/v2/me/password": new_password,
    "/api/v2/sessions/second_factor": signing_in,
    "/api/v2/totp/confirm": setting_up,
    "/api/v2/entries/{entry_id:str}": with_entry,
    "/api/v2/comments": to_comment_on,
    "/api/v2/comments/{comment_id:str}": with_comment,
    "/api/v2/webhooks/{webhook_id:str}": with_webhook,
    "/api/v2/organisations/{organisation_id:str}/service_accounts/{account_id:str}": with_service_account,
    "/api/v2/passkeys": adding_passkey,
    "/api/v2/passkeys/{passkey_id:str}": with_passkey,
    "/api/v2/sessions/passkey": passkey_sign_in,
    "/api/v2/backup_codes": with_app,
    "/api/v2/organisations/{organisation_id:str}/invitations": someone_else,
    "/api/v2/me/email": someone_else,
    "/sign-up": new_password,
    "/verify": new_password,
    "/verify/link": new_password,
    "/first-administrator": first_link,
    "/reset-password": new_password,
    "/settings/password": new_password,
    "/settings/address": someone_else,
    "/settings/totp": setting_up,
    "/settings/backup-codes": with_app,
    "/sign-in/second-step": signing_in,
    "/o/{slug:str}/members": someone_else,
}
