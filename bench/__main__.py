"""`make bench`: compares Phoenix with others in one run, as medians of rounds, with the request rate and the CPU time per request.

Everything runs on 127.0.0.1, with limited connections and time. CPU time is that of all processes of a server: for Phoenix, the web
worker, PostgreSQL, Valkey and all others.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bench.load import Round, measure, median, request, tree
from bench.peers import PocketBase, start_granian

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="entries on either side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each round")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="phoenix-bench-") as folder:
        figures = run(Path(folder), arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


def run(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    phoenix, ready, cold = start_phoenix(folder / "data")
    stop = [phoenix.terminate]
    try:
        token, organisation = fill(ready, folder / "data", arguments.rows)
        pocketbase = PocketBase(folder / "pocketbase", 8491)
        pocketbase.start(arguments.rows)
        stop.append(pocketbase.stop)
        bare, star = start_granian("bench.peers:bare", 8492), start_granian("bench.peers:starlette", 8493)
        stop += [bare.terminate, star.terminate]
        assert pocketbase.process is not None
        figures = compare(arguments, ready["url"], phoenix.pid, token, organisation, pocketbase, bare.pid, star.pid)
        figures["start"] = {"cold_seconds": round(cold, 2)}
    finally:
        for each in stop:
            each()
        phoenix.wait(60)
    warm, _ready, seconds = start_phoenix(folder / "data")
    time.sleep(5)
    pss = sum(_pss(pid) for pid in tree(warm.pid)) / 1024
    warm.terminate()
    warm.wait(60)
    figures["start"] |= {"warm_seconds": round(seconds, 2), "idle_pss_mb": round(pss)}
    print(f"\nwarm start to first answer {seconds:.1f} s (goal < 5), idle {pss:.0f} MB PSS in all processes (goal < 450)")
    return figures


def compare(
    arguments: argparse.Namespace, url: str, pid: int, token: str, organisation: str, pocketbase: PocketBase, bare: int, star: int
) -> dict[str, Any]:
    ours = {"Authorization": f"Bearer {token}"}
    theirs = {"Authorization": pocketbase.token}
    numbers = itertools.count()
    list_path = "/api/collections/entries/records?perPage=20&skipTotal=1&sort=-occurred_at&filter=(organisation%3D%27org_bench%27)"

    def post_ours() -> bytes:
        body = {"organisation": organisation, "title": f"Valve {next(numbers)} replaced", "body": "It leaked since Friday. " * 8}
        return request("POST", f"{url}/api/v2/entries", ours, json.dumps(body).encode())

    def post_theirs() -> bytes:
        body = {
            "organisation": "org_bench",
            "author": "acc_bench",
            "title": f"Valve {next(numbers)} replaced",
            "body": "It leaked since Friday. " * 8,
            "time_zone": "Europe/Berlin",
            "occurred_at": "2026-11-23 12:00:00.000Z",
        }
        return request("POST", f"{pocketbase.url}/api/collections/entries/records", theirs, json.dumps(body).encode())

    def steady(method: str, address: str, headers: dict[str, str]) -> Callable[[], bytes]:
        made = request(method, address, headers)
        return lambda: made

    their_pid = pocketbase.process.pid if pocketbase.process else 0
    feed = f"{url}/api/v2/feed?organisation={organisation}"
    servers: dict[str, tuple[int, str, Callable[[], bytes]]] = {
        "bare ASGI on granian": (bare, "http://127.0.0.1:8492", steady("GET", "http://127.0.0.1:8492/api/v2/me", {})),
        "Starlette on granian": (star, "http://127.0.0.1:8493", steady("GET", "http://127.0.0.1:8493/api/v2/me", {})),
        "Phoenix profile": (pid, url, steady("GET", f"{url}/api/v2/me", ours)),
        "Phoenix feed, cached": (pid, url, steady("GET", feed, ours)),
        "Phoenix feed, not cached": (pid, url, steady("GET", f"{feed}&limit=20", ours)),
        "PocketBase list of 20": (their_pid, pocketbase.url, steady("GET", pocketbase.url + list_path, theirs)),
        "Phoenix create": (pid, url, post_ours),
        "PocketBase create": (their_pid, pocketbase.url, post_theirs),
    }
    rounds: dict[str, list[Round]] = {name: [] for name in servers}
    for number in range(arguments.rounds + 1):
        for name, (server, address, make) in servers.items():
            measured = measure(server, address, make, seconds=1.0 if number == 0 else arguments.seconds)
            if number:
                rounds[name].append(measured)
    figures: dict[str, Any] = {"rows": arguments.rows, "rounds": arguments.rounds}
    print(f"\n{'':28}{'requests/s':>12}{'µs CPU each':>13}{'per CPU s':>11}{'errors':>8}")
    for name, each in rounds.items():
        rate, cost, per = (median(each, f) for f in (lambda r: r.rate, lambda r: r.microseconds, lambda r: r.per_cpu_second))
        errors = sum(r.errors for r in each)
        figures[name] = {"rate": round(rate), "cpu_microseconds": round(cost), "per_cpu_second": round(per), "errors": errors}
        print(f"{name:28}{rate:12.0f}{cost:13.0f}{per:11.0f}{errors:8}")
    print()
    goals = [
        ("profile / Starlette, rate", "Phoenix profile", "Starlette on granian", "rate", 1.2),
        ("profile / Starlette, per CPU second", "Phoenix profile", "Starlette on granian", "per_cpu_second", 1.2),
        ("bare ASGI / Starlette, rate", "bare ASGI on granian", "Starlette on granian", "rate", 2.2),
        ("cached feed / PocketBase list", "Phoenix feed, cached", "PocketBase list of 20", "per_cpu_second", 10.0),
        ("feed from the database / PocketBase list", "Phoenix feed, not cached", "PocketBase list of 20", "per_cpu_second", 2.5),
        ("create / PocketBase create", "Phoenix create", "PocketBase create", "per_cpu_second", 1.0),
    ]
    figures["ratios"] = {}
    for words, one, other, figure, goal in goals:
        ratio = figures[one][figure] / figures[other][figure]
        figures["ratios"][words] = round(ratio, 2)
        print(f"{words:44}{ratio:7.2f}   (goal {goal})")
    return figures


def start_phoenix(data: Path) -> tuple[subprocess.Popen[str], dict[str, Any], float]:
    """Start Phoenix with its demo; returns how many seconds it took to be ready."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "phoenix.cli", "up", "--json", "--demo", "--port", "8390", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    return process, ready, time.monotonic() - begun


def fill(ready: dict[str, Any], data: Path, rows: int) -> tuple[str, str]:
    """Fill the database and sign in; returns a token that is valid for the whole run, and the organisation."""
    database = database_url(data)
    environment = {
        "PHOENIX_DATABASE_URL": database,
        "PHOENIX_SECRET_KEY": (data / "secret_key").read_text().strip(),
        "PHOENIX_DATA": str(data),
        "PHOENIX_STATEMENT_TIMEOUT": "600000",
        "PATH": "/usr/bin:/bin",
    }
    subprocess.run([sys.executable, "-m", "phoenix.commands", "seed", "--scale", str(rows)], check=True, env=environment, cwd=ROOT)
    account = ready["demo_accounts"][0]
    found = httpx.post(f"{ready['api']}/sessions", json={"email": account["email"], "password": account["password"]}).json()
    headers = {"Authorization": f"Bearer {found['access_token']}"}
    organisation = httpx.get(f"{ready['api']}/organisations", headers=headers).json()["items"][0]["id"]
    return found["access_token"], organisation


def database_url(data: Path) -> str:
    password = (data / "database_password").read_text().strip()
    return f"postgresql://phoenix:{password}@/phoenix?host={data / 'postgres'}"


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
