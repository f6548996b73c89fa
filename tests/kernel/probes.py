"""What shows that each background task does what it is for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC
from typing import TypeAlias

from msgspec import Struct
from tests.harness import Harness
from tests.kernel.faults import Faults
from tests.sockets import Live, Socket
from tests.waiting import until

from phoenix.kernel.actor import Use
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.realtime.gathering import Counted
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.events import AccountCreated
from phoenix.modules.entries.events import EntryChanged
from phoenix.modules.organisations.events import RoleChanged


class Numbered(Struct, frozen=True):
    n: int


Probe: TypeAlias = "Callable[[Probes], Awaitable[None]]"


class Probes:
    """For each task, something that only it does: each returns when it was done."""

    def __init__(self, faults: Faults, known: Mapping[str, Probe], harness: Harness, runtime: Runtime, stack: AsyncExitStack) -> None:
        self.faults = faults
        self.known = known
        self.heard: asyncio.Event | None = None
        self.harness = harness
        self.runtime = runtime
        self.stack = stack
        self.number = 0
        self.socket: Socket | None = None
        self.live: Live | None = None
        self.ran: list[int] = []

    @property
    def here(self) -> Live:
        assert self.live is not None
        return self.live

    async def by_task(self, name: str) -> None:
        self.number += 1
        await asyncio.wait_for(self.known[name](self), 30)

    async def begin_anew(self, name: str) -> None:
        """As in a new process: nothing was followed yet, and no connection is open."""
        if name == "feed":
            tail = self.here.sockets._tail
            tail._position = None
            self.faults.restart(name)
            await self.post()
            await until(lambda: tail._position)
        elif name == "host of the database":
            await self.harness.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'phoenix host'")
        elif name.startswith("queue"):
            await self.harness.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'phoenix jobs'")
        else:
            if name.startswith("follower"):
                await self.harness.sql("DELETE FROM event_followers")
            self.faults.restart(name)
            await self.post()

    async def post(self) -> str:
        """An event."""
        subject = f"ent_{self.number:08}"
        async with self.runtime.database.transaction(actor=self.harness.people["ada"].id) as tx:
            tx.record(EntryChanged(organisation=self.harness.organisations["ember"], subject=subject, title="t"))
        return subject

    async def feed(self) -> None:
        socket = await self.connected()
        await self.change_session()
        subject = await self.post()
        await until(lambda: any(subject in text for text in socket.texts) or not self.here.sockets.open)
        if not any(subject in text for text in socket.texts):
            # It could not be checked, so it was cut: it connects again, and receives what follows.
            socket = await self.connected()
            subject = await self.post()
            await socket.until(lambda: any(subject in text for text in socket.texts))

    async def change_session(self) -> None:
        """Whoever checks it next reads it from the database."""
        async with self.runtime.database.transaction() as tx:
            await tx.connection()
            tx.invalidate(ACCOUNT(self.harness.people["ada"].id))

    async def connected(self) -> Socket:
        if self.socket is None or not self.here.sockets.open:
            self.socket = await self.stack.enter_async_context(Socket(self.here))
            await self.socket.sign_in(self.harness.people["ada"].token)
        return self.socket

    async def listen(self) -> None:
        """It hears of an event; also of one before it listened, as it tells at its start."""
        listener = self.faults.owners["listener"]
        if self.heard is None:
            self.heard = listener.subscribe()
        self.heard.clear()
        await self.post()
        await self.heard.wait()

    async def check_sessions(self) -> None:
        """A socket is brought back into the rooms of its member."""
        await self.connected()
        room = f"organisation:{self.harness.organisations['ember']}"
        socket = self.here.only
        self.here.sockets.rooms.leave(socket, room)
        self.here.sockets.open[socket].rooms -= {room}
        await self.change_session()
        await until(lambda: not self.here.sockets.open or room in self.here.sockets.rooms.names(socket))

    async def send_gathered(self) -> None:
        """What was counted of a large room is sent, or whoever could not be checked is cut."""
        socket = await self.connected()
        await self.change_session()
        gathering, event = self.here.sockets._gathering, f"counted_{self.number}"
        gathering._counted[f"organisation:{self.harness.organisations['ember']}", event] = Counted(due=0.0, new=2)
        await until(lambda: any(event in text for text in socket.texts) or not self.here.sockets.open)

    async def claim_database(self) -> None:
        async def claimed() -> bool:
            return bool(await self.harness.sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 3 AND granted"))

        await until(claimed)

    async def save_last_use(self) -> None:
        ada = self.harness.people["ada"]
        at = self.harness.clock.now().replace(microsecond=0).astimezone(UTC)
        self.harness.clock.advance(seconds=1)
        self.harness.sessions._seen[ada.session] = Use(ada.session, at.timestamp())

        async def saved() -> bool:
            rows = await self.harness.sql("SELECT seen_at FROM sessions WHERE id = $1", ada.session)
            return bool(rows[0]["seen_at"] >= at)

        await until(saved)

    async def audit(self) -> None:
        subject = await self.post()
        await until(lambda: self.harness.sql("SELECT 1 FROM audit_log WHERE subject = $1", subject))

    async def run_job(self) -> None:
        await self._run(JOB)

    async def run_long_job(self) -> None:
        await self._run(LONG_JOB)

    async def run_webhook(self) -> None:
        await self._run(WEBHOOK_JOB)

    async def run_channel(self) -> None:
        await self._run(CHANNEL_JOB)

    async def run_push(self) -> None:
        await self._run(CHANNEL_JOB.of("push"))

    async def run_sms(self) -> None:
        await self._run(CHANNEL_JOB.of("sms"))

    async def _run(self, job: JobKind[Numbered]) -> None:
        number = self.number
        async with self.runtime.database.transaction() as tx:
            await enqueue(tx, job, Numbered(number))
        await until(lambda: number in self.ran)

    async def notify(self) -> None:
        """Something happened to ada, which is added to her inbox."""
        before = await self.amount("notifications")
        async with self.runtime.database.transaction() as tx:
            role = RoleChanged(
                organisation=self.harness.organisations["ember"], subject=self.harness.people["ada"].id, role="owner", before="member"
            )
            tx.record(role)
        await self.more_than(before, "notifications")

    async def queue_webhook(self) -> None:
        """Something happened that a webhook of the organisation is to receive."""
        if not await self.amount("webhooks"):
            made = {"organisation": self.harness.organisations["ember"], "url": "https://example.com/hooks"}
            assert (await self.harness.post("/api/v2/webhooks", by="ada", json=made)).status_code == 201
            # Nothing is sent there.
            await self.harness.sql("UPDATE webhooks SET url = 'https://10.0.0.1/'")
        before = await self.amount("webhook_deliveries")
        await self.post()
        await self.more_than(before, "webhook_deliveries")

    async def start_afresh(self) -> None:
        """The address of ada was confirmed after emails to it had stopped."""
        ada = self.harness.people["ada"].id
        stop = "INSERT INTO stopped_addresses SELECT email_key, 'bounced', $2 FROM accounts WHERE id = $1 ON CONFLICT DO NOTHING"
        await self.harness.sql(stop, ada, self.harness.clock.now())
        async with self.runtime.database.transaction() as tx:
            tx.record(AccountCreated(subject=ada))

        async def forgotten() -> bool:
            return not await self.amount("stopped_addresses")

        await until(forgotten)

    async def send_notifications(self) -> None:
        """What is added to the inbox of someone with a socket is sent there."""
        socket = await self.connected()
        await self.change_session()
        item = await self.added()
        await until(lambda: any(item in text for text in socket.texts) or not self.here.sockets.open)
        if not any(item in text for text in socket.texts):
            socket = await self.connected()
            item = await self.added()
            await socket.until(lambda: any(item in text for text in socket.texts))

    async def added(self) -> str:
        """The id of an item of ada's inbox that a worker has added."""
        ada, item = self.harness.people["ada"].id, new_id("ntf", self.harness.clock.now())
        await self.harness.sql("INSERT INTO inboxes (account_id, epoch) VALUES ($1, 'e') ON CONFLICT DO NOTHING", ada)
        await self.harness.sql(
            "WITH next AS (UPDATE inboxes SET last_number = last_number + 1 WHERE account_id = $1 RETURNING last_number)"
            " INSERT INTO notifications (account_id, number, id, event, kind, event_kind, organisation_id, subject, data, occurred_at, is_own)"
            " SELECT $1, last_number, $2, $2, 'organisations.role_changed', 'organisations.role_changed', $3, $1,"
            ' \'{"role": "owner", "before": "member"}\', now(), true FROM next',
            ada,
            item,
            self.harness.organisations["ember"],
        )
        await self.post()
        return item

    async def report_presence(self) -> None:
        """That someone with a socket is here is written again where it was lost."""
        await self.connected()
        await self.harness.sql("DELETE FROM present")
        self.harness.clock.advance(seconds=6)

        async def written() -> bool:
            return bool(await self.amount("present")) or not self.here.sockets.open

        await until(written)

    async def amount(self, table: str) -> int:
        return int((await self.harness.sql(f"SELECT count(*) FROM {table}"))[0][0])  # noqa: S608 - a constant

    async def more_than(self, before: int, table: str) -> None:
        async def more() -> bool:
            return await self.amount(table) > before

        await until(more)


