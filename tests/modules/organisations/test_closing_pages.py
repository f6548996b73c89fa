"""While an organisation is about to be deleted, no page of any module offers a form or a link that is refused."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.organisations.deleting import close
from tests.modules.requests import ROUTES
from tests.web.markup import parse
from tests.web.room import Room

from phoenix.composition import MODULES, REGISTRY

PAGES = [path for method, path, route in ROUTES if method == "GET" and route.opt["rule"].within == "slug" and "shows" in route.opt]
FORMS = [(path, route.opt["rule"]) for method, path, route in ROUTES if method == "POST" and route.opt["rule"].within == "slug"]
DELETION = "/o/ember/deletion"


def is_refused(address: str) -> bool:
    """Whether a form that posts there has to wait."""
    path = address.partition("?")[0]
    return any(re.fullmatch(re.sub(r"{\w+:\w+}", "[^/]+", pattern), path) and not rule.while_closing for pattern, rule in FORMS)


async def offers(harness: Harness, room: Room, reader: str) -> tuple[dict[str, list[str]], set[str], int]:
    """The refused forms of each page, the links of all pages, and how many pages were shown."""
    refused: dict[str, list[str]] = {}
    links: set[str] = set()
    shown = 0
    for pattern in PAGES:
        if set(re.findall(r"{(\w+):", pattern)) - set(room.values):
            continue
        path = re.sub(r"{(\w+):\w+}", lambda found: room.values[found[1]], pattern)
        answer = await harness.get(path, by=reader)
        if answer.status_code != 200 or "html" not in answer.headers["content-type"]:
            continue
        shown += 1
        elements, _faults = parse(answer.text)
        forms = [e for e in elements if e.tag == "form" and e.get("method") == "post"]
        found = [action for form in forms if is_refused(action := form.get("action") or path)]
        if found:
            refused[path] = found
        links |= {href for e in elements if e.tag == "a" and (href := e.get("href") or "").startswith("/o/ember/")}
    return refused, links, shown


@pytest.mark.parametrize("reader", ["ada", "bo"])
def test_no_page_offers_what_is_refused(harness: Harness, reader: str) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            room = Room(harness, panel)
            await room.furnish()
            ember = room.values["organisation_id"]
            offer = await harness.post(f"/api/v2/organisations/{ember}/transfer", by="ada", json={"account": harness.people["bo"].id})
            assert offer.status_code == 201
            before, _links, open_pages = await offers(harness, room, reader)
            assert len({form for forms in before.values() for form in forms}) >= (5 if reader == "ada" else 1), (
                "there is something to refuse"
            )
            assert (await close(harness, ember)).status_code == 201
            refused, links, shown = await offers(harness, room, reader)
            assert refused == {}
            assert open_pages > shown > 5, "the pages of forms alone are not shown"
            for link in sorted(links):
                assert (await harness.get(link, by=reader)).status_code != 409, link
            if reader == "ada":
                assert DELETION in links

    asyncio.run(run())


def test_the_page_of_a_form_that_is_refused_says_why_before_anything_is_typed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            assert (await harness.get("/o/ember/entries/new", by="ada")).status_code == 200
            await close(harness, ember)
            page = await harness.get("/o/ember/entries/new", by="ada")
            assert page.status_code == 409
            assert "Until then it is read-only." in page.text

    asyncio.run(run())


def test_permissions_to_read_stay() -> None:
    assert REGISTRY.only_for_changes == {"comments.write", "entries.write"}
    reading = {p.name for module in MODULES for p in module.permissions if p.name.endswith(".read")}
    assert not reading & REGISTRY.only_for_changes


def test_what_still_works_is_what_the_documentation_says() -> None:
    """docs/organisations.md: leaving, removing, revoking, withdrawing and declining, cancelling, and a copy."""
    works = {
        re.sub(r"{\w+:str}", "…", path)
        for _method, path, route in ROUTES
        if route.opt["rule"].while_closing and "GET" not in route.http_methods and path.startswith("/o/")
    }
    assert works == {
        "/o/…/deletion",
        "/o/…/deletion/cancel",
        "/o/…/deletion/copies",
        "/o/…/invitations/…/revoke",
        "/o/…/members/…/remove",
        "/o/…/ownership/decline",
        "/o/…/ownership/withdraw",
        "/o/…/service-accounts/…/remove",
    }
    by_api = {
        (min(route.http_methods), re.sub(r"{\w+:str}", "…", path).removeprefix("/api/v2/organisations/…"))
        for _method, path, route in ROUTES
        if route.opt["rule"].while_closing and path.startswith("/api/")
    }
    assert by_api == {
        ("POST", "/deletion"),
        ("DELETE", "/deletion"),
        ("POST", "/exports"),
        ("DELETE", "/members/…"),
        ("DELETE", "/invitations/…"),
        ("DELETE", "/service_accounts/…"),
        ("DELETE", "/transfer"),
        ("POST", "/transfer/decline"),
    }
