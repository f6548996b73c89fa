"""The configuration of the embedded PostgreSQL, written into its folder at every start."""

from __future__ import annotations

from pathlib import Path

from phoenix.embedded.privileges import Account, hand_over

# Enough for one small machine. `fsync` and `synchronous_commit` stay on, so that acknowledged writes survive a power cut.
CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "huge_pages": "off",
    "io_method": "sync",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_worker_slots": "2",
    "autovacuum_max_workers": "2",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statement errors quote what people typed. The application logs them, since it knows how to redact them.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


def write_configuration(folder: Path, sockets: Path, account: Account | None) -> None:
    """The server's settings and access rules: only roles with a password, through the socket."""
    values = CONFIGURATION | {
        "unix_socket_directories": str(sockets),
        "hba_file": str(folder / "phoenix_hba.conf"),
    }
    lines = [f"{name} = {_quoted(value)}\n" for name, value in values.items()]
    _write(folder / "phoenix.conf", "# Written by Phoenix at every start.\n" + "".join(lines), account)
    _write(folder / "phoenix_hba.conf", "# Written by Phoenix at every start.\nlocal all all scram-sha-256\n", account)


def _write(path: Path, text: str, account: Account | None) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    hand_over(path, account)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