JOB, LONG_JOB = JobKind("test.job", Numbered), JobKind("test.long", Numbered, queue="long")
WEBHOOK_JOB, CHANNEL_JOB = JobKind("test.webhook", Numbered, queue="webhooks"), JobKind("test.channel", Numbered, queue="channels")
WEB: dict[str, Probe] = {
    "feed": Probes.feed,
    "listener": Probes.listen,
    "gathered messages": Probes.send_gathered,
    "live notifications": Probes.send_notifications,
    "presence": Probes.report_presence,
    "sessions of sockets": Probes.check_sessions,
    "last use of sessions": Probes.save_last_use,
    "host of the database": Probes.claim_database,
}
WORKER: dict[str, Probe] = {
    "follower admin.audit": Probes.audit,
    "queue default": Probes.run_job,
    "follower notifications.deliver": Probes.notify,
    "follower webhooks.queue": Probes.queue_webhook,
    "follower deliverability.start_afresh": Probes.start_afresh,
    "queue long": Probes.run_long_job,
    "queue webhooks": Probes.run_webhook,
    "queue channels": Probes.run_channel,
    "queue channels_push": Probes.run_push,
    "queue channels_sms": Probes.run_sms,
    "listener": Probes.listen,
    "host of the database": Probes.claim_database,
}
