"""A room full of forms: an organisation with something of everything, and every form that its pages show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import httpx
from tests.harness import PASSWORD, Harness
from tests.modules.admin.panel import Panel
from tests.modules.requests import NEW_PASSWORD, ROUTES, adding_passkey
from tests.web.markup import Element, parse

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.modules.organisations.queries import INSERT_MEMBER
from phoenix.modules.sessions.actions.create import Client, create_session

COOKIES = {"public": "phoenix_session", "admin": "phoenix_session_staff"}
# What is typed into the fields of these names; into all others, TEXT.
TYPED = {
    "body": "Three pages about the harbour,\ntyped on a phone",
    "code": "12345678",
    "current_password": PASSWORD,
    "email": "someone.new@example.com",
    # So that what is said next can be read here.
    "locale": "en",
    "name": "Harbour & Sons",
    "occurred_at": "2026-11-20T08:30",
    "password": NEW_PASSWORD,
    "reason": "Asked for in case 4711",
    "time_zone": "Europe/Lisbon",
}
TEXT = "Typed by hand"
SECRET = frozenset({"code", "password", "current_password"})


@dataclass(frozen=True, slots=True)
class Place:
    """Which form of which page."""

    listener: str
    page: str
    number: int
    signed_in: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a page shows it."""

    page: str
    action: str
    fields: dict[str, str] = field(repr=False)
    """What its page filled in."""
    typed: dict[str, str] = field(repr=False)
    """What someone types or chooses. A secret is never given back."""

    @property
    def path(self) -> str:
        return self.action.partition("?")[0]

    @property
    def told(self) -> dict[str, str]:
        """What was typed and is not a secret."""
        return {name: value for name, value in self.typed.items() if name not in SECRET}


@dataclass(slots=True)
class Room:
    """Ada owns the organisation and is staff; Bo is a member. Call `furnish` first."""

    harness: Harness
    panel: Panel
    values: dict[str, str] = field(default_factory=dict)

    async def furnish(self) -> None:
        harness = self.harness
        await harness.person("ada", permissions=("platform.admin",), password=True)
        made = await harness.organisation("ember", ada="owner", bo="member")
        entry = await harness.post("/api/v2/entries", by="ada", json={"organisation": made, "title": "A title"})
        await harness.post(f"/api/v2/organisations/{made}/invitations", by="ada", json={"email": "cleo@example.com", "role": "member"})
        robot = {"name": "A robot", "scopes": ["entries.read"]}
        await harness.post(f"/api/v2/organisations/{made}/service_accounts", by="ada", json=robot)
        passkey = await harness.post("/api/v2/passkeys", by="ada", json=await adding_passkey(harness, "ada"))
        self.values = {
            "slug": "ember",
            "entry_id": entry.json()["id"],
            "account_id": harness.people["bo"].id,
            "organisation_id": made,
            "passkey_id": passkey.json()["id"],
        }

    async def admit_again(self) -> None:
        """Ada is an owner and staff again, in new sessions."""
        harness, ada = self.harness, self.harness.people["ada"]
        async with harness.runtime.database.transaction() as tx:
            connection = await tx.connection()
            await connection.execute("DELETE FROM memberships WHERE account_id = $1", ada.id)
            await connection.execute(
                "INSERT INTO user_permissions VALUES ($1, 'platform.admin', NULL, now()) ON CONFLICT DO NOTHING", ada.id
            )
            await tx.execute(INSERT_MEMBER, self.values["organisation_id"], ada.id, "owner", tx.now, None)
            made = await create_session(harness.runtime, tx, account=ada.id, method="test", client=Client("tests", "", remember=True))
            tx.events.clear()
            tx.invalidate(ACCOUNT(ada.id))
        ada.token, ada.session = made.token, made.id
        self.panel.forget_session("ada")

    async def browser(self, listener: str, *, signed_in: bool = True) -> httpx.AsyncClient:
        """A browser of Ada's, with a session of its own."""
        browser = self.harness.new_client() if listener == "public" else self.panel.client()
        if signed_in:
            token = self.harness.people["ada"].token if listener == "public" else (await self.panel.session("ada")).token
            browser.cookies.set(COOKIES[listener], token)
        return browser

    async def places(self) -> list[Place]:
        """Where every form of every page is, each once: those of people who are signed out first, then Ada's."""
        found: dict[str, Place] = {}
        for signed_in in (False, True):
            for listener in ("public", "admin") if signed_in else ("public",):
                browser = await self.browser(listener, signed_in=signed_in)
                for page in self.pages(listener):
                    for number, form in enumerate(await self._forms(browser, Place(listener, page, 0, signed_in))):
                        found.setdefault(f"{listener} {self._pattern(form.path)}", Place(listener, page, number, signed_in))
        return list(found.values())

    async def form(self, place: Place, browser: httpx.AsyncClient) -> Form:
        """The form at a place, on a page that this browser has just opened."""
        forms = await self._forms(browser, place)
        assert len(forms) > place.number, place
        return forms[place.number]

    async def _forms(self, browser: httpx.AsyncClient, place: Place) -> list[Form]:
        page = self.filled(place.page)
        answer = await browser.get(page)
        if answer.status_code != 200 or "html" not in answer.headers.get("content-type", ""):
            return []
        return forms_in(answer.text, page)

    def pages(self, listener: str) -> list[str]:
        paths = [
            path
            for _method, path, route in ROUTES
            if "GET" in route.http_methods and not path.startswith("/api/") and listener in route.opt["rule"].listeners
        ]
        return [path for path in paths if set(re.findall(r"{(\w+):", path)) <= set(self.values)]

    def _pattern(self, path: str) -> str:
        return re.sub(r"[a-z]{3}_[0-9a-z]{20,}", "ID", path)

    def filled(self, path: str) -> str:
        return re.sub(r"{(\w+):\w+}", lambda found: self.values[found[1]], path)


