"""kill -9 at the worst moments: after an acknowledged write, during a job, during a refill. Nothing acknowledged is lost."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests import waiting
from tests.running import Running, running

from phoenix.embedded.processes import is_gone

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")]


@pytest.fixture(scope="module")
def phoenix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("faults") / "data", "--demo") as started:
        yield started


def sign_in(phoenix: Running) -> tuple[dict[str, str], str]:
    """The request headers of a demo person, and their organisation."""
    demo = phoenix.ready["demo_accounts"][0]
    found = httpx.post(f"{phoenix.url}/api/v2/sessions", json={"email": demo["email"], "password": demo["password"]}).json()
    headers = {"Authorization": f"Bearer {found['access_token']}"}
    return headers, httpx.get(f"{phoenix.url}/api/v2/organisations", headers=headers).json()["items"][0]["id"]


def processes(phoenix: Running, *words: str) -> list[int]:
    """The processes of this installation whose command line contains all the words: its children, and those with its data folder."""
    found = []
    assert phoenix.process is not None
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            # PostgreSQL and Valkey have none of Phoenix's variables in their environment.
            parent = int((path.parent / "stat").read_text().rpartition(")")[2].split()[1])
            named = f"PHOENIX_UP_DATA={phoenix.data.resolve()}\0".encode() in path.read_bytes()
            ours = named or parent == phoenix.process.pid
            command = (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if ours and all(word in command for word in words):
            found.append(int(path.parent.name))
    return sorted(found)


def eventually(condition: Callable[[], object], seconds: float = 40) -> None:
    waiting.eventually(condition, seconds, what="it was not restarted", lost=(httpx.TransportError,))


def alive(phoenix: Running, *words: str) -> list[int]:
    """As `processes`, but waits until there is one: a process that an earlier test killed may still be restarting."""
    eventually(lambda: processes(phoenix, *words))
    return processes(phoenix, *words)


def is_ready(phoenix: Running) -> bool:
    return httpx.get(f"{phoenix.url}/readyz").status_code == 200


@pytest.mark.parametrize("words", [("granian",), ("phoenix.worker",), ("valkey-server",), ("postgres", "-D")], ids=lambda w: w[0])
def test_no_acknowledged_write_is_lost_whichever_process_is_killed(phoenix: Running, words: tuple[str, ...]) -> None:
    eventually(lambda: is_ready(phoenix))
    headers, organisation = sign_in(phoenix)
    acknowledged: list[str] = []
    stop = threading.Event()

    def write() -> None:
        number = 0
        with httpx.Client(headers=headers, timeout=20) as client:
            while not stop.is_set():
                number += 1
                body = {"organisation": organisation, "title": f"{words[0]} {number}"}
                try:
                    answer = client.post(f"{phoenix.url}/api/v2/entries", json=body)
                except httpx.TransportError:
                    continue
                if answer.status_code == 201:
                    acknowledged.append(answer.json()["id"])
                else:
                    assert answer.status_code == 503, answer.text

    writer = threading.Thread(target=write)
    writer.start()
    try:
        eventually(lambda: len(acknowledged) > 5)
        killed = alive(phoenix, *words)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: all(is_gone(pid) for pid in killed))
        eventually(lambda: is_ready(phoenix))
        before = len(acknowledged)
        eventually(lambda: len(acknowledged) > before + 3)
    finally:
        stop.set()
        writer.join(30)
    assert len(acknowledged) > 5
    with httpx.Client(headers=headers, timeout=20) as client:
        assert all(
            client.get(f"{phoenix.url}/api/v2/entries/{entry}").status_code == 200 for entry in acknowledged[:20] + acknowledged[-20:]
        )
        feed = client.get(f"{phoenix.url}/api/v2/feed", params={"organisation": organisation}).json()
        assert feed["items"][0]["subject"] == acknowledged[-1], "the event of an acknowledged entry is there"


def test_a_job_of_a_killed_worker_is_run_by_the_next(phoenix: Running) -> None:
    eventually(lambda: is_ready(phoenix))
    worker = alive(phoenix, "phoenix.worker")[0]
    os.kill(worker, signal.SIGSTOP)
    email = "killed@example.com"
    body = {"email": email, "password": "nine lanterns by the harbour", "name": "K", "accept_terms": True}
    assert httpx.post(f"{phoenix.url}/api/v2/accounts", json=body).status_code == 202
    os.kill(worker, signal.SIGKILL)
    code = re.search(r"^\d{8}$", phoenix.mail(email, seconds=40)["text"], re.MULTILINE)
    assert code
    assert (
        httpx.post(
            f"{phoenix.url}/api/v2/accounts/verify", json={"email": email, "code": code[0], "password": body["password"]}
        ).status_code
        == 204
    )


def test_children_end_with_a_killed_parent_and_the_next_start_has_all_data(tmp_path: Path) -> None:
    phoenix = Running(tmp_path / "data", "--demo").start()
    headers, organisation = sign_in(phoenix)
    made = httpx.post(f"{phoenix.url}/api/v2/entries", headers=headers, json={"organisation": organisation, "title": "Kept"}).json()
    assert phoenix.process is not None
    phoenix.process.kill()
    phoenix.process.wait(10)
    assert phoenix.process.stdout is not None
    phoenix.process.stdout.close()
    eventually(lambda: not processes(phoenix, "granian"), 20)
    phoenix.start()
    try:
        found = httpx.get(f"{phoenix.url}/api/v2/entries/{made['id']}", headers=headers)
        assert found.json()["title"] == "Kept", "the session and the entry still exist"
    finally:
        assert phoenix.stop() == 0
