"""Phoenix in one process, with real PostgreSQL, Valkey and SMTP, for tests and scenarios."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import asyncpg
import httpx
from litestar import Litestar

from phoenix.app import Phoenix
from phoenix.composition import REGISTRY
from phoenix.embedded.mailbox.receive import Receiver, serve
from phoenix.embedded.mailbox.store import Mailbox, StoredMessage
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.clock import SetClock
from phoenix.kernel.data.connect import set_codecs
from phoenix.kernel.data.followers import follow_once
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.application import App
from phoenix.kernel.web.session_reader import SessionReader
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.organisations.queries import INSERT, INSERT_MEMBER
from phoenix.modules.sessions.actions.create import Client, create_session
from phoenix.settings import Settings, read_settings
from tests.frameworks import borrow, give_back

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PASSWORD = "nine lanterns by the harbour"
REAUTHENTICATE = "/api/v2/sessions/current/reauthenticate"


@dataclass(frozen=True, slots=True)
class Place:
    """What an installation needs: a database, a cache and a folder."""

    database: str
    valkey: str
    folder: Path
    owner: str = ""
    """The same database as the role that owns its tables; "" where the application does."""

    def settings(self, **variables: str) -> Settings:
        base = {
            "PHOENIX_ENVIRONMENT": "test",
            # A different key for each test: rate limits are stored under pseudonyms made from it, and all tests share one Valkey.
            "PHOENIX_SECRET_KEY": f"a secret for tests, long enough and of many letters {self.folder}",
            "PHOENIX_DATABASE_URL": self.database,
            "PHOENIX_DATABASE_POOL": "6",
            "PHOENIX_CACHE_URL": self.valkey,
            "PHOENIX_DATA": str(self.folder),
            "PHOENIX_PUBLIC_URL": "http://phoenix.test",
            "PHOENIX_MAIL_FROM": "Phoenix <no-reply@phoenix.test>",
        }
        return read_settings({**base, **variables})


@dataclass(slots=True)
class Person:
    """Someone with an account and an API session."""

    id: str
    email: str
    name: str
    token: str
    session: str


async def _is_well_typed(answer: httpx.Response) -> None:
    """Every response must have a content type that names its charset at most once (RFC 9110, 8.3)."""
    kind = answer.headers.get("content-type", "")
    assert kind.count("charset") <= 1, f"{answer.request.url.path}: {kind}"


def _answers_where_it_says(registry: Registry) -> Callable[[httpx.Response], Awaitable[None]]:
    """Every 201 response must have a Location that can be read with GET (RFC 9110, 10.2.2)."""
    routes = (route for module in registry.modules for route in module.routes if "GET" in route.http_methods)
    read = [re.compile(re.sub(r"{[^}]+}", "[^/]+", path)) for route in routes for path in route.paths]

    async def check(answer: httpx.Response) -> None:
        if answer.status_code == 201:
            location = answer.headers["location"]
            assert any(one.fullmatch(location) for one in read), f"{answer.request.url.path}: nothing answers GET {location}"

    return check


@dataclass(slots=True)
class Harness:
    """Start Phoenix, then send requests: `async with harness: await harness.get("/api/v2/me", by="ada")`."""

    place: Place
    variables: dict[str, str] = field(default_factory=dict)
    pool: int = 0
    """The number of connections, which settings allow from 2 on."""
    registry: Registry = REGISTRY
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    locale: str = "en"
    """The language of people who are created."""
    people: dict[str, Person] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)
    _runtime: Runtime | None = None
    _stack: list[Any] = field(default_factory=list)
    _smtp: asyncio.Server | None = None
    _client: httpx.AsyncClient | None = None
    _seen: int = 0
    _framework: Litestar | None = None
    _phoenix: Phoenix | None = None

    @property
    def runtime(self) -> Runtime:
        assert self._runtime is not None
        return self._runtime

    @property
    def app(self) -> App:
        """The state that the web layers share."""
        assert self._phoenix is not None
        assert self._phoenix.shared is not None
        return self._phoenix.shared

    @property
    def sessions(self) -> SessionReader:
        """The sessions that this process knows."""
        return self.app.sessions

    @property
    def client(self) -> httpx.AsyncClient:
        assert self._client is not None
        return self._client

    async def __aenter__(self) -> Harness:
        settings = self.place.settings(**self.variables)
        if self.pool:
            settings = replace(settings, database=replace(settings.database, pool=self.pool))
        self._smtp = await serve(Receiver(Mailbox(self.place.folder / "mailbox"), self.clock), 0)
        port = self._smtp.sockets[0].getsockname()[1]
        settings = replace(settings, email=replace(settings.email, mailbox_port=port))
        framework = borrow(settings, self.registry, "public")
        app = Phoenix(settings, self.registry, clock=self.clock, framework=framework)
        running = app.running()
        try:
            self._runtime = await running.__aenter__()
        except BaseException:
            self._smtp.close()
            await self._smtp.wait_closed()
            raise
        self._stack.append(running)
        self._framework = framework
        self._phoenix = app
        self._client = self.new_client(app)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.client.aclose()
        settings = self.runtime.settings
        await self._stack.pop().__aexit__(kind, error, trace)
        assert self._framework is not None
        give_back(self._framework, settings, self.registry, "public")
        assert self._smtp is not None
        self._smtp.close()
        await self._smtp.wait_closed()

    def new_client(self, app: Any = None, *, address: str = "203.0.113.7") -> httpx.AsyncClient:
        """A separate browser or API client, with its own cookies."""
        target = app if app is not None else self.client._transport.app  # type: ignore[attr-defined]
        transport = httpx.ASGITransport(app=target, client=(address, 50_000), raise_app_exceptions=False)
        hooks = {"response": [_is_well_typed, _answers_where_it_says(self.registry)]}
        return httpx.AsyncClient(transport=transport, base_url="http://phoenix.test", headers={"User-Agent": "tests"}, event_hooks=hooks)

    async def person(self, name: str, *, time_zone: str = "UTC", permissions: tuple[str, ...] = (), password: bool = False) -> Person:
        """Create someone with an account and a session. `name` also identifies them in scenarios. With `password` they can sign in."""
        email = f"{name.lower()}@example.com"
        async with self.runtime.database.transaction() as tx:
            stored = await self.runtime.passwords.hash(PASSWORD) if password else "!"
            account = await create_account(
                tx, parse_address(email), name=name.title(), password_hash=stored, time_zone=time_zone, locale=self.locale
            )
            assert account is not None
            client = Client("tests", "", remember=True)
            made = await create_session(self.runtime, tx, account=account, method="test", client=client)
            connection = await tx.connection()
            for permission in permissions:
                await connection.execute("INSERT INTO user_permissions VALUES ($1, $2, NULL, now())", account, permission)
            tx.events.clear()
        self.people[name] = Person(account, email, name.title(), made.token, made.id)
        return self.people[name]

    async def organisation(self, slug: str, **roles: str) -> str:
        """Create an organisation. `roles` maps people to roles; people who do not exist yet are created."""
        for name in roles:
            if name not in self.people:
                await self.person(name)
        async with self.runtime.database.transaction() as tx:
            made = await tx.one(INSERT, new_id("org"), slug, slug.title(), tx.now, "en", "UTC")
            for name, role in roles.items():
                await tx.execute(INSERT_MEMBER, made.id, self.people[name].id, role, tx.now, None)
                tx.invalidate(ACCOUNT(self.people[name].id))
        self.organisations[slug] = made.id
        return made.id

    async def request(self, method: str, path: str, *, by: str | None = None, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", None) or {})
        if by is not None:
            headers["Authorization"] = f"Bearer {self.people[by].token}"
        answer = await self.client.request(method, path, headers=headers, **options)
        if by is not None and path == REAUTHENTICATE and answer.status_code == 200:
            # As a client does, since the previous token is no longer valid.
            self.people[by].token = answer.json()["access_token"]
        return answer

    async def sign_in(self, name: str, **data: Any) -> httpx.Response:
        """Sign in by the API with email address and password; the person must have been created with a password."""
        given = {"email": self.people[name].email, "password": PASSWORD, **data}
        return await self.post("/api/v2/sessions", json=given)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("POST", path, **options)

    async def put(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("PUT", path, **options)

    async def patch(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("PATCH", path, **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("DELETE", path, **options)

    async def events(self) -> list[str]:
        """The kinds of the events since the last call, in order."""
        rows = await self.sql("SELECT number, kind FROM events WHERE number > $1 ORDER BY number", self._seen)
        if rows:
            self._seen = rows[-1]["number"]
        return [row["kind"] for row in rows]

    async def work(self) -> list[str]:
        """Run the waiting jobs, as a worker would; returns their names."""
        done: list[str] = []
        while True:
            rows = await self.sql(
                "DELETE FROM pgqueuer WHERE id = (SELECT id FROM pgqueuer WHERE status = 'queued' ORDER BY priority DESC, id LIMIT 1) RETURNING entrypoint, payload"
            )
            if not rows:
                return done
            name, payload = rows[0]["entrypoint"], rows[0]["payload"]
            await self.registry.jobs[name].run_encoded(self.runtime, payload)
            done.append(name)

    async def follow(self) -> None:
        """Let every event follower catch up, as a worker would."""
        for follower in (follower for module in self.registry.modules for follower in module.followers):
            await follow_once(self.runtime.database, follower.name, partial(follower.follow, self.runtime))
            while await follow_once(self.runtime.database, follower.name, partial(follower.follow, self.runtime)):
                pass

    def mails(self, to: str = "") -> list[StoredMessage]:
        """The emails that were sent, newest first."""
        return Mailbox(self.place.folder / "mailbox").newest(to=to)

    def code(self, to: str) -> str:
        """The code in the newest email to someone that has one: eight digits on a line of their own."""
        found = [code for mail in self.mails(to) for code in re.findall(r"^\d{8}$", mail.text, re.MULTILINE)]
        assert found, "no code in an email"
        return str(found[0])

    def link(self, to: str) -> str:
        """The first link in the newest email to someone."""
        found = re.search(r"http://phoenix\.test(\S+)", self.mails(to)[0].text)
        assert found, "no link in the email"
        return found[1]

    async def sql(self, statement: str, *args: Any) -> list[asyncpg.Record]:
        """Run a statement without Phoenix, on a separate connection, as the owner of the tables."""
        connection = await asyncpg.connect(self.place.owner or self.place.database)
        try:
            await set_codecs(connection)
            return list(await connection.fetch(statement, *args))
        finally:
            await connection.close()
