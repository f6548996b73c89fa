"""The bundles and the assets of modules on both listeners: what is served, with which headers, and what is not found."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.app import Phoenix
from phoenix.composition import MODULES
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.static_files import CHUNK
from phoenix.settings import Settings

PREFIXES = ("/static/", "/assets/polls/")
COPIES = {".br": "br", ".gz": "gzip"}
FILES = {
    "poll.css": ("p { color: red }", "text/css; charset=utf-8"),
    "poll.js": ("document.title = 1", "text/javascript; charset=utf-8"),
    "mark.svg": ("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml"),
    "page.html": ("<script>1</script>", "text/html; charset=utf-8"),
    "page.xhtml": ("<html xmlns='http://www.w3.org/1999/xhtml'/>", None),
    "deeper/names.txt": ("names", "text/plain; charset=utf-8"),
    "letters.woff2": ("letters", "font/woff2"),
    "packed.tar.gz": ("packed", "application/octet-stream"),
    "nothing-known.zzz": ("?", "application/octet-stream"),
    "empty.css": ("", "text/css; charset=utf-8"),
}
# A longer name than any file can have, and a longer path.
LONG = ("x" * 300, "/".join(["x" * 200] * 30))


@pytest.fixture
def listeners(harness: Harness, tmp_path: Path) -> Harness:
    """A Phoenix whose bundles and assets are these files, next to files that must not be served."""
    folder = tmp_path / "polls"
    for base in (folder / "assets", tmp_path / "static"):
        for name, (text, _kind) in FILES.items():
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (base / name).write_text(text)
        (base / "large.bin").write_bytes(os.urandom(2 * CHUNK + 7))
        (base / "secret").symlink_to(tmp_path / "secret.txt")
        (base / "elsewhere").symlink_to(tmp_path / "polls-private")
        (base / "again.css").symlink_to(base / "poll.css")
        (base / "circle").symlink_to(base / "circle")
        os.mkfifo(base / "pipe")
    (tmp_path / "secret.txt").write_text("a secret")
    # Next to the folder, with a name that starts with the folder's name.
    for beside in (tmp_path / "polls-private", folder / "assets-private", tmp_path / "static-private"):
        beside.mkdir()
        (beside / "secret.txt").write_text("a secret")
    for name in ("manifest.json", *(path.name for path in Settings().web.static.glob("app-*"))):
        shutil.copy(Settings().web.static / name, tmp_path / "static" / name)
    harness.variables["PHOENIX_STATIC"] = str(tmp_path / "static")
    harness.registry = Registry((*MODULES, Module(name="polls", about="Brings files.", folder=folder)))
    return harness


async def both(harness: Harness, stack: AsyncExitStack) -> list[tuple[Phoenix, httpx.AsyncClient]]:
    """The public listener and the admin panel, each with its client."""
    await stack.enter_async_context(harness)
    panel = await stack.enter_async_context(Panel(harness))
    assert harness._phoenix is not None
    assert panel.app is not None
    return [(harness._phoenix, harness.client), (panel.app, panel.client())]


async def asked(app: Phoenix, client: httpx.AsyncClient, path: str, method: str = "GET") -> tuple[int, bytes]:
    """The response to a decoded path, as a server passes it on. A client would refuse to send some of these paths."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": b"/", "query_string": b"", "root_path": "", "headers": [(b"host", client.base_url.netloc)],
        "client": ("127.0.0.1", 1), "server": ("phoenix.test", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_files_are_served_with_headers_that_keep_them_from_running_as_pages(listeners: Harness) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            for _app, client in await both(listeners, stack):
                for prefix in PREFIXES:
                    for name, (text, kind) in FILES.items():
                        answer = await client.get(prefix + name)
                        assert (answer.status_code, answer.text) == (200, text), prefix + name
                        assert answer.headers["x-content-type-options"] == "nosniff"
                        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
                        assert answer.headers["cache-control"] == "max-age=31536000, public, immutable"
                        assert answer.headers["content-length"] == str(len(text))
                        assert kind is None or answer.headers["content-type"] == kind
                        policy = answer.headers["content-security-policy"]
                        assert policy.startswith("default-src 'none'")
                        assert "'unsafe-inline'" not in policy.partition("style-src")[0]
                        assert ("sandbox" in policy.split("; ")) == (not name.endswith(".js")), name

    asyncio.run(run())


def test_a_file_that_the_client_has_cached_is_not_sent_again(listeners: Harness) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            for _app, client in await both(listeners, stack):
                for prefix in PREFIXES:
                    first = await client.get(f"{prefix}poll.css")
                    again = await client.get(f"{prefix}poll.css", headers={"If-None-Match": first.headers["etag"]})
                    assert (again.status_code, again.content) == (304, b"")
                    assert again.headers["etag"] == first.headers["etag"]
                    assert (await client.get(f"{prefix}poll.css", headers={"If-None-Match": '"other"'})).status_code == 200
                    head = await client.head(f"{prefix}poll.css")
                    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", first.headers["content-length"])
                    assert (await client.get(f"{prefix}again.css")).text == first.text, "a link that stays inside the folder"
                    large = await client.get(f"{prefix}large.bin")
                    assert len(large.content) == int(large.headers["content-length"]) == 2 * CHUNK + 7

    asyncio.run(run())


SIZE = 2 * CHUNK + 7


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=5-9", range(5, 10)),
        ("bytes=5-", range(5, SIZE)),
        ("bytes=-3", range(SIZE - 3, SIZE)),
        (f"bytes=-{SIZE + 5}", range(SIZE)),
        (f"bytes=10-{SIZE * 9}", range(10, SIZE)),
        (f"bytes={SIZE - 1}-{SIZE - 1}", range(SIZE - 1, SIZE)),
    ],
)
def test_a_part_of_a_file_is_sent_alone(listeners: Harness, wanted: str, part: range) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            for _app, client in await both(listeners, stack):
                path = f"{PREFIXES[1]}large.bin"
                whole = await client.get(path)
                assert whole.headers["accept-ranges"] == "bytes"
                for headers in ({"Range": wanted}, {"Range": wanted, "If-Range": whole.headers["etag"]}):
                    answer = await client.get(path, headers=headers)
                    assert (answer.status_code, answer.content) == (206, whole.content[part.start : part.stop])
                    assert answer.headers["content-range"] == f"bytes {part.start}-{part.stop - 1}/{SIZE}"
                    assert answer.headers["content-length"] == str(len(part))
                    assert answer.headers["etag"] == whole.headers["etag"]
                    assert answer.headers["x-content-type-options"] == "nosniff"

    asyncio.run(run())


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", f"bytes={SIZE + 4}-{SIZE + 9}", "bytes=-0"])
def test_a_part_that_a_file_does_not_have_is_refused(listeners: Harness, wanted: str) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            for _app, client in await both(listeners, stack):
                answer = await client.get(f"{PREFIXES[1]}large.bin", headers={"Range": wanted})
                assert (answer.status_code, answer.content) == (416, b"")
                assert answer.headers["content-range"] == f"bytes */{SIZE}"

    asyncio.run(run())


