"""Every list of a page: what it does not offer is refused in words, an act on a row leads back to its place, and all are drawn by the same parts."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.requests import ROUTES
from tests.modules.test_every_list import seed

import phoenix
from phoenix.kernel.data.listed import Listed
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.organisations.queries import INSERT_MEMBER

TEMPLATES = Path(phoenix.__file__).parent
PAGES = [(path, route) for method, path, route in ROUTES if method == "GET" and route.opt.get("lists")]
# Tables that are short whatever happens, and why.
WITHOUT_CHOICES = {
    "kernel/templates/api_docs.html": "the document of the API",
    "modules/sessions/templates/_devices.html": "a person's own devices, which have pages but one order",
    "kernel/templates/debug.html": "the statements of one request",
    "kernel/templates/time_zones.html": "all time zones, searched without a database",
    "modules/notifications/templates/preferences.html": "the kinds that are declared, each with its boxes",
    "modules/webhooks/templates/show.html": "what a webhook sent, which has pages but one order",
    "modules/entries/templates/card_recent.html": "the five newest, on a card",
}
# Lists that are paged otherwise, and why.
OWN_PAGES = {"modules/feed/templates/page.html": "it grows where it is, and its newest items come by themselves"}
FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>((?:(?!</form>).)*?name="place"(?:(?!</form>).)*)</form>', re.DOTALL)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def address_of(path: str, values: dict[str, str]) -> str:
    return re.sub(r"{(\w+):\w+}", lambda found: values[found[1]], path)


async def read(harness: Harness, panel: Panel, route: object, address: str) -> httpx.Response:
    inside = "public" not in route.opt["rule"].listeners  # type: ignore[attr-defined]
    return await (panel.get(address, by="ada") if inside else harness.get(address, by="ada"))


def test_what_a_list_does_not_offer_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            values = await seed(harness)
            for path, route in PAGES:
                address = address_of(path, values)
                for number, listed in enumerate(route.opt["lists"]):
                    shown = f"list={('staff', 'keys', 'roles')[number]}&" if number or path == "/staff/access" else ""
                    for asked in ("sort=nothing", "sort=-", "sort=%00", "cursor=junk", *(f"{one.name}=nothing" for one in listed.filters)):
                        if asked == "cursor=junk" and not isinstance(listed, Listed):
                            continue
                        refused = await read(harness, panel, route, f"{address}?{shown}{asked}")
                        assert refused.status_code == 422, f"{address}?{shown}{asked}"

    asyncio.run(run())


def test_a_cursor_belongs_to_its_order_filter_and_search(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            values = await seed(harness)
            path = f"/api/v2/organisations/{values['organisation_id']}/members"
            asked = ["", "sort=-joined", "sort=name", "role=member", "role=viewer", "q=m", "q=m&role=member", "q=mm"]
            for one in asked:
                answer = (await harness.get(f"{path}?limit=1&{one}", by="ada")).json()
                if answer["next_cursor"] is None:
                    continue
                for other in asked:
                    again = await harness.get(f"{path}?limit=1&{other}&cursor={answer['next_cursor']}", by="ada")
                    assert again.status_code == (200 if other == one else 422), f"{one} → {other}"
            # The order and filter that there are for pages are those of the API.
            names = [one["name"] for one in (await harness.get(f"{path}?sort=-name&role=member", by="ada")).json()["items"]]
            assert names == sorted(names, reverse=True)
            assert len(names) == 4
            await harness.patch("/api/v2/me", by="m1", headers={"If-Match": "*"}, json={"name": "Zora"})
            assert (await harness.get(f"{path}?sort=-name", by="ada")).json()["items"][0]["name"] == "Zora"
            assert (await harness.get(f"{path}?sort=nothing", by="ada")).status_code == 422

    asyncio.run(run())


@pytest.mark.parametrize("script", [False, True])
def test_an_act_on_a_row_leads_back_to_its_place(harness: Harness, script: bool) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            values = await seed(harness)
            acts: set[str] = set()
            for path, route in PAGES:
                for number, listed in enumerate(route.opt["lists"]):
                    shown = f"list={('staff', 'keys', 'roles')[number]}&" if number or path == "/staff/access" else ""
                    order = listed.sorts[-1]
                    address = f"{address_of(path, values)}?{shown}sort={'' if order.order.falls else '-'}{order.name}"
                    page = await read(harness, panel, route, address)
                    found = FORM.findall(page.text)
                    # Rows that can go: not one's own permission, nor the only owner.
                    for action, inner in reversed(found) if shown == "list=roles&" else found:
                        name = f"{path} {shown}{re.sub(r'(?:acc|org|key|jwk)_[^/]+|[0-9]+', '…', html.unescape(action))}"
                        if name in acts:
                            continue
                        sent = {name: html.unescape(value) for name, value in FIELD.findall(inner)}
                        if "select" in inner:
                            sent["role"] = "viewer"
                        assert urlsplit(sent["place"])._replace(fragment="").geturl() == address
                        answer = await post(harness, panel, route, html.unescape(action), sent, script=script)
                        assert answer.headers.get("hx-redirect" if script else "location") == sent["place"], name
                        assert (await read(harness, panel, route, sent["place"])).status_code == 200
                        acts.add(name)
            assert len(acts) >= 6, acts

    asyncio.run(run())


async def post(harness: Harness, panel: Panel, route: object, action: str, sent: dict[str, str], *, script: bool = False) -> httpx.Response:
    headers = {"HX-Request": "true"} if script else {}
    if "public" in route.opt["rule"].listeners:  # type: ignore[attr-defined]
        return await harness.post(
            action, by="ada", data={**sent, "csrf": token_for(harness.runtime, harness.people["ada"].id)}, headers=headers
        )
    client, session = panel.client(), await panel.headers("ada")
    return await client.post(
        action, data={**sent, "csrf": token_for(harness.runtime, harness.people["ada"].id)}, headers={**session, **headers}
    )


def test_a_place_is_a_page_of_ours_that_shows_lists(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", **{f"p{number}": "member" for number in range(8)})
            places = (
                "https://elsewhere.example/o/ember/members", "//elsewhere.example/o/ember/members", "/\\elsewhere.example", "/o/ember/feed",
                "/o/ember/settings", "/staff/people", "javascript:alert(1)", "/o/other/members",
            )  # fmt: skip
            for number, place in enumerate(places):
                action = f"/o/ember/members/{harness.people[f'p{number}'].id}/remove"
                data = {"csrf": token_for(harness.runtime, harness.people["ada"].id), "place": place}
                answer = await harness.post(action, by="ada", data=data)
                assert (answer.status_code, answer.headers["location"]) == (303, "/o/ember/members"), place

    asyncio.run(run())


def test_what_is_shown_once_is_shown_where_it_can_be(harness: Harness) -> None:
    """A new key is for its own page: elsewhere nobody would ever see it."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            data = {
                "csrf": token_for(harness.runtime, harness.people["ada"].id),
                "name": "Deploys",
                "days": "7",
                "scope:entries.read": "on",
            }
            made = await harness.post("/settings/api-keys", by="ada", data={**data, "place": "/o/ember/members?sort=-name"})
            assert (made.status_code, made.headers["location"]) == (303, "/settings/api-keys")

    asyncio.run(run())