def forms_in(html: str, page: str) -> list[Form]:
    """The forms in a page's main part that change something."""
    elements, _faults = parse(html)
    return [
        Form(page, element.get("action") or page, *_fields(element))
        for element in elements
        if element.tag == "form" and element.get("method") == "post" and any(parent.tag == "main" for parent in element.parents)
    ]


def _fields(form: Element) -> tuple[dict[str, str], dict[str, str]]:
    filled: dict[str, str] = {}
    typed: dict[str, str] = {}
    for element in form.inside:
        name, kind = element.get("name"), element.get("type") or "text"
        if not name or element.tag not in {"input", "select", "textarea"}:
            continue
        if element.tag == "select":
            offered = [option.get("value") or "" for option in element.inside if option.tag == "option"]
            typed[name] = TYPED.get(name, offered[-1])
        elif kind == "checkbox":
            typed[name] = element.get("value") or "on"
        elif kind == "hidden" or "hidden" in element.attributes or "readonly" in element.attributes:
            filled[name] = element.get("value") or ""
        else:
            typed[name] = TYPED.get(name, TEXT)
    return filled, typed


def values_of(html: str, page: str, path: str) -> dict[str, str]:
    """What the fields of the form that posts to a path hold, as its page shows them."""
    elements, _faults = parse(html)
    held: dict[str, str] = {}
    for form in elements:
        if form.tag != "form" or (form.get("action") or page).partition("?")[0] != path:
            continue
        for element in form.inside:
            name = element.get("name")
            if not name:
                continue
            if element.tag == "textarea":
                held[name] = element.text.removeprefix("\n")
            elif element.tag == "select":
                chosen = [option for option in element.inside if option.tag == "option" and "selected" in option.attributes]
                held[name] = (chosen[0].get("value") or "") if chosen else ""
            elif element.get("type") not in {"checkbox", "radio"} or "checked" in element.attributes:
                held[name] = element.get("value") or ""
    return held