WHOLE: list[dict[str, str]] = [
    *({"Range": text} for text in ("bytes=9-5", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=" + "9" * 40 + "-", "")),
    {"Range": "bytes=0-1", "If-Range": '"other"'},
    {"Range": "bytes=0-1", "If-Range": "Mon, 23 Nov 2026 12:00:00 GMT"},
]


@pytest.mark.parametrize("headers", WHOLE, ids=lambda headers: " ".join(headers.values())[:30])
def test_what_asks_for_no_part_of_this_version_gets_the_whole_file(listeners: Harness, headers: dict[str, str]) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            for _app, client in await both(listeners, stack):
                answer = await client.get(f"{PREFIXES[1]}large.bin", headers=headers)
                assert (answer.status_code, len(answer.content)) == (200, SIZE)
                head = await client.head(f"{PREFIXES[1]}large.bin", headers={"Range": "bytes=0-1"})
                assert (head.status_code, head.headers["content-length"]) == (200, str(SIZE))
                cached = {"If-None-Match": answer.headers["etag"], "Range": "bytes=0-1"}
                assert (await client.get(f"{PREFIXES[1]}large.bin", headers=cached)).status_code == 304

    asyncio.run(run())


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ".",
            "deeper",
            "deeper/",
            "poll.css/",
            "./poll.css",
            "deeper//names.txt",
            "other.css",
            "poll.css\0",
            "\0",
            "a\0b/poll.css",
            "\udcff",
            "\ud800",
            "\ud800/poll.css",
        ),
        *("../secret.txt", "deeper/../poll.css", "..", "deeper/../../secret.txt", "/etc/hostname", "//etc/hostname", *LONG),
        *("secret", "elsewhere/secret.txt", "circle", "pipe", "../static-private/secret.txt", "../assets-private/secret.txt"),
    ],
    ids=ascii,
)
def test_a_path_outside_the_folder_is_not_found(listeners: Harness, name: str) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            for app, client in await both(listeners, stack):
                for prefix in PREFIXES:
                    for method in ("GET", "HEAD"):
                        status, body = await asked(app, client, prefix + name, method)
                        assert (status, b"a secret" in body) == (404, False), f"{method} {prefix}{name!a}"

    asyncio.run(run())


