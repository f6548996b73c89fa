"""Figures for accounts: sign-ins compared with plain Argon2, the session check of a hot read, and reads during a flood of sign-ins.

`python -m bench.accounts`. Everything runs on 127.0.0.1 with limits; ratios are medians of interleaved rounds in one run.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.load import tree
from phoenix.app import Phoenix
from phoenix.composition import REGISTRY
from phoenix.embedded.postgres.server import Postgres
from phoenix.kernel.web.compression import Compression
from phoenix.kernel.web.hot import HotReads
from phoenix.settings import read_settings

PASSWORD = "nine lanterns by the harbour"
_clients = itertools.count()
BARE = """
import sys, time
from argon2 import PasswordHasher, Type
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
stored = hasher.hash({password!r})
start = time.process_time()
for _ in range({count}):
    hasher.verify(stored, {password!r})
print({count} / (time.process_time() - start))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sign-ins", type=int, default=150, help="of each round")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="phoenix-bench-") as folder:
        figures = measure(Path(folder), arguments.rounds, arguments.sign_ins)
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


def measure(folder: Path, rounds: int, sign_ins: int) -> dict[str, Any]:
    """Measure the figures on one Phoenix."""
    process = subprocess.Popen(
        [sys.executable, "-m", "phoenix.cli", "up", "--json", "--port", "8481", "--data", str(folder / "data"), "--demo"],
        stdout=subprocess.PIPE,
        text=True,
        # Each request has another client address, so that limits by address count them as a crowd of clients.
        env={**os.environ, "PHOENIX_TRUSTED_PROXIES": "127.0.0.1/32"},
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        figures = asyncio.run(_measure(ready, process.pid, rounds, sign_ins))
        figures["session_check_microseconds"] = asyncio.run(_session_check(folder / "data", ready))
        return figures
    finally:
        process.terminate()
        process.wait(60)


async def _measure(ready: dict[str, Any], pid: int, rounds: int, sign_ins: int) -> dict[str, Any]:
    demo = ready["demo_accounts"][0]
    async with httpx.AsyncClient(base_url=f"{ready['url']}/api/v2", timeout=60) as client:
        first = (await client.post("/sessions", json={"email": demo["email"], "password": demo["password"]})).json()
        ours, bare = [], []
        for _round in range(rounds):
            bare.append(await asyncio.to_thread(_bare, sign_ins))
            ours.append(await _sign_ins(client, pid, demo, first["device"], sign_ins))
        quiet, flooded = await _reads_under_a_flood(client, demo, first)
    return {
        "log_ins_per_cpu_second": round(statistics.median(ours), 1),
        "bare_argon2_per_cpu_second": round(statistics.median(bare), 1),
        "ratio": round(statistics.median(o / b for o, b in zip(ours, bare, strict=True)), 3),
        "reads_p95_milliseconds": {"quiet": round(quiet, 2), "under_a_flood_of_log_ins": round(flooded, 2)},
    }


def _bare(count: int) -> float:
    """Verifications per CPU second of argon2-cffi alone, in a separate process."""
    script = BARE.format(password=PASSWORD, count=count)
    return float(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)


async def _sign_ins(client: httpx.AsyncClient, pid: int, demo: dict[str, str], device: str, count: int) -> float:
    """Sign-ins per CPU second of all of Phoenix's processes, including PostgreSQL and Valkey; four at a time."""
    before = _cpu(pid)
    given = {"email": demo["email"], "password": demo["password"], "device": device}
    gate = asyncio.Semaphore(4)

    async def one() -> None:
        async with gate:
            answer = await client.post("/sessions", json=given, headers=_person())
            assert answer.status_code == 201, answer.text

    await asyncio.gather(*(one() for _ in range(count)))
    return count / (_cpu(pid) - before)


async def _reads_under_a_flood(client: httpx.AsyncClient, demo: dict[str, str], first: dict[str, Any]) -> tuple[float, float]:
    """P95 of reading one's sessions from the database, with no other load and while 16 clients guess passwords without a pause."""
    head = {"Authorization": f"Bearer {first['access_token']}"}

    async def p95(count: int) -> float:
        took = []
        for _ in range(count):
            start = time.perf_counter()
            assert (await client.get("/sessions", headers=head)).status_code == 200
            took.append(time.perf_counter() - start)
            await asyncio.sleep(0.002)
        return statistics.quantiles(took, n=20)[18] * 1000

    quiet = await p95(400)
    stop = asyncio.Event()

    async def guess(number: int) -> None:
        async with httpx.AsyncClient(base_url=client.base_url, timeout=60) as own:
            count = 0
            while not stop.is_set():
                count += 1
                await own.post("/sessions", json={"email": f"p{number}-{count}@example.com", "password": "x" * 40}, headers=_person())

    flood = [asyncio.create_task(guess(n)) for n in range(16)]
    await asyncio.sleep(1)
    flooded = await p95(400)
    stop.set()
    await asyncio.gather(*flood)
    return quiet, flooded


async def _session_check(data: Path, ready: dict[str, Any]) -> float:
    """Microseconds from a request's headers to its reader on a hot read, in a process of the same installation."""
    variables = {
        "PHOENIX_DATA": str(data),
        "PHOENIX_SECRET_KEY": (data / "secret_key").read_text(encoding="ascii").strip(),
        "PHOENIX_DATABASE_URL": Postgres(data).url,
        "PHOENIX_CACHE_URL": ready["cache"],
        "PHOENIX_PUBLIC_URL": ready["url"],
    }
    demo = ready["demo_accounts"][1]
    phoenix = Phoenix(read_settings(variables), REGISTRY)
    async with phoenix.running() as runtime, httpx.AsyncClient(transport=httpx.ASGITransport(app=phoenix), base_url=ready["url"]) as client:
        made = (await client.post("/api/v2/sessions", json={"email": demo["email"], "password": demo["password"]})).json()
        head = {"Authorization": f"Bearer {made['access_token']}"}
        for _ in range(3):
            (await client.get("/api/v2/me", headers=head)).raise_for_status()
        outermost = phoenix.serve
        assert isinstance(outermost, Compression)
        hot = outermost.app
        assert isinstance(hot, HotReads)
        scope = {
            "type": "http",
            "headers": [(b"host", b"x"), (b"user-agent", b"bench"), (b"authorization", head["Authorization"].encode())],
        }
        rounds = []
        for _ in range(9):
            now, start = runtime.clock.now(), time.perf_counter()
            for _ in range(5_000):
                assert hot.reader(scope, now) is not None
            rounds.append((time.perf_counter() - start) / 5_000 * 1e6)
    return round(statistics.median(rounds), 2)


def _person() -> dict[str, str]:
    number = next(_clients)
    return {"X-Forwarded-For": f"100.{64 + number // 65536 % 64}.{number // 256 % 256}.{number % 256}"}


def _cpu(pid: int) -> float:
    """CPU seconds of a process and its descendants, including those that have ended."""
    ticks = 0
    for each in tree(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100


if __name__ == "__main__":
    main()
