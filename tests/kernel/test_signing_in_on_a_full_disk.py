"""On a disk that is almost full people can read and delete, so they can sign in and confirm who they are as well."""

from __future__ import annotations

import asyncio
import re

from tests.harness import PASSWORD, Harness
from tests.kernel.test_disk_space import NONE, Disk
from tests.kernel.test_forms_keep_what_was_typed import field, signed_in

from phoenix.composition import REGISTRY
from phoenix.kernel.web.csrf import token_for

ROUTES = [
    (min(route.paths), route.opt["rule"])
    for module in REGISTRY.modules
    for route in module.routes
    if "POST" in route.http_methods and "public" in route.opt["rule"].listeners
]
# The limits of whatever starts a session, sends what is needed for it, or confirms who someone is.
OF_SIGNING_IN = {
    "sign_in",
    "second_factor",
    "sign_in_code",
    "sign_in_by_code",
    "passkey_offer",
    "passkey_sign_in",
    "sign_in_with_provider",
    "provider_callback",
    "reauthentication",
    "reauthentication_code",
    "reauthentication_offer",
    "password_reset",
    "password_reset_completion",
    "unlock",
}


def test_every_route_that_signs_in_says_so() -> None:
    limited = {path for path, rule in ROUTES if OF_SIGNING_IN & {limit.name for limit in rule.limits}}
    assert {path for path, rule in ROUTES if rule.signs_in} == limited
    assert len(limited) > len(OF_SIGNING_IN)


def test_what_frees_space_is_reached_by_someone_who_is_signed_out(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            await harness.organisation("ember", ada="owner")
            harness.runtime.disk_space = Disk(NONE).space(harness.place.folder)
            await signed_in(harness, browser)
            harness.clock.advance(minutes=30)
            freeing = [path for path, rule in ROUTES if rule.frees and not path.startswith("/api/") and not rule.without_session]
            asked = 0
            for path in freeing:
                filled = re.sub(r"{slug:str}", "ember", path)
                filled = re.sub(r"{[a-z_]+:str}", "acc_00000000000000000000000000", filled)
                answer = await browser.post(filled, data={"csrf": token_for(harness.runtime, harness.people["ada"].id)})
                assert answer.status_code != 503, path
                asked += answer.headers.get("location", "").startswith("/confirm")
            assert asked > 0
            page = await browser.get("/confirm")
            confirmed = await browser.post("/confirm", data={"csrf": field(page.text, "csrf"), "method": "password", "password": PASSWORD})
            assert confirmed.status_code == 303, confirmed.text
            deleted = await browser.post("/settings/data/delete", data={"csrf": token_for(harness.runtime, harness.people["ada"].id)})
            assert deleted.headers.get("location") == "/settings/data", deleted.text

    asyncio.run(run())