def test_a_percent_encoded_path_outside_the_folder_is_not_found(listeners: Harness) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            for _app, client in await both(listeners, stack):
                for prefix in PREFIXES:
                    for name in ("%00", "poll.css%00", "%ff", "%ed%a0%80", "%2e%2e/secret.txt", "..%2fsecret.txt", "%2fetc/hostname"):
                        assert (await client.get(prefix + name)).status_code == 404, prefix + name

    asyncio.run(run())


@pytest.mark.parametrize(
    ("wanted", "coding"),
    [
        ("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0.5, gzip", "gzip"), ("*", "br"), ("br;q=0, gzip;q=0", ""),
        ("identity", ""), ("zstd", ""), ("br;q=0, *;q=0.1", "gzip"),
    ],
)  # fmt: skip
def test_the_compressed_copy_that_a_client_wants_most_is_sent(listeners: Harness, tmp_path: Path, wanted: str, coding: str) -> None:
    for folder in (tmp_path / "static", tmp_path / "polls" / "assets"):
        for suffix, name in COPIES.items():
            (folder / f"poll.js{suffix}").write_bytes(b"copy in " + name.encode())

    async def run() -> None:
        async with AsyncExitStack() as stack:
            for _app, client in await both(listeners, stack):
                for prefix in PREFIXES:
                    plain = await client.get(f"{prefix}poll.js", headers={"Accept-Encoding": "identity"})
                    async with client.stream("GET", f"{prefix}poll.js", headers={"Accept-Encoding": wanted}) as answer:
                        sent = b"".join([part async for part in answer.aiter_raw()])
                    assert answer.headers.get("content-encoding", "") == coding
                    assert sent == (f"copy in {coding}".encode() if coding else plain.content)
                    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
                    assert answer.headers["content-type"] == plain.headers["content-type"]
                    assert (answer.headers["etag"] == plain.headers["etag"]) == (coding == "")
                    tag = {"Accept-Encoding": wanted, "If-None-Match": answer.headers["etag"]}
                    assert (await client.get(f"{prefix}poll.js", headers=tag)).status_code == 304
                    # A range is one of the copy that is sent, and a tag of another copy asks for the whole.
                    ranged = {"Accept-Encoding": wanted, "Range": "bytes=1-3", "If-Range": answer.headers["etag"]}
                    async with client.stream("GET", f"{prefix}poll.js", headers=ranged) as part:
                        assert (part.status_code, b"".join([piece async for piece in part.aiter_raw()])) == (206, sent[1:4])
                    if coding:
                        ranged["If-Range"] = plain.headers["etag"]
                        async with client.stream("GET", f"{prefix}poll.js", headers=ranged) as whole:
                            assert whole.status_code == 200

    asyncio.run(run())


def test_every_bundle_that_is_worth_it_has_its_compressed_copies() -> None:
    static = Settings().web.static
    bundles = [path for path in static.iterdir() if path.suffix in {".js", ".css", ".svg"}]
    assert len(bundles) > 3
    for path in bundles:
        made = {suffix for suffix in COPIES if (static / (path.name + suffix)).exists()}
        assert made == (set(COPIES) if path.stat().st_size >= 1000 else set()), path.name
        if made:
            assert gzip.decompress((static / f"{path.name}.gz").read_bytes()) == path.read_bytes()
