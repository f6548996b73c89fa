"""The output once Phoenix is ready: one line, followed by what people need next."""

from __future__ import annotations

import os
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from phoenix.operations.up.plan import with_mailbox
from phoenix.settings import Settings


class DemoAccount(Struct, frozen=True):
    email: str
    password: str
    name: str = ""


class FirstStart(Struct, frozen=True):
    """The output of `phoenix.first_start`."""

    accounts: tuple[DemoAccount, ...] = ()
    first_administrator_link: str | None = None


class Ready(Struct, frozen=True):
    """Every address, without passwords except those of the demo."""

    ready: bool
    url: str
    api: str
    docs: str
    mailbox: str | None
    admin: str
    socket: str
    database: str
    cache: str
    first_administrator_link: str | None
    demo_accounts: tuple[DemoAccount, ...]
    pid: int


def describe(settings: Settings, *, database: str, cache: str, link: str | None, accounts: tuple[DemoAccount, ...]) -> Ready:
    local = settings.url_here(settings.web.port)
    url = settings.public_url if settings.web.domain else local
    return Ready(
        ready=True,
        url=url,
        api=f"{url}/api/v2",
        docs=f"{url}/api/docs",
        # Answered only on loopback, even where a domain leads here.
        mailbox=f"{local}/mailbox" if with_mailbox(settings) else None,
        admin=settings.admin.origin,
        socket=f"{settings.realtime.url or url}/socket.io/",
        database=database,
        cache=cache,
        first_administrator_link=link,
        demo_accounts=accounts,
        pid=os.getpid(),
    )


def announce(ready: Ready, *, json: bool, console: Console | None = None) -> None:
    """Print it: as one JSON object, or for people."""
    out = console or Console(highlight=False, soft_wrap=True)
    if json:
        out.out(msgspec.json.encode(ready).decode(), highlight=False)
    else:
        out.print(Text.assemble("Phoenix is ready at ", (ready.url, "bold")), soft_wrap=True)
        for label, value in _lines(ready):
            out.print(Text.assemble((f"  {label:<20}", "dim"), value), soft_wrap=True)
    out.file.flush()


def _lines(ready: Ready) -> list[tuple[str, Any]]:
    lines = [("API", ready.docs), ("Admin", ready.admin)]
    if ready.mailbox:
        lines.append(("Mailbox", ready.mailbox))
    if ready.first_administrator_link:
        lines.append(("First administrator", f"{ready.first_administrator_link} (works once)"))
    lines += [("Demo account", f"{account.email}  {account.password}  {account.name}".rstrip()) for account in ready.demo_accounts]
    return [*lines, ("Stop", "Ctrl-C")]
