"""O2, A13: every route with an organisation or a subject in it, called by everyone who must not have access."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.harness import Harness

from phoenix.composition import MODULES
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN

ROUTES = [
    (min(route.http_methods - {"OPTIONS"}), min(route.paths), route.opt["rule"].within)
    for module in MODULES
    for route in module.routes
    if route.opt["rule"].may != PUBLIC and "public" in route.opt["rule"].listeners
]
BODIES: dict[str, dict[str, Any]] = {
    "/api/v2/entries": {"organisation": "{org}", "title": "t"},
    "/api/v2/organisations": {"name": "n"},
    "/api/v2/invitations/accept": {"token": "t"},
    "/api/v2/organisations/{organisation_id:str}/service_accounts": {"name": "n", "scopes": ["entries.read"]},
    "/api/v2/organisations/{organisation_id:str}/service_accounts/{account_id:str}": {"scopes": ["entries.read"]},
    "/api/v2/sessions/current/reauthenticate": {"method": "password", "code": "c"},
    "/api/v2/me/password": {"password": "p"},
    "/api/v2/me/email": {"email": "new@example.com"},
    "/api/v2/me/email/confirm": {"token": "t"},
    "/api/v2/totp/confirm": {"code": "c"},
    "/api/v2/api_keys": {"name": "n", "scopes": ["entries.read"]},
    "/api/v2/passkeys": {"challenge": "c", "credential": {}},
    "/api/v2/passkeys/{passkey_id:str}": {"name": "n"},
    "/api/v2/comments/{comment_id:str}": {"body": "t"},
    "/api/v2/webhooks/{webhook_id:str}": {"description": "d"},
    "/api/v2/webhooks": {"organisation": "{org}", "url": "https://example.com/hooks"},
}
OF_ONESELF = {
    "/api/v2/invitations",
    "/api/v2/me",
    "/api/v2/sessions",
    "/api/v2/sessions/current",
    "/api/v2/organisations",
    "/api/v2/notifications",
    "/api/v2/notifications/read",
    "/api/v2/notifications/unread_count",
    "/notifications",
    "/notifications/read",
    "/notifications/unread",
    "/notifications/mute",
    "/api/v2/notification_preferences",
    "/api/v2/mutes",
    "/api/v2/push_subscriptions",
    "/api/v2/notification_deliveries",
    "/settings/notifications/deliveries",
    "/api/v2/push_subscriptions/{subscription_id:str}",
    "/settings/notifications/push/off",
    "/api/v2/me/phone_number",
    "/api/v2/me/phone_number/confirm",
    "/settings/notifications/sms",
    "/settings/notifications/sms/again",
    "/settings/notifications/sms/confirm",
    "/settings/notifications/sms/cancel",
    "/settings/notifications/sms/remove",
    "/api/v2/me/visibility",
    "/api/v2/me/email_status",
    "/api/v2/me/email_status/resume",
    "/settings/notifications",
    "/settings/notifications/channels",
    "/settings/notifications/schedule",
    "/settings/notifications/unmute",
    "/settings/profile/visibility",
    "/settings/profile/emails",
    "/api/v2/security",
    "/api/v2/exports",
    "/api/v2/me/deletion",
    "/help",
    "/help/checklist",
    "/settings/data",
    "/settings/data/export",
    "/settings/data/delete",
    "/settings/data/keep",
    "/api/v2/sessions/current/reauthenticate",
    "/api/v2/sessions/current/reauthenticate_code",
    "/api/v2/me/password",
    "/api/v2/me/email",
    "/api/v2/me/email/confirm",
    "/api/v2/totp",
    "/api/v2/totp/confirm",
    "/api/v2/backup_codes",
    "/api/v2/api_keys",
    "/api/v2/identities",
    "/settings/connect",
    "/api/v2/passkeys",
    "/api/v2/passkeys/options",
    "/api/v2/sessions/current/reauthenticate_options",
    "/settings/passkeys",
    "/confirm",
    "/confirm/mail",
    "/settings/profile",
    "/settings/security",
    "/settings/password",
    "/settings/address",
    "/settings/address/confirm",
    "/settings/totp",
    "/settings/totp/begin",
    "/settings/totp/remove",
    "/settings/backup-codes",
    "/settings/api-keys",
    "/settings/sessions",
    "/settings/sessions/end-others",
    "/organisations",
    "/organisations/new",
    "/sign-out",
    "/impersonation/end",
}


def test_every_route_refuses_strangers_and_ended_sessions(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member of another organisation gets 404 or 403, an ended session 401 or the sign-in page; neither changes anything."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="viewer")
            await harness.organisation("other", eve="owner")
            entry = (await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "secret title"})).json()["id"]
            monkeypatch.setitem(BODIES, "/api/v2/comments", {"entry": entry, "body": "t"})
            comment = (await harness.post("/api/v2/comments", by="ada", json={"entry": entry, "body": "secret title"})).json()["id"]
            invitation = (
                await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "x@example.com"})
            ).json()["id"]
            await harness.sql(
                "INSERT INTO passkeys (id, account_id, credential_id, public_key, sign_count, name, backed_up, created_at)"
                " VALUES ('pky_of_ada', $1, 'c', 'k', 0, 'secret title', false, now())",
                harness.people["ada"].id,
            )
            role = await harness.patch(
                f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}",
                by="ada",
                json={"role": "member"},
                headers={"If-Match": "*"},
            )
            assert role.status_code == 204
            await harness.follow()
            (item,) = (await harness.get("/api/v2/notifications", by="bo")).json()["items"]
            made = {"organisation": ember, "url": "https://example.com/hooks", "description": "secret title"}
            hook = (await harness.post("/api/v2/webhooks", by="ada", json=made)).json()["id"]
            ended = await harness.person("zoe")
            await harness.delete("/api/v2/sessions/current", by="zoe")
            await harness.work()
            await harness.events()
            ids = {
                "organisation_id:str": ember,
                "account_id:str": harness.people["bo"].id,
                "invitation_id:str": invitation,
                "entry_id:str": entry,
                "session_id:str": harness.people["ada"].session,
                "key_id:str": "key_of_nobody_here",
                "passkey_id:str": "pky_of_ada",
                "identity_id:str": "idn_of_nobody_here",
                "provider:str": "nobody",
                "export_id:str": "exp_of_nobody_here",
                "comment_id:str": comment,
                "notification_id:str": item["id"],
                "webhook_id:str": hook,
                "delivery_id:str": "msg_of_nobody_here",
                "slug:str": "ember",
            }
            tried = 0
            for method, template, within in ROUTES:
                path = template
                for name, value in ids.items():
                    path = path.replace(f"{{{name}}}", value)
                if within == "organisation":
                    path += f"?organisation={ember}"
                elif (method, template) == ("GET", "/api/v2/comments"):
                    path += f"?entry={entry}"
                answer = await _send(harness, method, path, ended.token, template, ember, within)
                assert answer.status_code in {401, 303, 403}, f"ended session: {method} {path} {answer.status_code}"
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/sign-in")
                if template in OF_ONESELF or template == "/api/v2/invitations/accept":
                    continue
                tried += 1
                answer = await _send(harness, method, path, harness.people["eve"].token, template, ember, within)
                assert answer.status_code in {403, 404}, f"stranger: {method} {path} {answer.status_code}"
                assert "secret title" not in answer.text
            assert tried > 30
            assert await harness.events() == []

    asyncio.run(run())


async def _send(harness: Harness, method: str, path: str, token: str, template: str, organisation: str, within: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    options: dict[str, Any] = {}
    if template.startswith("/api/") and method in {"POST", "PATCH"}:
        body = BODIES.get(template, {"name": "n"} if "organisations/{" in template and method == "PATCH" else {"title": "t"})
        if template.endswith("/invitations"):
            body = {"email": "y@example.com"}
        if "/members/" in template:
            body = {"role": "owner"}
        if template == "/api/v2/me":
            body = {"name": "n"}
        if within.startswith("body.") and template not in BODIES:
            body = {within.removeprefix("body."): organisation}
        options["json"] = json.loads(json.dumps(body).replace("{org}", organisation))
    elif method == "POST":
        options["data"] = {"title": "t", "name": "n"}
    return await harness.request(method, path, headers=headers, **options)


MATRIX = [
    # Method, path, body, and the status for owner, administrator, member and viewer.
    ("GET", "/api/v2/feed?organisation={ember}", None, (200, 200, 200, 200)),
    ("GET", "/api/v2/dashboard?organisation={ember}", None, (200, 200, 200, 200)),
    ("GET", "/api/v2/organisations/{ember}/members", None, (200, 200, 200, 200)),
    ("GET", "/api/v2/organisations/{ember}/invitations", None, (200, 200, 200, 403)),
    ("POST", "/api/v2/organisations/{ember}/invitations", {"email": "new@example.com"}, (201, 201, 201, 403)),
    ("POST", "/api/v2/entries", {"organisation": "{ember}", "title": "t"}, (201, 201, 201, 403)),
    ("PATCH", "/api/v2/organisations/{ember}", {"name": "New"}, (200, 200, 403, 403)),
    ("PATCH", "/api/v2/organisations/{ember}/members/{@moe}", {"role": "viewer"}, (204, 204, 403, 403)),
    ("PATCH", "/api/v2/organisations/{ember}/members/{@moe}", {"role": "owner"}, (204, 403, 403, 403)),
    ("PATCH", "/api/v2/organisations/{ember}/members/{@ann}", {"role": "member"}, (204, 403, 403, 403)),
    ("DELETE", "/api/v2/organisations/{ember}/members/{@moe}", None, (204, 204, 403, 403)),
    ("DELETE", "/api/v2/organisations/{ember}/members/{@ann}", None, (204, 403, 403, 403)),
]


@pytest.mark.parametrize(("method", "path", "body", "expected"), MATRIX, ids=[f"{m[0]} {m[1]} {m[2] or ''}" for m in MATRIX])
@pytest.mark.parametrize("role", range(4), ids=["owner", "administrator", "member", "viewer"])
def test_each_role_may_do_exactly_what_the_table_says(
    harness: Harness, method: str, path: str, body: Any, expected: tuple[int, ...], role: int
) -> None:
    async def run() -> None:
        async with harness:
            names = ("olga", "adam", "mia", "vic")
            await harness.organisation("ember", olga="owner", ann="owner", adam="administrator", mia="member", moe="member", vic="viewer")
            filled = json.loads(json.dumps(body).replace("{ember}", harness.organisations["ember"])) if body else None
            target = path.replace("{ember}", harness.organisations["ember"])
            for name in ("moe", "ann"):
                target = target.replace(f"{{@{name}}}", harness.people[name].id)
            answer = await harness.request(
                method, target, by=names[role], headers={"If-Match": "*"}, **({"json": filled} if filled else {})
            )
            assert answer.status_code == expected[role], answer.text

    asyncio.run(run())


def test_a_higher_role_has_all_permissions_of_the_lower_ones() -> None:
    roles = {name: set[str]() for name in ("owner", "administrator", "member", "viewer")}
    for module in MODULES:
        for role, permissions in module.roles.items():
            roles[role] |= permissions
    assert roles["viewer"] <= roles["member"] <= roles["administrator"] <= roles["owner"]
    assert SIGNED_IN not in roles["owner"]
