"""Everyone who becomes an owner, or is no longer one, is notified by email, and so are all owners, however it happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.modules.accounts.jobs import erase_due

GRACE = 14

MEMBERS = "/api/v2/organisations/{ember}/members/{@bo}"
ADDED, REMOVED = "Bo is now an owner of Ember. Changed by Ada.", "Bo is no longer an owner of Ember. Changed by Ada."
YOU, YOU_NO_MORE = "You are now an owner of Ember. Changed by Ada.", "You are no longer an owner of Ember. Changed by Ada."
BY_STAFF = "an administrator of this platform"


def role(role_: str) -> Callable[[Harness, Panel], Awaitable[Any]]:
    async def do(harness: Harness, panel: Panel) -> None:
        path = f"/api/v2/organisations/{harness.organisations['ember']}/members/{harness.people['bo'].id}"
        assert (await harness.patch(path, by="ada", json={"role": role_})).status_code == 204

    return do


def remove(by: str) -> Callable[[Harness, Panel], Awaitable[Any]]:
    async def do(harness: Harness, panel: Panel) -> None:
        path = f"/api/v2/organisations/{harness.organisations['ember']}/members/{harness.people['bo'].id}"
        assert (await harness.delete(path, by=by)).status_code == 204

    return do


async def end_by_staff(harness: Harness, panel: Panel) -> None:
    path = f"/staff/access/roles/{harness.organisations['ember']}/{harness.people['bo'].id}/end"
    assert (await panel.post(path, by="root")).status_code == 303


async def appoint(harness: Harness, panel: Panel) -> None:
    await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = ANY($1)", [harness.people[name].id for name in ("ada", "ann")])
    path = f"/staff/organisations/{harness.organisations['ember']}/owner"
    sent = {"account": harness.people["bo"].id, "reason": "Nobody else is left."}
    assert (await panel.post(path, by="root", **sent)).status_code == 303


@pytest.mark.parametrize(
    ("before", "act", "told"),
    [
        pytest.param("member", role("owner"), {"ada": ADDED, "ann": ADDED, "bo": YOU}, id="given"),
        pytest.param("owner", role("administrator"), {"ada": REMOVED, "ann": REMOVED, "bo": YOU_NO_MORE}, id="taken"),
        pytest.param("owner", remove("ada"), {"ada": REMOVED, "ann": REMOVED, "bo": YOU_NO_MORE}, id="removed"),
        pytest.param(
            "owner",
            remove("bo"),
            {name: text.replace("by Ada", "by Bo") for name, text in {"ada": REMOVED, "ann": REMOVED, "bo": YOU_NO_MORE}.items()},
            id="left",
        ),
        pytest.param(
            "owner",
            end_by_staff,
            {
                "ada": REMOVED.replace("Ada", BY_STAFF),
                "ann": REMOVED.replace("Ada", BY_STAFF),
                "bo": f"{BY_STAFF.capitalize()} removed you from Ember.",
            },
            id="ended by staff",
        ),
        pytest.param("member", appoint, {"bo": YOU.replace("Ada", BY_STAFF)}, id="appointed by staff"),
        pytest.param("member", role("viewer"), {}, id="no ownership"),
        pytest.param("member", remove("ada"), {}, id="a member removed"),
    ],
)
def test_everyone_concerned_is_told(
    harness: Harness, before: str, act: Callable[[Harness, Panel], Awaitable[Any]], told: dict[str, str]
) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", ada="owner", ann="owner", bo=before, vi="administrator")
            await harness.person("root", permissions=("platform.access", "platform.organisations", "platform.owners"))
            await act(harness, panel)
            await harness.work()
            found = {mail.to.partition("@")[0]: " ".join(mail.text.split()) for mail in harness.mails()}
            assert set(found) == set(told)
            assert len(harness.mails()) == len(told), "one email each"
            for name, text in told.items():
                assert text in found[name]
                assert "Root" not in found[name]

    asyncio.run(run())


def test_the_other_owners_are_told_of_an_owner_who_deleted_their_account(harness: Harness) -> None:
    """Without the name: it is deleted too, also from the job. Members who own nothing are not bothered."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", ann="owner", bo="owner", vi="administrator")
            await harness.organisation("alone", bo="owner")
            await harness.organisation("other", ann="owner", bo="member")
            assert (await harness.delete("/api/v2/me", by="bo")).status_code == 204
            harness.clock.advance(days=GRACE)
            await erase_due(harness.runtime)
            await harness.work()
            told = [mail for mail in harness.mails() if "deleted their account" in mail.text]
            assert sorted(mail.to for mail in told) == ["ada@example.com", "ann@example.com"]
            for mail in told:
                assert "An owner of Ember deleted their account, so they are no longer an owner." in " ".join(mail.text.split())
                assert " Bo " not in mail.text

    asyncio.run(run())
