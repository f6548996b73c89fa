"""The database of every release, upgraded to this Phoenix: people can still do what they could do before.

Each folder next to this file contains a release's database as its own code made it (docs/release.md). The checks use only HTTP and
the command line, never internal names.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.conftest import as_application, database_url
from tests.harness import Harness, Place
from tests.releases import behaviour
from tests.releases.behaviour import User
from tests.software_passkey import Authenticator, Key

from phoenix.kernel.clock import SetClock
from phoenix.settings import Settings

ROOT = Path(__file__).parents[2]
RELEASES = sorted(path.parent for path in Path(__file__).parent.glob("*/release.json"))


def variables(place: Place, recorded: dict[str, Any]) -> dict[str, str]:
    """Settings for another process on the same database."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PHOENIX_")},
        "PHOENIX_ENVIRONMENT": recorded["environment"],
        "PHOENIX_SECRET_KEY": recorded["secret_key"],
        "PHOENIX_DATABASE_URL": place.database,
        "PHOENIX_DATABASE_OWNER_URL": place.owner,
        "PHOENIX_CACHE_URL": place.valkey,
        "PHOENIX_DATA": str(place.folder),
        "PHOENIX_PUBLIC_URL": "http://phoenix.test",
        "PHOENIX_STATIC": str(Settings().web.static),
    }