def test_a_refused_act_shows_the_same_page_of_the_list(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            data = {"csrf": token_for(harness.runtime, harness.people["ada"].id), "place": "/o/ember/members?sort=-name&role=owner#row"}
            # The only owner cannot be removed.
            refused = await harness.post(f"/o/ember/members/{harness.people['ada'].id}/remove", by="ada", data=data)
            assert refused.status_code == 409
            table = refused.text.partition("<tbody")[2].partition("</tbody>")[0]
            assert ("ada<wbr>" in table, "bo<wbr>" in table) == (True, False)
            assert 'aria-sort="descending"' in refused.text
            assert 'action="/o/ember/members"' in refused.text

    asyncio.run(run())


def test_a_hundred_rows_take_no_more_statements_than_one(harness: Harness) -> None:
    """The budget of a route is enforced here: a statement for each row would exceed it."""

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            values = await seed(harness)
            await harness.sql("""
                INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, terms_accepted_at, created_at, updated_at)
                SELECT 'acc_x' || n, n || '@x.org', n || '@x.org', 'Same name', '!', 'UTC', 'en', now(), now(), now(), now() FROM generate_series(1, 100) n
            """)
            async with harness.runtime.database.transaction() as tx:
                for number in range(1, 101):
                    await tx.execute(INSERT_MEMBER, values["organisation_id"], f"acc_x{number}", "member", tx.now, None)
            for path, route in PAGES:
                for listed in route.opt["lists"]:
                    for sort in listed.sorts:
                        page = await read(harness, panel, route, f"{address_of(path, values)}?sort={sort.name}")
                        assert page.status_code in {200, 422}, path
            members = await harness.get("/o/acme/members?sort=name", by="ada")
            assert members.text.count("Same name") >= 45
            assert "Next page" in members.text

    asyncio.run(run())


def test_lists_are_drawn_by_the_same_parts() -> None:
    files = {
        str(path.relative_to(TEMPLATES)): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.html")
        if "embedded" not in path.parts
    }
    paged = {name for name, text in files.items() if 'class="pagination"' in text}
    assert paged == {"kernel/templates/parts/paging.html", *OWN_PAGES}
    searched = {name for name, text in files.items() if 'role="search"' in text}
    # The last searches what a choice offers, which is no list.
    choices = {"kernel/templates/time_zones.html", "modules/organisations/templates/ownership.html"}
    assert searched == {"kernel/templates/parts/list_toolbar.html", *choices}
    tables = {name for name, text in files.items() if "<table" in text}
    without = {name for name in tables if "parts/list_toolbar.html" not in files[name] or "parts/paging.html" not in files[name]}
    assert without == set(WITHOUT_CHOICES)


def test_a_narrowed_list_that_is_empty_offers_all_of_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            page = (await harness.get("/o/ember/members?q=nobody&sort=-name&role=viewer", by="ada")).text
            assert "No members found" in page
            assert page.count('href="/o/ember/members?sort=-name"') >= 2
            assert '<option value="viewer" selected>' in page

    asyncio.run(run())
