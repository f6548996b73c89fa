"""N4: a webhook to an address to which nothing is ever sent is refused at once; a name is looked at whenever something is sent."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import send
from tests.modules.webhooks.receiving import post, webhook

from phoenix.kernel.security.public_addresses import NOT_PUBLIC

PRIVATE = (
    "http://169.254.169.254/latest", "https://127.0.0.1:9999/hook", "https://10.1.2.3/", "https://192.0.0.192/", "https://[::1]/", "https://[fd00::1]:8443/x",
    "https://[::ffff:10.0.0.1]/",
)  # fmt: skip
PUBLIC = "https://hooks.example.com/phoenix"


async def change(harness: Harness, id_: str, url: str) -> tuple[int, list[tuple[str, str]]]:
    of = {"organisation": harness.organisations["ember"]}
    answer = await harness.patch(f"/api/v2/webhooks/{id_}", by="ada", json={"url": url}, params=of, headers={"If-Match": "*"})
    return answer.status_code, [(error["field"], error["code"]) for error in answer.json().get("errors", ())]


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_that_is_not_public_is_refused(harness: Harness, url: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            answer = await post(harness, "/api/v2/webhooks", {"organisation": ember, "url": url})
            assert answer.status_code == 422
            assert [(error["field"], error["code"], error["detail"]) for error in answer.json()["errors"]] == [
                ("url", "not_public", NOT_PUBLIC)
            ]
            page = await send(harness, "ada", "/o/ember/webhooks", url=url)
            assert page.status_code == 422
            made = await webhook(harness, PUBLIC)
            assert await change(harness, made["id"], url) == (422, [("url", "not_public")])
            assert [row["url"] for row in await harness.sql("SELECT url FROM webhooks")] == [PUBLIC]

    asyncio.run(run())


def test_a_network_that_the_operator_allows_is_taken_and_no_other(harness: Harness) -> None:
    harness.variables["PHOENIX_WEBHOOKS_NETWORKS"] = "10.1.0.0/16,fd00::/8"

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            made = await webhook(harness, "https://10.1.2.3/")
            assert (await change(harness, made["id"], "https://[fd00::1]:8443/x"))[0] == 200
            for url in ("https://10.2.0.1/", "https://127.0.0.1/"):
                assert (await post(harness, "/api/v2/webhooks", {"organisation": ember, "url": url})).status_code == 422
                assert await change(harness, made["id"], url) == (422, [("url", "not_public")])

    asyncio.run(run())
