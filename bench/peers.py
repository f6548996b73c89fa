"""What Phoenix is compared with: a plain ASGI function, Starlette, and PocketBase with the same rows."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

BODY: dict[str, Any] = {
    "id": "acc_01m85f5g5be80spwdfrq3f74sv",
    "email": "mara.lindqvist@example.com",
    "name": "Mara Lindqvist",
    "time_zone": "Europe/Berlin",
    "locale": "en",
    "picture": None,
    "email_verified": True,
    "created_at": "2026-11-24T00:26:50.923Z",
    "version": 1,
}
BYTES = json.dumps(BODY, separators=(",", ":")).encode()


async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The minimal ASGI application."""
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BYTES)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BYTES, "more_body": False})


async def me(_: Request) -> Response:
    return JSONResponse(BODY)


starlette = Starlette(routes=[Route("/api/v2/me", me)])


def start_granian(target: str, port: int) -> subprocess.Popen[bytes]:
    """A peer on granian, with the options Phoenix uses."""
    command = [sys.executable, "-m", "granian", target, "--interface", "asgi", "--loop", "uvloop", "--http", "1", "--port", str(port)]
    process = subprocess.Popen([*command, "--no-access-log", "--log-level", "warning", "--workers", "1"])
    _wait(f"http://127.0.0.1:{port}/api/v2/me")
    return process


class PocketBase:
    """PocketBase with a collection of entries, an index for the list, and one user who can read and write them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.token = ""
        self._program = str(Path(sys.executable).parent / "pocketbase")

    def start(self, rows: int) -> None:
        admin = ("bench@example.com", "nine lanterns by the harbour")
        self.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([self._program, "superuser", "upsert", *admin, "--dir", str(self.folder)], check=True, capture_output=True)
        self._serve()
        auth = httpx.post(
            f"{self.url}/api/collections/_superusers/auth-with-password", json={"identity": admin[0], "password": admin[1]}
        ).json()
        headers = {"Authorization": auth["token"]}
        rule = "@request.auth.id != ''"
        fields = [
            *({"name": name, "type": "text", "max": 20_000} for name in ("organisation", "author", "title", "body", "time_zone")),
            {"name": "occurred_at", "type": "date"},
        ]
        indexes = ["CREATE INDEX entries_by_time ON entries (organisation, occurred_at)"]
        made = httpx.post(
            f"{self.url}/api/collections",
            headers=headers,
            json={"name": "entries", "type": "base", "fields": fields, "listRule": rule, "createRule": rule, "indexes": indexes},
        )
        made.raise_for_status()
        user = {"email": "ada@example.com", "password": admin[1], "passwordConfirm": admin[1]}
        httpx.post(f"{self.url}/api/collections/users/records", headers=headers, json=user).raise_for_status()
        self.stop()
        self._fill(rows)
        self._serve()
        found = httpx.post(
            f"{self.url}/api/collections/users/auth-with-password", json={"identity": user["email"], "password": admin[1]}
        ).json()
        self.token = found["token"]

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)

    def _serve(self) -> None:
        self.process = subprocess.Popen(
            [self._program, "serve", "--dir", str(self.folder), "--http", f"127.0.0.1:{self.port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait(f"{self.url}/api/health")

    def _fill(self, rows: int) -> None:
        chance = random.Random(rows)
        words = [
            "valve",
            "line",
            "pressure",
            "sensor",
            "filter",
            "pump",
            "hall",
            "meter",
            "gauge",
            "flow",
            "seal",
            "check",
            "spare",
            "night",
            "shift",
            "report",
        ]

        def made() -> Any:
            for number in range(rows):
                at = time.strftime("%Y-%m-%d %H:%M:%S.000Z", time.gmtime(1_700_000_000 + number * 60))
                title, body = " ".join(chance.choices(words, k=5)), " ".join(chance.choices(words, k=40))
                yield f"r{number:014d}", "org_bench", "acc_bench", title, body, "Europe/Berlin", at

        connection = sqlite3.connect(self.folder / "data.db")
        with connection:
            connection.executemany(
                "INSERT INTO entries (id, organisation, author, title, body, time_zone, occurred_at) VALUES (?, ?, ?, ?, ?, ?, ?)", made()
            )
        connection.execute("ANALYZE")
        connection.close()


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} did not answer")
