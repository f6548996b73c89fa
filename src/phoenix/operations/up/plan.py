"""What is started and how: from the operator's settings to command lines and an environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phoenix.operations.up.addresses import first_free, has_ipv6_loopback, without_user
from phoenix.operations.up.caddy import caddy_program
from phoenix.operations.up.errors import StartError
from phoenix.settings import UNSPECIFIED, WITHHELD, Settings, values

# A connection costs memory, and every open socket of a browser is one, whether or not a request is in flight. The limit is
# above the 10,000 sockets that a node is designed for.
CONNECTIONS_PER_WORKER = 16_384
BACKLOG = 4_096
# Set for every child, so that the next Phoenix finds what outlived a killed one (see `leftovers`).
DATA_VARIABLE = "PHOENIX_UP_DATA"
# An option that Python ignores: unlike an environment, everyone may read the command line of a process that closed its memory.
DATA_OPTION = "phoenix_data"
# The secrets of every process that serves or works: sessions, the database and the cache.
SERVING = frozenset({"PHOENIX_SECRET_KEY", "PHOENIX_DATABASE_URL", "PHOENIX_CACHE_URL"})
FOR_SIGN_IN = frozenset({"PHOENIX_PROVIDERS", "PHOENIX_CAPTCHA_SECRET"})
FOR_EMAIL = frozenset({"PHOENIX_SMTP_URL", "PHOENIX_SMTP_FALLBACK_URL", "PHOENIX_SENDGRID_KEY", "PHOENIX_DKIM_KEY"})
FOR_SMS = frozenset({"PHOENIX_TWILIO_TOKEN", "PHOENIX_TWILIO_SECRET"})
# With which what comes back is verified.
FOR_REPORTS = frozenset({"PHOENIX_TWILIO_TOKEN"})
FOR_MIGRATION = frozenset({"PHOENIX_SECRET_KEY", "PHOENIX_DATABASE_URL", "PHOENIX_DATABASE_OWNER_URL"})


@dataclass(frozen=True, slots=True)
class Part:
    """A process of Phoenix: its name in the log, its command, and the seconds it gets to finish its work."""

    name: str
    command: tuple[str, ...]
    patience: float = 5.0
    bare: bool = False
    """Whether it is a third-party program, which gets none of Phoenix's settings and secrets."""
    secrets: frozenset[str] = SERVING
    """The variables of the secrets that it needs, and gets; no other."""


def require_ports_of_their_own(settings: Settings) -> None:
    """Raises StartError if two of the listeners are set to the same port of the same address."""
    seen: list[tuple[str, str, int]] = []
    for name, host, port in (
        ("PHOENIX_PORT", settings.web.host, settings.web.port),
        ("PHOENIX_REALTIME_PORT", settings.web.host, settings.realtime.port),
        ("PHOENIX_ADMIN_BIND", settings.admin.host, settings.admin.port),
        ("PHOENIX_MAILBOX_PORT", "127.0.0.1", settings.email.mailbox_port),
    ):
        for other, there, taken in seen:
            if port and port == taken and (host == there or UNSPECIFIED & {host, there}):
                raise StartError(f"{other} and {name} name the same port, {port}. Choose another for one of them.")
        seen.append((name, host, port))


def resolve(settings: Settings, data: Path) -> Settings:
    """The settings with every unset port and address filled in."""
    web, mail, realtime, admin = settings.web, settings.email, settings.realtime, settings.admin
    if not admin.port:
        host = admin.bind.rpartition(":")[0]
        admin = replace(admin, bind=f"{host}:{first_free(web.port + 20, admin.host)}")
    if settings.by_name and not admin.url and admin.host == "127.0.0.1":
        admin = replace(admin, url=f"http://localhost:{admin.port}")
    if web.domain:
        # Only Caddy is reachable from outside, and only it is trusted about the client's address.
        web = replace(web, host="127.0.0.1", trusted_proxies=("127.0.0.1/32",))
    web = replace(web, public_url=settings.public_url)
    if with_mailbox(settings):
        mail = replace(mail, mailbox_port=mail.mailbox_port or first_free(web.port + 1))
    port = realtime.port or first_free(web.port + 10)
    # Under an address of its own, only whoever set it up knows whether another port can be reached: sockets stay on that address.
    apart = not (web.domain or settings.web.public_url)
    realtime = replace(realtime, port=port, url=realtime.url or (settings.url_here(port) if apart else ""))
    return replace(settings, installation=replace(settings.installation, data=data), web=web, email=mail, realtime=realtime, admin=admin)


def with_mailbox(settings: Settings) -> bool:
    return not settings.strict and not settings.email.leaves


def variables(settings: Settings, base: Mapping[str, str]) -> dict[str, str]:
    """An environment with all settings written out."""
    made = {**base, **settings.given}
    for _concern, variable, value in values(settings):
        made[variable.name] = _text(value)
        made.pop(f"{variable.name}_FILE", None)
    return made


