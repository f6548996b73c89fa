"""Who may call what, over all routes; a new module is covered from its first line."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from tests.harness import Harness

from phoenix.composition import REGISTRY
from phoenix.kernel.web.rules import BODY, FOUND, PUBLIC, SAFE, SIGNED_IN, Rule

JUNK = b'{"organisation": [[[' + b"\xff" * 20
ROUTES = [(route, route.opt["rule"]) for module in REGISTRY.modules for route in module.routes]


def _method(route: HTTPRouteHandler) -> str:
    return min(route.http_methods)


def _path(route: HTTPRouteHandler) -> str:
    return min(route.paths)


def _filled(path: str) -> str:
    return re.sub(r"{\w+:\w+}", "something", path)


def _name(case: Any) -> str:
    return f"{_method(case)} {_path(case)}" if isinstance(case, HTTPRouteHandler) else ""


ORGANISATION = {name for name, permission in REGISTRY.permissions.items() if permission.scope == "organisation"}
CHANGING = [(route, rule) for route, rule in ROUTES if _method(route) not in SAFE]


@pytest.mark.parametrize(("route", "rule"), ROUTES, ids=_name)
def test_a_route_declares_a_permission_and_its_scope(route: HTTPRouteHandler, rule: Rule) -> None:
    assert rule.may in {PUBLIC, SIGNED_IN, *REGISTRY.permissions}
    named = re.findall(r"{(\w+):", _path(route))
    if rule.may in ORGANISATION:
        assert rule.within, "a permission in organisations needs one: say `within`"
    else:
        assert not rule.within
        if rule.may in {PUBLIC, SIGNED_IN}:
            assert not {"slug", "organisation_id"} & set(named), "an organisation in the path needs a permission there"
    if rule.within not in {"", FOUND} and not rule.within.startswith(BODY) and not _path(route).startswith("/api/"):
        assert rule.within in named


@pytest.mark.parametrize("scope", sorted(ORGANISATION))
def test_every_scope_offered_is_required_by_a_route(scope: str) -> None:
    granted = REGISTRY.with_implied(frozenset({scope}))
    assert any(rule.may in granted for route, rule in ROUTES if _path(route).startswith("/api/"))


# What a program needs to find out where it is; everything else of an account is the person's own.
OPEN_TO_KEYS = {"GET /api/v2/me", "GET /api/v2/organisations"}


def test_a_key_opens_no_page_or_route_of_the_account_itself(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            sent = {"name": "Export", "scopes": sorted(REGISTRY.scopes)}
            key = (await harness.post("/api/v2/api_keys", by="ada", json=sent)).json()["key"]
            opened = set()
            for route, rule in ROUTES:
                if rule.may == SIGNED_IN and "public" in rule.listeners:
                    path = _filled(_path(route))
                    answer = await harness.request(_method(route), path, headers={"Authorization": f"Bearer {key}"})
                    if answer.status_code != 403:
                        opened.add(f"{_method(route)} {path}")
            assert opened == OPEN_TO_KEYS

    asyncio.run(run())


@pytest.mark.parametrize(("route", "rule"), CHANGING, ids=_name)
def test_sensitive_actions_are_authorised_again_in_their_transaction(route: HTTPRouteHandler, rule: Rule) -> None:
    del route
    assert rule.decides_again or not rule.sensitive


# Harmless actions that are not authorised again: they concern only what is the person's own, and give no one any access.
DECIDED_ONCE = {
    "/api/v2/me": "a name and a time zone",
    "/settings/profile": "the same",
    "/help/checklist": "whether a checklist is shown",
    "/api/v2/notifications/read": "what the person has read",
    "/notifications/read": "the same",
    "/notifications/unread": "the same",
    "/api/v2/notification_preferences": "what the person is notified of",
    "/settings/notifications/channels": "the same",
    "/settings/notifications/schedule": "the same",
    "/api/v2/mutes": "the same",
    "/notifications/mute": "the same",
    "/settings/notifications/unmute": "the same",
    "/api/v2/push_subscriptions": "a browser in which the person is notified, as long as its session is open",
    "/api/v2/push_subscriptions/{subscription_id:str}": "the same",
    "/settings/notifications/push/off": "the same",
    "/api/v2/me/phone_number": "the number that the person gets text messages at",
    "/api/v2/me/phone_number/confirm": "the same",
    "/settings/notifications/sms/confirm": "the same",
    "/settings/notifications/sms/cancel": "the same",
    "/settings/notifications/sms/remove": "the same",
    "/api/v2/me/visibility": "whether others see that the person is here",
    "/settings/profile/visibility": "the same",
    "/api/v2/me/email_status/resume": "whether the person gets emails",
    "/settings/profile/emails": "the same",
    "/api/v2/notifications/{notification_id:str}/archive": "what the person no longer wants to see",
    "/notifications/{notification_id:str}/archive": "the same",
    "/api/v2/passkeys/{passkey_id:str}": "the name of a passkey",
    "/settings/passkeys/{passkey_id:str}": "the same",
    "/api/v2/sessions/current": "ends the session itself",
    "/sign-out": "the same",
    "/impersonation/end": "the same",
    "/api/v2/sessions/current/reauthenticate": "of use only to a session that is still open, which is looked at when it is used",
    "/api/v2/sessions/current/reauthenticate_options": "gives a challenge",
    "/api/v2/sessions/current/reauthenticate_code": "sends an email to the person",
    "/confirm": "as the API's",
    "/confirm/mail": "as the API's",
}


def test_every_change_by_a_signed_in_person_is_authorised_again_or_is_a_listed_exception() -> None:
    once = {_path(route) for route, rule in CHANGING if rule.may == SIGNED_IN and not rule.decides_again}
    assert once == set(DECIDED_ONCE)


def test_an_anonymous_request_with_a_junk_body_learns_only_that_nobody_is_signed_in(harness: Harness) -> None:
    """Limits, session and permission come before the body is interpreted."""
    tried = 0

    async def run() -> None:
        nonlocal tried
        async with harness:
            for route, rule in CHANGING:
                path = _filled(_path(route))
                if rule.may == PUBLIC or not path.startswith("/api/") or "public" not in rule.listeners:
                    continue
                answer = await harness.client.request(_method(route), path, content=JUNK, headers={"Content-Type": "application/json"})
                assert answer.status_code in {401, 429}, f"{_method(route)} {path}: {answer.status_code} {answer.text}"
                tried += 1

    asyncio.run(run())
    assert tried > 20


def test_a_stranger_with_a_junk_body_learns_only_that_the_organisation_is_not_found(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("eve")
            for route, rule in CHANGING:
                if rule.within != "organisation_id":
                    continue
                path = _filled(_path(route).replace("{organisation_id:str}", ember))
                answer = await harness.request(_method(route), path, by="eve", content=JUNK, headers={"Content-Type": "application/json"})
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), f"{path}: {answer.text}"

    asyncio.run(run())
