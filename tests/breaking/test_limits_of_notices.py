"""Nobody floods others with notices: each kind says what bounds how often someone else can cause it, kinds added later too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from tests.asvs.test_protection_document import declared
from tests.harness import Harness
from tests.modules.organisations.deleting import close, keep

from phoenix.composition import REGISTRY
from phoenix.kernel.cache.limits import Limit
from phoenix.modules.organisations.actions.closing import DELETIONS_A_DAY
from phoenix.modules.organisations.actions.members import NEW_OWNERS_A_DAY
from phoenix.modules.organisations.actions.transfer import OFFERS_A_DAY

# To whoever did it, or whose account someone tries to get into, which is slowed down.
TO_THEMSELVES = [
    "export_ready",
    "deletion_asked",
    "deletion_postponed",
    "totp_added",
    "totp_removed",
    "second_factor_guessed",
    "backup_code_used",
    "sms_number_added",
    "sms_number_removed",
    "passkey_added",
    "passkey_removed",
    "passkey_refused",
    "identity_connected",
    "identity_disconnected",
    "api_key_created",
    "service_key_created",
    "password_changed",
    "password_reset",
    "password_reset_and_keys",
    "keys_revoked",
    "organisation_copy_ready",
    "you_own_no_more",
]
BY_STAFF = [
    "key_revoked_by_staff",
    "impersonated",
    "role_ended",
    "locked",
    "locked_and_keys",
    "opened",
    "second_factors_reset",
    "export_by_staff",
    "checks_failed",
]
# By the limit of what has to be done first. Who leaves, or deletes their account, comes back only by an invitation.
BY_OTHERS = {
    "invitations_withdrawn": "invitations",
    "service_keys_left": "keys_left",
    "service_keys_stopped": "keys_left",
    "organisation_closing": "organisation_deletion",
    "organisation_closing_soon": "organisation_deletion",
    "organisation_kept": "organisation_deletion",
    "owner_added": "new_owner",
    "owner_removed": "new_owner",
    "owner_erased": "invitations",
    "you_own": "new_owner",
    "ownership_offered_to_you": "ownership_offer",
    "ownership_offered": "ownership_offer",
    "ownership_accepted": "ownership_offer",
    "ownership_declined": "ownership_offer",
    "ownership_withdrawn": "ownership_offer",
    "ownership_offer_ended": "ownership_offer",
}

Step = Callable[[Harness, str], Awaitable[httpx.Response]]


def test_every_notice_says_who_can_cause_it_and_what_bounds_that() -> None:
    assert sorted([*TO_THEMSELVES, *BY_STAFF, *BY_OTHERS]) == sorted(REGISTRY.notices)
    assert set(BY_OTHERS.values()) <= set(declared())


async def offer(harness: Harness, ember: str) -> httpx.Response:
    return await harness.post(f"/api/v2/organisations/{ember}/transfer", by="ada", json={"account": harness.people["bo"].id})


async def withdraw(harness: Harness, ember: str) -> httpx.Response:
    return await harness.delete(f"/api/v2/organisations/{ember}/transfer", by="ada")


async def role(harness: Harness, ember: str, role: str) -> httpx.Response:
    path = f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}"
    return await harness.patch(path, by="ada", json={"role": role}, headers={"If-Match": "*"})


@pytest.mark.parametrize(
    ("limit", "do", "undo"),
    [
        (DELETIONS_A_DAY, close, keep),
        (OFFERS_A_DAY, offer, withdraw),
        (NEW_OWNERS_A_DAY, lambda harness, ember: role(harness, ember, "owner"), lambda harness, ember: role(harness, ember, "viewer")),
    ],
    ids=lambda given: given.name if isinstance(given, Limit) else "",
)
def test_what_emails_others_cannot_be_done_and_undone_without_end(harness: Harness, limit: Limit, do: Step, undo: Step) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="viewer", cy="owner")
            for _ in range(limit.amount):
                assert (await do(harness, ember)).is_success
                assert (await undo(harness, ember)).is_success
            refused = await do(harness, ember)
            assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
            await harness.work()
            assert 0 < len(harness.mails("cy@example.com")) <= 2 * limit.amount

    asyncio.run(run())
