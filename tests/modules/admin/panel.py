"""The admin listener next to the public one: the same database and clock, with another application and address."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

import httpx
from litestar import Litestar
from tests.frameworks import borrow, give_back
from tests.harness import Harness

from phoenix.app import Phoenix, admin_app
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.sessions.actions.create import Client, create_session
from phoenix.modules.sessions.actions.tokens import SessionTokens

BIND = "127.0.0.1:8020"
URL = f"http://{BIND}"


@dataclass(slots=True)
class Panel:
    """Start it while the harness runs: `async with Panel(harness) as panel: await panel.get("/staff/people", by="ada")`."""

    harness: Harness
    app: Phoenix | None = None
    _running: Any = None
    _framework: Litestar | None = None
    _clients: list[httpx.AsyncClient] = field(default_factory=list)
    _sessions: dict[str, SessionTokens] = field(default_factory=dict)

    async def __aenter__(self) -> Panel:
        settings = self.harness.runtime.settings
        settings = replace(settings, admin=replace(settings.admin, bind=BIND))
        self._framework = borrow(settings, self.harness.registry, "admin")
        self.app = admin_app(settings, self.harness.registry, clock=self.harness.clock, framework=self._framework)
        self._running = self.app.running()
        await self._running.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for client in self._clients:
            await client.aclose()
        await self._running.__aexit__(kind, error, trace)
        assert self.app is not None
        assert self._framework is not None
        give_back(self._framework, self.app.settings, self.harness.registry, "admin")

    def client(self, *, address: str = "127.0.0.1", url: str = URL) -> httpx.AsyncClient:
        """A browser inside the private network."""
        assert self.app is not None
        transport = httpx.ASGITransport(app=self.app, client=(address, 50_000), raise_app_exceptions=False)
        self._clients.append(httpx.AsyncClient(transport=transport, base_url=url, headers={"User-Agent": "tests"}))
        return self._clients[-1]

    async def get(self, path: str, *, by: str | None = None, cookies: httpx.Cookies | None = None) -> httpx.Response:
        client = self.client()
        client.cookies = cookies or httpx.Cookies()
        return await client.get(path, headers=await self.headers(by))

    async def post(self, path: str, *, by: str, **sent: str) -> httpx.Response:
        """Send a form, as the page it is on would."""
        data = {"csrf": token_for(self.harness.runtime, self.harness.people[by].id), **sent}
        return await self.client().post(path, data=data, headers=await self.headers(by))

    async def session(self, by: str) -> SessionTokens:
        """Someone's session in the panel; the first call starts it, as signing in there with a second factor does."""
        if by not in self._sessions:
            async with self.harness.runtime.database.transaction() as tx:
                client = Client("tests", "", audience="admin")
                account = self.harness.people[by].id
                made = await create_session(self.harness.runtime, tx, account=account, method="test", client=client, strong=True)
                tx.events.clear()
            self._sessions[by] = made
        return self._sessions[by]

    def forget_session(self, by: str) -> None:
        """The next request starts a new session, as after it was ended."""
        self._sessions.pop(by, None)

    async def headers(self, by: str | None) -> dict[str, str]:
        return {} if by is None else {"Authorization": f"Bearer {(await self.session(by)).token}"}
