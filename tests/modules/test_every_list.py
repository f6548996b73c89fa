"""Every list, of the API and on pages, read in the smallest pages: each item once, in the order of one page, and an end."""

from __future__ import annotations

import asyncio
import html
import operator
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler
from tests.harness import NOW, Harness
from tests.modules.admin.panel import Panel
from tests.modules.requests import ROUTES
from tests.source import QUERIES

from phoenix.app import openapi_document
from phoenix.kernel.data.cursors import Page
from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.security.crypto import Keys
from phoenix.modules.organisations.events import MemberJoined
from phoenix.modules.organisations.queries import INSERT_MEMBER
from phoenix.modules.organisations.queries.listed import MEMBERS
from phoenix.modules.sessions.actions.create import Client, create_session

COUNT = 5
# As early as an entry can be: before the zero of the clocks of computers.
LONG_AGO = NOW - timedelta(days=366 * 149)
MEMBERS_OF_API = (MEMBERS,)
LISTS = {name: query for name, query in QUERIES.items() if isinstance(query, Paged) and "[" not in name}
# What is asked for besides, so that each of the queries behind a page is used. Orders and filters are those that are declared.
ASKED = {
    "/api/v2/feed": ["", "kind=entries"],
    "/api/v2/comments": ["entry={entry_id}"],
    "/o/{slug:str}/feed": ["", "kind=entries"],
    "/o/{slug:str}/members": ["", "q=m"],
    "/staff/people": ["", "q=acc_", "q=m", "q=m1@example.com"],
    "/staff/organisations": ["", "q=shared"],
    "/staff/access": ["", "list=keys", "list=roles"],
    "/staff/events": [""],
    "/staff/audit": ["", "person={account_id}"],
}
DELETED = "the deletion of an organisation goes on until nothing is left"
BATCHES = {
    "phoenix.modules.audit.queries.ROWS": "verification reads all rows, in batches",
    "phoenix.modules.audit.queries.TEXTS": "those of a batch of rows, each of which has a few",
    "phoenix.modules.audit.queries.OF_ACTOR": "erasure goes through all of them, in batches",
    "phoenix.modules.accounts.queries.ZONES": "a job renames zones in all of them, in batches",
    "phoenix.modules.entries.queries.DELETE_VERSIONS_OF_ORGANISATION": DELETED,
    "phoenix.modules.entries.queries.DELETE_OF_ORGANISATION": DELETED,
    "phoenix.modules.entries.queries.DELETE_COUNTS_OF_ORGANISATION": DELETED,
    "phoenix.modules.organisations.queries.closing.SERVICE_ACCOUNTS_OF": DELETED,
    "phoenix.modules.organisations.queries.closing.DELETE_MEMBERSHIPS": DELETED,
    "phoenix.modules.organisations.queries.closing.DELETE_INVITATIONS": DELETED,
    "phoenix.modules.organisations.queries.copies.DELETE_CHUNKS": DELETED,
    "phoenix.modules.organisations.queries.copies.DELETE_EXPORTS": DELETED,
    "phoenix.modules.organisations.queries.closing.PEOPLE": "a job tells all of them, in batches",
    "phoenix.modules.entries.queries.ZONES": "a job renames zones in all of them, in batches",
    "phoenix.modules.comments.queries.DELETE_OF_ORGANISATION": DELETED,
    "phoenix.modules.notifications.queries.DELETE_OF_ORGANISATION": DELETED,
    "phoenix.modules.webhooks.queries.DELETE_OF_ORGANISATION": DELETED,
    "phoenix.modules.webhooks.queries.DELETE_DELIVERIES_OF_ORGANISATION": DELETED,
    "phoenix.modules.webhooks.queries.DUE_IN": "the rest is next",
    "phoenix.modules.notifications.choices.TAKE": "the rest is next",
    "phoenix.modules.notifications.choices.TO_SEND": "an email says how many more there are",
    "phoenix.modules.notifications.choices.TO_SEND_BY": "a message leads to the inbox, where all are",
    "phoenix.modules.feed.queries.SINCE": "a client that misses more is told to reload",
    "phoenix.modules.notifications.queries.MISSED": "a client that misses more is told to reload",
    "phoenix.modules.notifications.queries.NEXT": "the rest is next",
    "phoenix.modules.feed.queries.NEWER": "a page that misses more than it shows says so",
}
# The list of its page that an address shows, where it is not the first.
SHOWS = {"list=keys": 1, "list=roles": 2}
# A search by address finds one person at most here.
FINDS_ONE = {"q=m1@example.com"}


