"""`python -m bench.files`: serving a bundled file through our layer with its headers, compared with granian's own folder mount."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import httpx

from bench.load import Round, measure, median, request
from phoenix.kernel.module import Sources
from phoenix.kernel.web.client_address import ClientAddress
from phoenix.kernel.web.headers import Headers
from phoenix.kernel.web.static_files import StaticFiles
from phoenix.settings import Settings

SETTINGS = Settings()
STATIC = SETTINGS.web.static
PORTS = {"ours": 8494, "granian": 8495}
ROUNDS, SECONDS = 3, 3.0


async def nothing(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer when no file is found."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


# These layers do not use the state that the web layers share.
ours = ClientAddress(Headers(StaticFiles(nothing, {"/static/": STATIC}), SETTINGS, Sources()), None, ())  # type: ignore[arg-type]


def main() -> None:
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--http", "1", "--no-access-log"]
    mount = ["--static-path-route", "/static", "--static-path-mount", str(STATIC)]
    peers = {
        "ours": subprocess.Popen([*command, "--port", str(PORTS["ours"]), "bench.files:ours"]),
        "granian": subprocess.Popen([*command, "--port", str(PORTS["granian"]), *mount, "bench.files:nothing"]),
    }
    try:
        for port in PORTS.values():
            _wait(f"http://127.0.0.1:{port}/")
        for name in sorted(path.name for path in STATIC.glob("*-*.*")):
            rounds: dict[str, list[Round]] = {peer: [] for peer in peers}
            for number in range(ROUNDS + 1):
                for peer, process in peers.items():
                    url = f"http://127.0.0.1:{PORTS[peer]}/static/{name}"
                    made = request("GET", url, {})
                    measured = measure(process.pid, url, lambda made=made: made, seconds=1.0 if number == 0 else SECONDS)  # type: ignore[misc]
                    if number:
                        rounds[peer].append(measured)
            cost = {peer: median(each, lambda r: r.microseconds) for peer, each in rounds.items()}
            errors = sum(r.errors for each in rounds.values() for r in each)
            figures = ", ".join(f"{peer} {median(each, lambda r: r.rate):.0f}/s {cost[peer]:.0f} µs" for peer, each in rounds.items())
            print(f"{name:24}{figures}, ratio {cost['ours'] / cost['granian']:.2f}, errors {errors}")
    finally:
        for process in peers.values():
            process.terminate()


def _wait(url: str) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            httpx.get(url)
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()
