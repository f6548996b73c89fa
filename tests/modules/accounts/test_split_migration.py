"""A database from before the module accounts was split is migrated: its events, waiting jobs and codes get their current names."""

from __future__ import annotations

import asyncio
import re
import shutil
import uuid
from pathlib import Path

import asyncpg
from tests.conftest import database_url

from phoenix.composition import MIGRATIONS, REGISTRY
from phoenix.operations.migrate import migrate

# The migrations from before the split.
THEN = {
    "kernel_0001_ground.py",
    "kernel_0002_two_identities.py",
    "kernel_0003_indexes.py",
    "accounts_0001_accounts.py",
    "accounts_0002_protection.py",
    "admin_0001_audit_log.py",
    "entries_0001_entries.py",
    "organisations_0001_organisations.py",
}
LATER = {path.name for folder in MIGRATIONS for path in folder.glob("*_0*.py")} - THEN
KINDS = [
    "created",
    "logged_in",
    "session_ended",
    "profile_changed",
    "password_reset",
    "permission_granted",
    "slowed_down",
    "unlocked",
    "locked",
    "opened",
    "password_taken",
    "new_device",
    "second_factor_added",
    "second_factor_removed",
    "backup_codes_made",
    "backup_code_used",
    "identity_proven",
    "password_changed",
    "address_changed",
    "passkey_added",
    "passkey_removed",
    "passkey_doubted",
    "identity_connected",
    "identity_disconnected",
    "service_account_made",
    "api_key_made",
    "api_key_revoked",
    "signing_keys_rotated",
    "signing_key_revoked",
    "export_asked",
    "export_fetched_by_staff",
    "deletion_asked",
    "deletion_cancelled",
    "erased",
    "impersonated",
    "impersonation_ended",
    "permission_taken",
]
JOBS = [
    "send_verification",
    "send_already_registered",
    "send_reset",
    "send_forced_reset",
    "send_log_in_code",
    "send_unlock",
    "send_confirmation_code",
    "send_address_change",
    "send_address_changed",
    "send_new_device",
    "send_security_notice",
    "make_export",
    "erase",
]
FILL = """
    INSERT INTO events (id, kind, subject, data, occurred_at)
    SELECT 'evt_' || kind, 'accounts.' || kind, 'acc_1', '{}', now() FROM unnest($1::text[]) AS t (kind)
"""


def test_everything_formerly_named_after_accounts_belongs_to_a_module(postgres: str, tmp_path: Path) -> None:
    name = f"t_{uuid.uuid4().hex[:12]}"
    url = database_url(postgres, name)
    former = []
    for number, folder in enumerate(folder for folder in MIGRATIONS if folder.is_dir()):
        shutil.copytree(folder, tmp_path / str(number), ignore=lambda _, names: LATER & set(names))
        former.append(tmp_path / str(number))

    async def run() -> None:
        server = await asyncpg.connect(postgres)
        await server.execute(f"CREATE DATABASE {name}")
        try:
            await migrate(url, former)
            connection = await asyncpg.connect(url)
            await connection.execute(FILL, KINDS)
            await connection.execute("INSERT INTO events (id, kind, occurred_at) VALUES ('evt_signed', 'admin.audit_log_signed', now())")
            for job in [*(f"accounts.{job}" for job in JOBS), "admin.verify_audit_log"]:
                notice = b'{"account":"acc_1","what":"passkey_doubted"}'
                await connection.execute(
                    "INSERT INTO pgqueuer (priority, entrypoint, payload, status) VALUES (0, $1, $2, 'queued')", job, notice
                )
            await connection.execute("""
                INSERT INTO sign_ups VALUES ('sup_1', 'a@example.com', 'a@example.com', 'A', '!', 'UTC', 'en', now());
                INSERT INTO proofs (id, sign_up_id, email_key, purpose, link_hash, code_hash, code_until, link_until, tries_left, created_at)
                SELECT purpose, 'sup_1', 'a@example.com', purpose, convert_to(purpose, 'UTF8'), '', now(), now(), 5, now()
                  FROM unnest('{sign_in,confirm,reset}'::text[]) AS t (purpose);
            """)
            assert set(await migrate(url, MIGRATIONS)) == {re.match(r"[a-z_]+\d{4}", name)[0] for name in LATER}  # type: ignore[index]
            kinds = {row["kind"] for row in await connection.fetch("SELECT kind FROM events")}
            assert len(kinds) == len(KINDS) + 1
            assert kinds <= set(REGISTRY.events)
            jobs = {row["entrypoint"] for row in await connection.fetch("SELECT entrypoint FROM pgqueuer")}
            assert len(jobs) == len(JOBS) + 1
            assert jobs <= set(REGISTRY.jobs)
            notice = await connection.fetchval("SELECT payload FROM pgqueuer WHERE entrypoint = 'accounts.send_security_notice'")
            assert notice == b'{"account":"acc_1","what":"passkey_refused"}'
            purposes = {row["purpose"] for row in await connection.fetch("SELECT purpose FROM proofs")}
            assert purposes == {"sign_in", "reauthenticate", "reset"}
            await connection.close()
        finally:
            await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await server.close()

    asyncio.run(run())