def command(place: Place, recorded: dict[str, Any], *words: str) -> str:
    """Run a Phoenix command, which must succeed; returns its output."""
    done = subprocess.run(
        [sys.executable, "-m", "phoenix.cli", *words], env=variables(place, recorded), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def forget_cache(url: str) -> None:
    """Empty the cache: dumps always contain the same IDs and secret, so one test would read what another has cached."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write((f"AUTH {parts.password}\r\n" if parts.password else "").encode() + b"FLUSHALL\r\nPING\r\n")
    assert b"+PONG" in await reader.readuntil(b"+PONG")
    writer.close()
    await writer.wait_closed()


@pytest.fixture(scope="module", params=RELEASES, ids=lambda folder: folder.name)
def release(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture(scope="module")
def recorded(release: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release / "release.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def migrated(
    release: Path, recorded: dict[str, Any], postgres: str, valkey: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of the release's database after `phoenix db migrate`, from which tests copy."""
    name = f"release_{uuid.uuid4().hex[:12]}"
    url = database_url(postgres, name)
    asyncio.run(execute(postgres, f"CREATE DATABASE {name}"))
    asyncio.run(execute(url, (release / "dump.sql").read_text(encoding="utf-8")))
    place = Place(as_application(url), valkey, tmp_path_factory.mktemp("release"), owner=url)
    before = set(command(place, recorded, "db", "pending").split())
    said = command(place, recorded, "db", "migrate")
    assert before
    assert f"{len(before)} revisions applied" in said
    assert command(place, recorded, "db", "pending") == ""
    yield name
    asyncio.run(execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def upgraded(migrated: str, postgres: str, valkey: str, tmp_path: Path) -> Iterator[Place]:
    """A copy of the migrated database for one test."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    asyncio.run(execute(postgres, f"CREATE DATABASE {name} TEMPLATE {migrated} STRATEGY FILE_COPY"))
    asyncio.run(forget_cache(valkey))
    url = database_url(postgres, name)
    yield Place(as_application(url), valkey, tmp_path, owner=url)
    asyncio.run(forget_cache(valkey))
    asyncio.run(execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def harness(upgraded: Place, recorded: dict[str, Any]) -> Harness:
    """The current Phoenix on that database, two minutes after the dump was made."""
    clock = SetClock(datetime.fromisoformat(recorded["taken_at"]) + timedelta(minutes=2))
    return Harness(upgraded, variables={"PHOENIX_SECRET_KEY": recorded["secret_key"]}, clock=clock)


def user(harness: Harness, recorded: dict[str, Any]) -> User:
    return User(harness.new_client, recorded, harness.clock.now)


def test_sessions_tokens_and_keys_from_before_the_upgrade_are_still_valid(harness: Harness, recorded: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await behaviour.old_credentials_count(user(harness, recorded))
            await behaviour.an_old_refresh_token_counts(user(harness, recorded), "ada")

    asyncio.run(run())


def test_people_sign_in_with_their_old_passwords_and_second_factors(harness: Harness, recorded: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await behaviour.people_sign_in(user(harness, recorded))
            await behaviour.a_backup_code_counts_once(user(harness, recorded), 0)

    asyncio.run(run())


def test_an_old_passkey_signs_in(harness: Harness, recorded: dict[str, Any]) -> None:
    held = recorded["people"]["di"]["passkey"]
    phone = Authenticator(keys={held["id"]: Key(ec.derive_private_key(int(held["key"]), ec.SECP256R1()), held["user"])})

    async def run() -> None:
        async with harness:
            offer = (await harness.post("/api/v2/sessions/passkey/options", json={})).json()
            given = {"challenge": offer["challenge"], "credential": phone.get(offer["options"])}
            made = await harness.post("/api/v2/sessions/passkey", json=given)
            assert made.status_code == 201, made.text
            assert made.json()["account"]["id"] == recorded["people"]["di"]["account"]

    asyncio.run(run())


def test_entries_feed_and_dashboard_show_what_was_there_and_what_is_new(harness: Harness, recorded: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await behaviour.their_things_are_there(user(harness, recorded))
            await behaviour.something_new_can_be_made(user(harness, recorded), "Made after the upgrade")
            cookie = {"Cookie": f"phoenix_session={recorded['people']['ada']['session_cookie']}"}
            organisations = await harness.get("/api/v2/organisations", headers=cookie)
            slug = next(o["slug"] for o in organisations.json()["items"] if o["id"] == recorded["organisation"])
            for page in ("feed", "entries", "dashboard"):
                shown = await harness.get(f"/o/{slug}/{page}", headers=cookie)
                assert shown.status_code == 200, shown.text
                assert "Pump &lt;b&gt;4&lt;/b&gt; runs" in shown.text or page == "dashboard"

    asyncio.run(run())


def test_waiting_jobs_are_run_after_the_upgrade(harness: Harness, recorded: dict[str, Any]) -> None:
    bo = recorded["people"]["bo"]

    async def run() -> None:
        async with harness:
            assert await harness.work()
            complete = {"email": bo["email"], "code": harness.code(bo["email"]), "password": "twelve new kettles on the roof"}
            assert (await harness.post("/api/v2/password_resets/complete", json=complete)).status_code == 204
            await user(harness, recorded).sign_in("bo", password=complete["password"])
            await user(harness, recorded).sign_in("bo", 401)

    asyncio.run(run())


def test_an_account_is_deleted_after_its_grace_period(harness: Harness, recorded: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await user(harness, recorded).sign_in("cy")
            harness.clock.advance(days=14, hours=1)
            await run_schedules(harness)
            await harness.work()
            await user(harness, recorded).sign_in("cy", 401)

    asyncio.run(run())


async def run_schedules(harness: Harness) -> None:
    """Run every scheduled task of a worker once."""
    for module in harness.registry.modules:
        for schedule in module.schedules:
            await schedule.run(harness.runtime)


def test_the_audit_log_is_intact_and_appended_to(harness: Harness, recorded: dict[str, Any]) -> None:
    before = command(harness.place, recorded, "audit", "verify")
    assert "verified" in before

    async def run() -> None:
        async with harness:
            await behaviour.something_new_can_be_made(user(harness, recorded), "For the log")
            await harness.follow()
            await harness.follow()

    asyncio.run(run())
    after = command(harness.place, recorded, "audit", "verify")
    assert "verified" in after
    rows = [int("".join(letter for letter in said if letter.isdigit())) for said in (before, after)]
    # At least one event that no follower had seen when the dump was made, and a new one.
    assert rows[1] >= rows[0] + 2


def test_nobody_is_notified_of_what_happened_before_the_upgrade(harness: Harness, recorded: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await harness.follow()
            cookie = {"Cookie": f"phoenix_session={recorded['people']['ada']['session_cookie']}"}
            answer = await harness.get("/api/v2/notifications", headers=cookie)
            assert (answer.status_code, answer.json()["items"]) == (200, [])
            # Someone accepted an invitation of theirs.
            assert await harness.sql(
                "SELECT FROM events WHERE kind = 'organisations.member_joined' AND data ->> 'invited_by' = $1",
                recorded["people"]["ada"]["account"],
            )

    asyncio.run(run())


def test_zones_that_the_release_stored_under_a_former_name_get_their_canonical_one(harness: Harness, recorded: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            for table in ("accounts", "entries"):
                await harness.sql(f"UPDATE {table} SET time_zone = 'Asia/Calcutta' WHERE time_zone = 'Asia/Kolkata'")  # noqa: S608 - our own names
                await harness.sql(f"UPDATE {table} SET time_zone = 'US/Eastern' WHERE time_zone = 'Europe/Berlin'")  # noqa: S608
            await run_schedules(harness)
            for table in ("accounts", "entries"):
                found = {row[0] for row in await harness.sql(f"SELECT time_zone FROM {table}")}  # noqa: S608
                assert {"Asia/Kolkata", "America/New_York"} <= found
                assert not found & {"Asia/Calcutta", "US/Eastern"}

    asyncio.run(run())


@pytest.mark.slow
def test_the_code_of_the_release_still_serves_a_migrated_database(
    release: Path, harness: Harness, upgraded: Place, recorded: dict[str, Any], tmp_path: Path
) -> None:
    """The old and the new code serve the same database in turn, as while machines are updated one after the other."""
    known = subprocess.run(["git", "cat-file", "-e", f"{recorded['commit']}^{{commit}}"], cwd=ROOT, check=False, capture_output=True)
    if known.returncode != 0:
        pytest.skip(f"this clone does not have the commit {recorded['commit']}: it needs the whole history, `git fetch --unshallow`")
    source = tmp_path / "source"
    source.mkdir()
    with subprocess.Popen(["git", "archive", recorded["commit"], "src"], cwd=ROOT, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", source], stdin=archive.stdout, check=True)

    async def serve(round_: int) -> None:
        async with harness:
            await behaviour.everything(user(harness, recorded), round_=round_)

    asyncio.run(serve(0))
    environment = {**variables(upgraded, recorded), "PYTHONPATH": str(source / "src"), "PHOENIX_DATABASE_OWNER_URL": ""}
    script = Path(__file__).with_name("old_code.py")
    old = subprocess.run(
        [sys.executable, script, release / "release.json", "4", "1"],
        env=environment,
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert old.returncode == 0, old.stderr
    harness.clock.advance(minutes=4)
    asyncio.run(serve(2))