async def seed(harness: Harness) -> dict[str, str]:
    """Several of everything that is listed, made in another order than that of the lists, and some at the same moment."""
    ada = await harness.person("ada", permissions=("platform.admin",))
    for number in range(COUNT):
        made = await harness.organisation(f"o{number}")
        await harness.sql("UPDATE organisations SET name = $2 WHERE id = $1", made, f"Shared {number}")
        async with harness.runtime.database.transaction() as tx:
            await tx.execute(INSERT_MEMBER, made, ada.id, "member", NOW - timedelta(hours=number // 2), None)
    acme = await harness.organisation("acme", ada="owner")
    for number in range(1, COUNT):
        person = await harness.person(f"m{number}", permissions=("platform.jobs",))
        async with harness.runtime.database.transaction() as tx:
            await tx.execute(INSERT_MEMBER, acme, person.id, "member", NOW - timedelta(hours=number // 2), None)
            await create_session(harness.runtime, tx, account=ada.id, method="test", client=Client("tests", ""))
            tx.events.clear()
            tx.record(MemberJoined(organisation=acme, subject=person.id, role="member", invited_by=ada.id))
    hook = {"organisation": acme, "url": "https://example.com/hooks"}
    webhook = (await harness.post("/api/v2/webhooks", by="ada", json=hook)).json()["id"]
    entry = (await harness.post("/api/v2/entries", by="ada", json={"organisation": acme, "title": "Edited"})).json()["id"]
    for number in range(COUNT):
        data = {
            "organisation": acme,
            "title": f"Entry {number}",
            "occurred_at": (LONG_AGO if number == 2 else NOW - timedelta(hours=number % 3)).isoformat(),
        }
        assert (await harness.post("/api/v2/entries", by="ada", json=data)).status_code == 201
        assert (
            await harness.patch(f"/api/v2/entries/{entry}", by="ada", headers={"If-Match": "*"}, json={"title": f"{number}"})
        ).status_code == 200
        said = {"entry": entry, "body": f"Comment {number}"}
        assert (await harness.post("/api/v2/comments", by="ada", json=said)).status_code == 201
        assert (await harness.put(f"/api/v2/mutes?thing=ent_{number}", by="ada")).status_code == 204
        key = {"name": f"Key {number}", "scopes": ["entries.read"]}
        assert (await harness.post("/api/v2/api_keys", by="ada", json=key)).status_code == 201
        await harness.sql(
            "INSERT INTO pgqueuer (priority, entrypoint, payload, status, created, updated, execute_after, attempts) "
            "VALUES (0, 'audit.verify', NULL, 'failed', now(), now(), now(), 1)"
        )
    by_email = {"kinds": {kind: {"email": True} for kind in harness.registry.optional_notifications}}
    assert (await harness.put("/api/v2/notification_preferences", by="ada", json=by_email)).status_code == 200
    await harness.follow()
    return {"organisation_id": acme, "slug": "acme", "account_id": ada.id, "entry_id": entry, "webhook_id": webhook}


class Walk:
    """What lists gave while a route was read, and with which limit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.used: dict[Paged[Any], list[Any]] = {}
        self.size: int | None = None
        self.next: str | None = None
        real = Paged.page

        async def page(
            listed: Paged[Any], db: Reader, keys: Keys, *args: object, cursor: str | None, limit: int, of: str = ""
        ) -> Page[Any]:
            found = await real(listed, db, keys, *args, cursor=cursor, limit=self.size or limit, of=of)
            self.used.setdefault(listed, []).extend(listed._position(row) for row in found.items)
            self.next = found.next_cursor
            return found

        monkeypatch.setattr(Paged, "page", page)

    async def read(self, client: httpx.AsyncClient, address: str, headers: dict[str, str], *, size: int | None) -> list[Any]:
        """The positions of all rows, page by page."""
        self.used, self.size = {}, size
        cursor: str | None = None
        for _ in range(100):
            self.next = None
            limit = f"&limit={size or 100}" if "/api/" in address else ""
            answer = await client.get(f"{address}{limit}{f'&cursor={cursor}' if cursor else ''}", headers=headers)
            assert answer.status_code == 200, f"{address}: {answer.text}"
            cursor = offered(answer)
            assert cursor == self.next, f"{address} does not offer the next page"
            if cursor is None:
                break
        else:
            pytest.fail(f"{address} does not end")
        (given,) = self.used.values() if self.used else ([],)
        return given


def offered(answer: httpx.Response) -> str | None:
    """The cursor of the next page, in the answer of the API or in the link of a page."""
    if answer.headers["content-type"].startswith("application/json"):
        return answer.json().get("next_cursor")  # type: ignore[no-any-return]
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*cursor=[^"]*)"', answer.text)]
    # A link to a version of an entry keeps the page of the list.
    return next((params["cursor"] for link in links if "version" not in (params := httpx.URL(link).params)), None)


def test_every_list_in_pages_of_one_is_the_list_on_one_page(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    walk, walked, paths = Walk(monkeypatch), set[Paged[Any]](), set[str]()

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            values = await seed(harness)
            for method, path, route in ROUTES:
                if method != "GET" or set(re.findall(r"{(\w+):", path)) - set(values):
                    continue
                inside = "public" not in route.opt["rule"].listeners
                client = panel.client() if inside else harness.client
                headers = await panel.headers("ada") if inside else {"Authorization": f"Bearer {harness.people['ada'].token}"}
                for asked in ASKED.get(path, [""]):
                    address = re.sub(r"{(\w+):\w+}", lambda found: values[found[1]], path)
                    address += f"?organisation={values['organisation_id']}&{asked.format(**values)}"
                    walk.used, walk.size = {}, None
                    await client.get(address, headers=headers)
                    if not walk.used:
                        continue
                    found: dict[str, list[Any]] = {}
                    for more in choices(path, route, asked):
                        whole = await walk.read(client, address + more, headers, size=None)
                        one_by_one = await walk.read(client, address + more, headers, size=1)
                        assert one_by_one == whole, address + more
                        assert len(set(whole)) == len(whole), address + more
                        walked.update(walk.used)
                        found[more] = whole
                    assert len(found[""]) >= (1 if asked in FINDS_ONE else COUNT - 1), address
                    for more, rows in found.items():
                        if "&sort=-" in more:
                            assert rows == found[more.replace("&sort=-", "&sort=")][::-1], f"{address}{more} is not the reverse"
                    paths.add(path)

    asyncio.run(run())
    assert {name for name, query in LISTS.items() if query not in walked} == set(), "seed them, or ask for them in ASKED"
    document = msgspec.json.decode(openapi_document())
    takes = {path for path, methods in document["paths"].items() if "cursor" in str(methods.get("get", {}).get("parameters"))}
    assert takes == {re.sub(r":\w+}", "}", path) for path in paths if path.startswith("/api/")}


def choices(path: str, route: HTTPRouteHandler, asked: str) -> list[str]:
    """Every order both ways, with each value of each filter, as more of the address."""
    shown = route.opt.get("lists") or (MEMBERS_OF_API if path.endswith("/members") else ())
    if not shown:
        return [""]
    listed = shown[SHOWS.get(asked, 0)]
    sorts = ["", *(f"&sort={sign}{one.name}" for one in listed.sorts for sign in ("", "-"))]
    filters = ["", *(f"&{one.name}={value}" for one in listed.filters for value, _ in one.choices)]
    return [f"{narrowed}{sort}" for narrowed in filters for sort in sorts]


class Row(msgspec.Struct):
    account: str
    at: datetime
    number: int


def test_an_order_gives_condition_order_and_start() -> None:
    rising = paged("rows", Row, Order("t.at", "t.id AS account"), "SELECT … WHERE x = $1 AND {after} {order}")
    assert rising.sql == "SELECT … WHERE x = $1 AND (t.at, t.id) > ($2, $3) ORDER BY t.at, t.id LIMIT $4"
    assert rising.start == (datetime(1, 1, 1, tzinfo=UTC), "")
    falling = paged("rows", Row, Order("number DESC"), "SELECT … WHERE {after} {order}")
    assert falling.sql == "SELECT … WHERE (number) < ($1) ORDER BY number DESC LIMIT $2"
    assert falling.start == (2**62,)
    with pytest.raises(ValueError, match="all rise or all fall"):
        Order("at DESC", "id")


def test_only_lists_have_a_limit_as_a_parameter() -> None:
    """Whatever else has one says why nobody misses the rest."""
    bare = {name for name, query in QUERIES.items() if re.search(r"LIMIT \$\d", query.sql) and not isinstance(query, Paged)}
    assert {name for name in bare if name.startswith("phoenix.modules.")} == set(BATCHES)


@pytest.mark.parametrize(
    ("kind", "least", "most"), [(datetime, LONG_AGO, NOW + timedelta(days=366 * 200)), (int, -(2**40), 2**40), (str, "", "\U0010fffe")]
)
def test_a_list_starts_before_every_value(kind: type, least: Any, most: Any) -> None:
    """A row outside would be on no page of the list."""
    row = msgspec.defstruct("Row", [("value", kind), ("id", str)])
    for order, before in ((Order("value", "id"), operator.lt), (Order("value DESC", "id DESC"), operator.gt)):
        start = paged("values", row, order, "SELECT value, id FROM t WHERE {after} {order}").start
        assert all(before(start, (value, "row_1")) for value in (least, most)), start