def environment(settings: Settings, base: Mapping[str, str], secrets: frozenset[str] = SERVING) -> dict[str, str]:
    """The environment of a child: all settings, and of the secrets only these. Of another URL it gets what names no user."""
    made = variables(settings, base)
    withheld = [
        variable.name for _concern, variable, value in values(settings) if variable.secret and value and variable.name not in secrets
    ]
    for name in withheld:
        made[name] = without_user(made[name])
    return made | {DATA_VARIABLE: str(settings.installation.data), WITHHELD: ",".join(withheld), "PYTHONUNBUFFERED": "1"}


def bare_environment(settings: Settings, base: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child that is not part of Phoenix."""
    return {name: value for name, value in base.items() if not name.startswith("PHOENIX_")} | {
        DATA_VARIABLE: str(settings.installation.data)
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)


def phoenix(*arguments: str) -> tuple[str, ...]:
    """The command line of Phoenix itself."""
    return (sys.executable, "-m", "phoenix.cli", *arguments)


def parts(settings: Settings, caddy_configuration: Path) -> list[Part]:
    """Every process of this installation except the database and the cache, in the order in which they are stopped."""
    made = [*_reloading(settings), *_mailbox(settings)] if settings.developing.reload else _serving(settings, caddy_configuration)
    return [replace(part, command=_marked(part.command, settings.installation.data)) for part in made]


def _marked(command: tuple[str, ...], data: Path) -> tuple[str, ...]:
    program, *arguments = command
    return (program, "-X", f"{DATA_OPTION}={data}", *arguments) if program == sys.executable else command


def _serving(settings: Settings, caddy_configuration: Path) -> list[Part]:
    made = [_web(settings), *_loopback(settings)]
    made += _realtime(settings)
    made.append(_admin(settings))
    made.append(Part("worker", (sys.executable, "-m", "phoenix.worker"), patience=15.0, secrets=SERVING | FOR_EMAIL | FOR_SMS))
    made += _mailbox(settings)
    if settings.web.domain:
        made.append(Part("caddy", (str(caddy_program()), "run", "--config", str(caddy_configuration)), bare=True))
    return made


def _mailbox(settings: Settings) -> list[Part]:
    return [Part("mailbox", (sys.executable, "-m", "phoenix.embedded.mailbox"), secrets=frozenset())] if with_mailbox(settings) else []


def _reloading(settings: Settings) -> list[Part]:
    """The processes of `make dev`, which follow the files they are made from."""
    secrets = SERVING | FOR_SIGN_IN | FOR_EMAIL | FOR_SMS
    made = _loopback(settings) + [
        Part(name, (sys.executable, "-m", "phoenix.operations.up.reload", name), secrets=secrets)
        for name in ("web", "realtime", "admin", "worker")
    ]
    bundler = Path("tools/npm.sh")
    if bundler.exists() and Path("vite.config.ts").exists():
        made.append(Part("bundles", (str(bundler.resolve()), "run", "--silent", "watch"), bare=True))
    return made


def _web(settings: Settings) -> Part:
    web = settings.web
    command = (
        *(sys.executable, "-m", "phoenix.operations.up.granian_server", "phoenix.app:create_app", "--factory"),
        *("--interface", "asgi", "--loop", "uvloop", "--http", "1"),
        *("--host", web.host, "--port", str(web.port), "--workers", str(web.workers)),
        *("--backlog", str(BACKLOG), "--backpressure", str(CONNECTIONS_PER_WORKER)),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "8"),
        *("--no-access-log", "--log-level", "warning"),
    )
    return Part("web", command, patience=12.0, secrets=SERVING | FOR_SIGN_IN | FOR_REPORTS)


def on_both_loopbacks(settings: Settings) -> bool:
    """Whether ::1 leads to the public listener as well: localhost can be either address, and another program could have that one."""
    return settings.by_name and settings.web.host == "127.0.0.1" and has_ipv6_loopback()


def _loopback(settings: Settings) -> list[Part]:
    """The public listener itself has a single address."""
    if not on_both_loopbacks(settings):
        return []
    command = (sys.executable, "-m", "phoenix.operations.up.loopback", "--port", str(settings.web.port))
    return [Part("loopback", command, patience=2.0, bare=True)]


def _realtime(settings: Settings) -> list[Part]:
    """The processes that serve sockets, on one port."""
    processes = settings.realtime.processes
    names = ["realtime"] if processes == 1 else [f"realtime-{number}" for number in range(1, processes + 1)]
    commands = ((sys.executable, "-m", "phoenix.realtime", "--number", str(number)) for number in range(1, processes + 1))
    return [Part(name, command, patience=8.0) for name, command in zip(names, commands, strict=True)]


def _admin(settings: Settings) -> Part:
    """A single process: few people use it, and it must be reachable when the public listener is not."""
    command = (
        *(sys.executable, "-m", "phoenix.operations.up.uvicorn_server", "phoenix.app:create_admin_app"),
        *("--host", settings.admin.host, "--port", str(settings.admin.port)),
    )
    return Part("admin", command, patience=8.0)
