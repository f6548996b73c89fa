"""Keys, and requests that are repeated, when those who made them have lost what allowed it."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.breaking.authority import ask_for_deletion, lock, unlock
from tests.harness import PASSWORD, Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.web.csrf import token_for as csrf_token

SCOPES = ["entries.read"]
# What isolates the direction of names in a sentence.
MARKS = re.compile("[\u2066-\u2069]")


async def key_of_service_account(harness: Harness, ember: str, by: str) -> str:
    path = f"/api/v2/organisations/{ember}/service_accounts"
    made = await harness.post(path, by=by, json={"name": "Import", "role": "member", "scopes": SCOPES})
    assert made.status_code == 201, made.text
    return str(made.json()["key"])


async def works(harness: Harness, ember: str, key: str) -> bool:
    answer = await harness.get("/api/v2/entries", params={"organisation": ember}, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code in {200, 401}, answer.text
    return answer.status_code == 200


def test_keys_of_a_locked_maker_stop_until_they_are_renewed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner")
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            key = await key_of_service_account(harness, ember, "bo")
            assert await works(harness, ember, key)
            assert await lock(harness, "bo", by="eve") == 303
            assert not await works(harness, ember, key)
            assert await unlock(harness, "bo", by="eve") == 303
            assert not await works(harness, ember, key), "a thief may have made it"
            (robot,) = (await harness.get(f"/api/v2/organisations/{ember}/service_accounts", by="ada")).json()["items"]
            assert robot["key_works"] is False
            refused = await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {key}"})
            assert "API key has expired or was revoked" in refused.json()["detail"]
            path = f"/api/v2/organisations/{ember}/service_accounts/{robot['id']}"
            renewed = await harness.post(path, by="ada", json={"scopes": SCOPES})
            assert renewed.status_code == 201, renewed.text
            assert await works(harness, ember, renewed.json()["key"])
            assert (await harness.get(path, by="ada")).json()["key_works"] is True

    asyncio.run(run())


def test_invitations_sent_with_a_suspended_key_are_withdrawn(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner")
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            body = {"name": "Import", "role": "administrator", "scopes": ["organisations.invite"]}
            made = await harness.post(f"/api/v2/organisations/{ember}/service_accounts", by="bo", json=body)
            headers = {"Authorization": f"Bearer {made.json()['key']}"}
            sent = {"email": "mallory@example.com", "role": "administrator"}
            invited = await harness.post(f"/api/v2/organisations/{ember}/invitations", headers=headers, json=sent)
            assert invited.status_code == 201, invited.text
            assert await lock(harness, "bo", by="eve") == 303
            assert (await harness.get(f"/api/v2/organisations/{ember}/invitations", by="ada")).json()["items"] == []

    asyncio.run(run())


def test_the_page_says_whose_key_may_be_elsewhere_and_renews_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner")
            key = await key_of_service_account(harness, ember, "bo")
            page = (await harness.get("/o/ember/service-accounts", by="ada")).text
            assert "Created by Bo." in page
            assert "no longer manage" not in page
            demoted = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
            assert (await harness.patch(demoted, by="ada", json={"role": "viewer"})).status_code == 204
            assert (
                "The person who created its key can no longer manage service accounts"
                in (await harness.get("/o/ember/service-accounts", by="ada")).text
            )
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")).status_code == 204
            assert await works(harness, ember, key), "it belongs to the organisation"
            page = (await harness.get("/o/ember/service-accounts", by="ada")).text
            assert "The person who created its key can no longer manage service accounts" in page
            (robot,) = (await harness.get(f"/api/v2/organisations/{ember}/service_accounts", by="ada")).json()["items"]
            assert robot["key_created_by"] == harness.people["bo"].id
            csrf = csrf_token(harness.runtime, harness.people["ada"].id)
            renewed = await harness.post(f"/o/ember/service-accounts/{robot['id']}/renew", by="ada", data={"csrf": csrf})
            shown = {"Cookie": renewed.headers["set-cookie"].partition(";")[0]}
            renewed = await harness.get("/o/ember/service-accounts", by="ada", headers=shown)
            new = re.search(r"phk_[\w-]+", renewed.text)
            assert new
            assert await works(harness, ember, new[0])
            assert not await works(harness, ember, key)
            assert "no longer manage" not in renewed.text

    asyncio.run(run())


def test_own_keys_stop_while_the_account_is_to_be_deleted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            key = (await harness.post("/api/v2/api_keys", by="bo", json={"name": "Export", "scopes": SCOPES})).json()["key"]
            assert await works(harness, ember, key)
            assert (await ask_for_deletion(harness, "bo"))[0] == 204
            assert not await works(harness, ember, key)
            assert (await harness.delete("/api/v2/me/deletion", by="bo")).status_code == 204
            assert await works(harness, ember, key)

    asyncio.run(run())


@pytest.mark.parametrize("by", ["email", "staff"])
def test_a_password_reset_revokes_the_persons_keys_and_names_them(harness: Harness, by: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            bo = await harness.person("bo", password=True)
            await harness.sql("INSERT INTO memberships VALUES ($1, $2, 'owner', now())", ember, bo.id)
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            made = await harness.post("/api/v2/api_keys", by="bo", json={"name": "Nightly export", "scopes": SCOPES})
            key, robot = made.json()["key"], await key_of_service_account(harness, ember, "bo")
            await harness.work()
            if by == "email":
                await harness.post("/api/v2/password_resets", json={"email": bo.email})
                await harness.work()
                sent = {"email": bo.email, "code": harness.code(bo.email), "password": "eleven kettles on the roof"}
                assert (await harness.post("/api/v2/password_resets/complete", json=sent)).status_code == 204
            else:
                async with Panel(harness) as panel:
                    assert (await panel.post(f"/staff/people/{bo.id}/force-reset", by="eve")).status_code == 303
            assert (await harness.events()).count("keys.api_key_revoked") == 1
            assert not await works(harness, ember, key)
            assert await works(harness, ember, robot), "it belongs to the organisation"
            await harness.work()
            assert any("revoked: “Nightly export”" in MARKS.sub("", mail.text) for mail in harness.mails(bo.email))

    asyncio.run(run())


# Repeated requests


def test_a_repeated_request_of_a_removed_member_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            sent = {"json": {"organisation": ember, "title": "Valve"}, "headers": {"Idempotency-Key": "one-and-the-same"}}
            assert (await harness.post("/api/v2/entries", by="bo", **sent)).status_code == 201
            assert (await harness.post("/api/v2/entries", by="bo", **sent)).headers["idempotency-replayed"]
            path = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
            assert (await harness.delete(path, by="ada")).status_code == 204
            assert (await harness.post("/api/v2/entries", by="bo", **sent)).status_code == 404

    asyncio.run(run())


def test_a_repeated_acceptance_of_a_removed_member_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            bo = await harness.person("bo")
            sent = {"email": bo.email, "role": "administrator"}
            assert (await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json=sent)).status_code == 201
            await harness.work()
            again = {"json": {"token": harness.link(bo.email).partition("token=")[2]}, "headers": {"Idempotency-Key": "one-and-the-same"}}
            accepted = await harness.post("/api/v2/invitations/accept", by="bo", **again)
            assert accepted.status_code == 200, accepted.text
            replayed = await harness.post("/api/v2/invitations/accept", by="bo", **again)
            assert (replayed.content, replayed.headers["idempotency-replayed"]) == (accepted.content, "true")
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{bo.id}", by="ada")).status_code == 204
            assert (await harness.post("/api/v2/invitations/accept", by="bo", **again)).status_code == 404

    asyncio.run(run())


def test_password_still_signs_in_after_its_person_cancelled_the_deletion(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            assert (await ask_for_deletion(harness, "ada"))[0] == 204
            assert (await harness.sign_in("ada", password=PASSWORD)).status_code == 201

    asyncio.run(run())
