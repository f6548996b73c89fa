"""Bodies that end early or cannot be read: reported as the client's error, whoever sends them, at little cost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness

from phoenix.app import Phoenix
from phoenix.composition import MODULES
from phoenix.kernel.web.rules import PUBLIC

FORMS = [
    min(route.paths).replace("{provider:str}", "acme")
    for module in MODULES
    for route in module.routes
    if route.http_methods == {"POST"} and route.opt["rule"].may == PUBLIC and "shows" in route.opt
]


async def status_of(app: Phoenix, token: str, *messages: dict[str, Any]) -> int:
    """The status of a POST whose body arrives in these messages."""
    waiting, answered = list(messages), list[int]()

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    headers = [(b"host", b"phoenix.test"), (b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/api/v2/entries",
        "raw_path": b"/api/v2/entries", "query_string": b"", "root_path": "", "headers": headers, "client": ("127.0.0.1", 1),
        "server": ("phoenix.test", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return answered[0]


def test_a_body_that_ends_early_is_incomplete(harness: Harness) -> None:
    """The server reports this when a client disconnects, and for chunks that it cannot read."""

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert harness._phoenix is not None
            sent: list[dict[str, Any]] = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
            assert await status_of(harness._phoenix, harness.people["ada"].token, *sent) == 400

    asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(20_000))),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="email"\r\nContent-Type: text/plain; charset=nope\r\n\r\na\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="email"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\xff\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="email"'),
        ("multipart/form-data; boundary=x", b"--x\r\nNo header\r\n\r\na\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"\xff" * 100),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n' * 2_000 + b"--x--\r\n"),
        ("multipart/form-data", b"--x"),
        ('multipart/form-data; boundary=""', b"--x"),
    ],
    ids=[
        *(
            "too many fields",
            "an unknown encoding",
            "another encoding than declared",
            "ended early",
            "no header",
            "no parts",
            "too many parts",
        ),
        *("no boundary", "an empty boundary"),
    ],
)
def test_an_unreadable_form_is_refused_with_a_hint(harness: Harness, kind: str, body: bytes) -> None:
    """For every public form, since all forms are read in one place."""

    async def run() -> None:
        async with harness:
            for path in FORMS:
                answer = await harness.new_client().post(path, content=body, headers={"Content-Type": kind})
                assert answer.status_code == 422, f"{path}: {answer.status_code}"
                assert "This form " in answer.text, path
                assert "JSON" not in answer.text, path

    asyncio.run(run())


def test_an_unreadable_api_body_is_refused_with_a_hint_about_json(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            for path in ("/api/v2/organisations", "/api/v2/me/email/confirm"):
                for body in (b"{", b"\xff", b"[" * 100_000):
                    answer = await harness.post(path, by="ada", content=body, headers={"Content-Type": "application/json"})
                    assert answer.status_code == 400, path
                    assert "valid JSON" in answer.json()["detail"]

    asyncio.run(run())
