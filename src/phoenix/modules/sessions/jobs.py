"""The email about a new device, and the deletion of old records."""

from __future__ import annotations

from datetime import timedelta

from phoenix.kernel.data.purge import forget
from phoenix.kernel.i18n.devices import device
from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.i18n.times import city, full_date, time_of_day, zone_of
from phoenix.kernel.language import _, reading
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import find_account
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.actions.known_devices import SEND_NEW_DEVICE, NewDevice

KEEP_ENDED = timedelta(days=90)
KEEP_DEVICES = timedelta(days=400)


async def send_new_device(runtime: Runtime, new: NewDevice) -> None:
    """Notify the owner of an account of a sign-in from a new device."""
    async with runtime.database.reader() as db:
        account = await find_account(db, new.account)
        session = await db.maybe(queries.ORIGIN, new.session)
    if account is not None and session is not None:
        here = session.at.astimezone(zone_of(account.time_zone))
        with reading(account.locale):
            await runtime.mailer.send_template(
                "sessions/new_device",
                to=account.email,
                essential=True,
                name=account.name,
                device=device(session.device),
                place=session.place,
                when=_("{day}, {time}").format(day=full_date(here.date()), time=f"{time_of_day(here)} ({city(account.time_zone)})"),
                link=Ours(f"{runtime.settings.public_url}/settings/security"),
            )


async def forget_old(runtime: Runtime) -> None:
    """Delete sessions that ended long ago, and devices that were not used for more than a year."""
    now = runtime.clock.now()
    await forget(runtime.database, queries.FORGET_OLD, now - KEEP_ENDED)
    await forget(runtime.database, queries.FORGET_OLD_DEVICES, now - KEEP_DEVICES)


JOBS = (Job(SEND_NEW_DEVICE, send_new_device),)
