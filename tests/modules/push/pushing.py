"""A stand-in for a push service and a browser, which decrypts as RFC 8291 says, and what the tests of push share."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention

from phoenix.kernel.security.crypto import to_base64url
from phoenix.modules.notifications.actions.send import send_due
from phoenix.modules.push.actions.send import Pusher
from phoenix.modules.push.encryption import CURVE, point_of, read_point
from phoenix.modules.sessions.actions.create import Client, create_session

PATH = "/api/v2/push_subscriptions"
PUBLIC = "198.41.0.4"


def _derived(material: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(SHA256(), size, salt, info).derive(material)


def decrypted(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes | None:
    """What a browser reads of a message; None for one that is not for it. Written apart from the code under test, by another library's HKDF."""
    salt, size, sender = body[:16], int.from_bytes(body[16:20], "big"), body[21 : 21 + body[20]]
    assert size == 4096
    assert len(body) <= size + 86
    shared = key.exchange(ec.ECDH(), read_point(sender))
    material = _derived(shared, auth, b"WebPush: info\0" + point_of(key.public_key()) + sender, 32)
    secret = _derived(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(material, salt, b"Content-Encoding: nonce\0", 12)
    try:
        padded = AESGCM(secret).decrypt(nonce, body[21 + len(sender) :], b"")
    except InvalidTag:
        return None
    text, delimiter, rest = padded.rpartition(b"\x02")
    assert delimiter
    assert not rest.strip(b"\0")
    return text


@dataclass(slots=True)
class Browser:
    """A browser with its keys, at an address of its push service."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = b"0123456789abcdef"

    @property
    def endpoint(self) -> str:
        return f"https://push.example/send/{self.name}"

    @property
    def subscription(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "p256dh": to_base64url(point_of(self.key.public_key())), "auth": to_base64url(self.auth)}


def answered(status: int, **headers: str) -> httpx.Response:
    """An answer as it comes from the network: not read yet."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b""))


@dataclass(slots=True)
class PushService:
    """What came, and what is answered: each of `answers` once, then 201."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    came: list[httpx.Request] = field(default_factory=list)
    found: list[str] = field(default_factory=lambda: [PUBLIC])
    """The addresses of its host."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.came.append(request)
        answer = self.answers.pop(0) if self.answers else answered(201)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def find(self, host: str, port: int) -> list[str]:
        assert (host, port) == ("push.example", 443)
        return self.found

    def shown(self, browser: Browser) -> list[dict[str, Any]]:
        """What this browser was sent, in order."""
        bodies = [request.content for request in self.came if request.url.path == f"/send/{browser.name}"]
        return [json.loads(text) for body in bodies if (text := decrypted(body, browser.key, browser.auth)) is not None]


@contextlib.asynccontextmanager
async def pushing(harness: Harness, service: PushService | None = None) -> AsyncIterator[PushService]:
    """Phoenix with this push service in place of the network."""
    service = service or PushService()
    before = harness.runtime.parts[Pusher]
    harness.runtime.parts[Pusher] = made = Pusher("tests", find=service.find, transport=httpx.MockTransport(service.answer))
    try:
        yield service
    finally:
        harness.runtime.parts[Pusher] = before
        await made.close()


async def turn_on(harness: Harness, who: str, browser: Browser | None = None) -> Browser:
    browser = browser or Browser(who)
    answer = await harness.post(PATH, by=who, json=browser.subscription)
    assert answer.status_code == 201, answer.text
    return browser


async def mention_bo(harness: Harness, times: int = 1) -> None:
    """Bo is mentioned so many times, and the jobs about it run."""
    for _ in range(times):
        await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
        await harness.follow()
        await harness.work()


async def states(harness: Harness) -> list[tuple[str, str | None]]:
    """The states of what was queued for push, and the reasons."""
    rows = await harness.sql("SELECT state, reason FROM notification_deliveries WHERE channel = 'push' ORDER BY account_id, number")
    return [(row["state"], row["reason"]) for row in rows]


async def queue_mention(harness: Harness) -> None:
    """Bo is mentioned, and a job for each browser waits."""
    await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
    await harness.follow()
    await send_due(harness.runtime)


async def turn_on_elsewhere(harness: Harness, who: str, name: str = "elsewhere") -> Browser:
    """In another browser, with a session of its own."""
    browser = Browser(name)
    async with harness.runtime.database.transaction() as tx:
        client = Client(name, "", remember=True)
        made = await create_session(harness.runtime, tx, account=harness.people[who].id, method="test", client=client)
    answer = await harness.post(PATH, json=browser.subscription, headers={"Authorization": f"Bearer {made.token}"})
    assert answer.status_code == 201, answer.text
    return browser


async def due(harness: Harness) -> None:
    """What the schedule does every minute."""
    await send_due(harness.runtime)
    await harness.work()
