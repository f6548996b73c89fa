"""A person's copy of all that is kept of them: asked for, made by a job, fetched within a week."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import msgspec

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import Conflict, NotFound
from phoenix.kernel.i18n.text import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.staff import take_turn
from phoenix.modules.accounts.events import ExportAsked, ExportFetchedByStaff
from phoenix.modules.accounts.queries import personal

FILENAME = "phoenix-data.zip"
KEEP = timedelta(days=7)
EXPORTS_A_DAY = Limit("export", 3, 86_400)
README = _("""This is what {service} keeps of you, as of {day}: one JSON file for each part of it.

Times are in UTC. Ids such as acc_… name people, organisations and things; where they are yours their details are here.
Passwords, codes and keys are kept as hashes only, so they cannot be given to anybody, and are not here.
""")


async def ask_for_export(runtime: Runtime, tx: Transaction, actor: Actor) -> str:
    """Have the archive made; its id. Three a day at most: raises TooManyRequests."""
    await runtime.limiter.require(EXPORTS_A_DAY, actor.account)
    return await _begin(tx, actor.account)


async def ask_for_person(tx: Transaction, actor: Actor, account: str) -> str:
    """Have the archive of somebody made, who asked for it but cannot sign in; its id. The person is told, and can fetch it too."""
    target = await take_turn(tx, actor, account)
    if target.kind != "person":
        raise Conflict(_("A service account is no person, and has no data of one."))
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "export_by_staff"})
    return await _begin(tx, account)


async def fetch_for_person(tx: Transaction, actor: Actor, account: str, export: str) -> bytes:
    """The archive of somebody, for staff to hand over. Who fetched it is recorded. Raises NotFound as `archive_of`."""
    await take_turn(tx, actor, account)
    archive = await _find(tx, account, export)
    tx.record(ExportFetchedByStaff(subject=account, export=export))
    return archive


async def archive_of(db: Reader, actor: Actor, export: str) -> bytes:
    """The ZIP archive. Raises NotFound where it is somebody else's, not ready yet, or too old."""
    return await _find(db, actor.account, export)


async def collect(runtime: Runtime, db: Reader, account: str) -> dict[str, Any]:
    """What every module keeps of the person, by module."""
    declared = [(module.name, module.personal) for module in runtime.part(Registry).modules if module.personal is not None]
    return {name: await personal.export(db, account) for name, personal in declared if personal.export is not None}


def pack(runtime: Runtime, parts: dict[str, Any]) -> bytes:
    """One JSON file a module, and a few words. Takes as long as there is data: call it in a thread."""
    packed = io.BytesIO()
    now = runtime.clock.now()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(service=runtime.settings.public_url, day=f"{now:%Y-%m-%d}"))
        for name, part in parts.items():
            archive.writestr(f"{name}.json", msgspec.json.format(msgspec.json.encode(part), indent=2))
    return packed.getvalue()


async def _begin(tx: Transaction, account: str) -> str:
    export = new_id("exp")
    await tx.execute(personal.ADD_EXPORT, export, account, tx.now, tx.now + KEEP)
    tx.record(ExportAsked(subject=account, export=export))
    await enqueue(tx, "accounts.make_export", {"export": export})
    return export


async def _find(db: Reader, account: str, export: str) -> bytes:
    found = await db.maybe(personal.ARCHIVE, export, account, db.now)
    if found is None:
        raise NotFound(_("There is no such archive, it is not ready yet, or it is older than a week."))
    return found
