"""A10: passwords can be any Unicode text, common and leaked ones are refused, and hashing is bounded and leaves the event loop free."""

from __future__ import annotations

import asyncio
import hashlib
import unicodedata
from collections.abc import Callable

import httpx
import pytest
from argon2 import PasswordHasher
from tests.harness import PASSWORD, Harness

from phoenix.kernel.security.breaches import Breaches


@pytest.mark.parametrize(
    "password",
    [
        "correct-ish horse battery stapler",
        "пароль из шести слов здесь",
        "密码短语由许多汉字组成才够长",
        "عبارة مرور طويلة جدا هنا",
        "🦊🌲🏔️🌊🔥🌙⭐🍂🐢🎻🧭🕯️",
        "e\u0301\u0300 quelque chose d'assez long",
        "  leading and trailing spaces  ",
        'with "quotes" & <tags> ; -- \' \\ %00',
        "a" + " lantern by the harbour" * 11,
    ],
)
def test_any_unicode_can_be_a_password(harness: Harness, password: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert (await harness.post("/api/v2/me/password", by="ada", json={"password": password})).status_code == 204
            for typed in (unicodedata.normalize("NFC", password), unicodedata.normalize("NFD", password)):
                assert (await harness.sign_in("ada", password=typed)).status_code == 201
            assert (await harness.sign_in("ada", password=password.strip() + "!")).status_code == 401

    asyncio.run(run())


def test_changing_the_password_ends_the_other_sessions_and_notifies_the_owner(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            other = (await harness.sign_in("ada")).json()["access_token"]
            await harness.events()
            given = {"current_password": PASSWORD, "password": "eleven kettles on the roof"}
            answer = await harness.post("/api/v2/me/password", by="ada", json=given)
            assert answer.status_code == 204
            assert await harness.events() == ["sessions.ended", "sign_in.password_changed"]
            assert (await harness.get("/api/v2/me", headers={"Authorization": f"Bearer {other}"})).status_code == 401
            assert (await harness.get("/api/v2/me", by="ada")).status_code == 200
            await harness.work()
            assert any("password was changed" in mail.text for mail in harness.mails("ada@example.com"))

    asyncio.run(run())


def test_a_hash_with_older_parameters_is_replaced_at_the_next_sign_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
            await harness.sql("UPDATE accounts SET password_hash = $1", old)
            assert (await harness.sign_in("ada")).status_code == 201
            stored = (await harness.sql("SELECT password_hash FROM accounts"))[0]["password_hash"]
            assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
            assert (await harness.sign_in("ada")).status_code == 201

    asyncio.run(run())


def _range(answer: Callable[[httpx.Request], httpx.Response], seen: list[httpx.Request]) -> Breaches:
    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer(request)

    return Breaches("https://range.test/range/", transport=httpx.MockTransport(serve))


LEAKED = "eleven kettles on the roof"
SUFFIX = hashlib.sha1(LEAKED.encode(), usedforsecurity=False).hexdigest().upper()[5:]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda _: httpx.Response(200, text=f"{SUFFIX}:3\r\n{'0' * 35}:1"), 422),
        (lambda _: httpx.Response(200, text=f"{SUFFIX}:0\r\n"), 204),
        (lambda _: httpx.Response(200, text="nonsense"), 204),
        (lambda _: httpx.Response(503), 204),
        (lambda request: (_ for _ in ()).throw(httpx.ConnectTimeout("slow", request=request)), 204),
    ],
    ids=["leaked", "padding", "nonsense", "down", "slow"],
)
def test_the_look_up_of_leaked_passwords_is_optional_and_fails_open(
    harness: Harness, answer: Callable[[httpx.Request], httpx.Response], status: int
) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            seen: list[httpx.Request] = []
            harness.runtime.breaches = _range(answer, seen)
            sent = await harness.post("/api/v2/me/password", by="ada", json={"password": LEAKED})
            assert sent.status_code == status
            if status == 422:
                assert sent.json()["errors"][0]["code"] == "breached"
            # Only five characters of the hash leave the machine.
            assert [len(request.url.path.rpartition("/")[2]) for request in seen] == [5]

    asyncio.run(run())


def test_leaked_passwords_are_not_looked_up_unless_a_service_is_configured(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            assert not await harness.runtime.breaches.knows("password")

    asyncio.run(run())


def test_other_requests_are_served_during_a_flood_of_sign_ins(harness: Harness) -> None:
    """When the queue is full, further sign-ins get the answer to try again later, while reads still succeed."""

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            clients = [harness.new_client(address=f"198.51.{n}.7") for n in range(10)]
            flood = asyncio.gather(
                *(clients[n % 10].post("/api/v2/sessions", json={"email": f"p{n}@example.com", "password": "x" * 200}) for n in range(250))
            )
            reads = []
            while not flood.done():
                reads.append((await harness.get("/api/v2/security", by="ada")).status_code)
            answers = await flood
            for client in clients:
                await client.aclose()
            statuses = [answer.status_code for answer in answers]
            assert set(statuses) <= {401, 503}
            assert statuses.count(503) > 0
            assert all(answer.headers.get("retry-after") for answer in answers if answer.status_code == 503)
            assert set(reads) == {200}
            assert len(reads) > 20

    asyncio.run(run())


def test_overlong_passwords_are_refused_before_hashing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            answer = await harness.sign_in("ada", password="x" * 2001)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")
            assert (await harness.sign_in("ada", password="x" * 1999)).status_code == 401
            given = {"current_password": PASSWORD, "password": "ab cd ef " * 29}
            changed = await harness.post("/api/v2/me/password", by="ada", json=given)
            assert (changed.status_code, changed.json()["errors"][0]["code"]) == (422, "too_long")

    asyncio.run(run())
