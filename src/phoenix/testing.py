"""The foundation for a product's tests: Phoenix in one process, on a real PostgreSQL and a real Valkey.

with servers() as found:
    async with installation(found) as phoenix:
        ada = await phoenix.person("Ada Example")
        organisation = await phoenix.organisation("Ember", owner=ada)
        answer = await phoenix.client.get("/api/v2/me", headers=ada.headers)
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from phoenix.app import Phoenix
from phoenix.composition import MIGRATIONS, REGISTRY
from phoenix.embedded.postgres.server import Postgres
from phoenix.embedded.valkey import Valkey
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.organisations.actions.members import add_member
from phoenix.modules.sessions.actions.create import Client, create_session
from phoenix.operations.grants import grant, make_role
from phoenix.operations.migrate import migrate
from phoenix.operations.permit import permit_texts
from phoenix.settings import Settings, read_settings

URL = "http://phoenix.test"


@dataclass(frozen=True, slots=True)
class Servers:
    """A migrated database, a cache and a folder."""

    database: str
    cache: str
    folder: Path

    def settings(self, **variables: str) -> Settings:
        """The settings of an installation here; `variables` are further ones, such as PHOENIX_NOTES_MOST="5"."""
        ours = {
            "PHOENIX_ENVIRONMENT": "test",
            "PHOENIX_SECRET_KEY": f"only for tests, and long enough {self.folder}",
            "PHOENIX_DATABASE_URL": self.database,
            "PHOENIX_CACHE_URL": self.cache,
            "PHOENIX_DATA": str(self.folder),
            "PHOENIX_PUBLIC_URL": URL,
        }
        return read_settings({**ours, **variables})


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account and a session. `headers` authenticate a request, to the API and to pages."""

    account: str
    name: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Installation:
    """Phoenix with the modules of every installed product."""

    client: httpx.AsyncClient
    runtime: Runtime

    async def person(self, name: str, *, time_zone: str = "UTC") -> Person:
        """Create a person who is signed in."""
        async with self.runtime.database.transaction() as tx:
            address = parse_address(f"{name.lower().replace(' ', '.')}@example.com")
            account = await create_account(tx, address, name=name, password_hash="!", time_zone=time_zone, locale="en")  # noqa: S106 - no password has this hash
            if account is None:
                raise ValueError(f"Someone called {name} already exists.")
            made = await create_session(self.runtime, tx, account=account, method="test", client=Client("tests", ""))
        return Person(account, name, {"Authorization": f"Bearer {made.token}"})

    async def organisation(self, name: str, *, owner: Person, **members: Person) -> str:
        """Create an organisation as its owner. Returns its ID. `members` are given by role, such as `viewer=bo`."""
        answer = await self.client.post("/api/v2/organisations", json={"name": name}, headers=owner.headers)
        made = str(answer.raise_for_status().json()["id"])
        async with self.runtime.database.transaction(actor=owner.account) as tx:
            for role, member in members.items():
                await add_member(tx, made, member.account, role=role, invited_by=owner.account)
        return made


@contextlib.contextmanager
def servers() -> Iterator[Servers]:
    """A PostgreSQL and a Valkey for the duration of the block. Starting them takes seconds: do it once for all tests."""
    # Not in pytest's own folder: it is closed to the user that PostgreSQL runs as if the tests run as root.
    with tempfile.TemporaryDirectory(prefix="phoenix-tests-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        postgres = Postgres(folder / "postgres")
        stack.callback(postgres.stop)
        owner = postgres.start()
        asyncio.run(_prepare(owner, postgres.application))
        valkey = Valkey(folder / "valkey")
        stack.callback(valkey.stop)
        yield Servers(postgres.application_url(), valkey.start(), folder)


@contextlib.asynccontextmanager
async def installation(found: Servers, **variables: str) -> AsyncIterator[Installation]:
    """Phoenix, served without a network."""
    app = Phoenix(found.settings(**variables), REGISTRY)
    async with app.running() as runtime:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            yield Installation(client, runtime)


async def _prepare(owner: str, application: tuple[str, str]) -> None:
    await migrate(owner, MIGRATIONS)
    await permit_texts(owner, REGISTRY.texts)
    await make_role(owner, *application)
    await grant(owner, application[0])
