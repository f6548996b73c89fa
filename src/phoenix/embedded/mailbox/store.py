"""Messages in one SQLite file, written by the mailbox process and read by the web workers.

Every call opens the file and blocks: call it from a thread. An accepted message is already on disk.
"""

from __future__ import annotations

import contextlib
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from phoenix.kernel.sms.message import is_number
from phoenix.settings import Settings

KEPT = 1_000
BUSY_SECONDS = 5.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    source TEXT NOT NULL,
    received_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_of_recipient ON messages (recipient_key, number);
"""
INSERT = """
INSERT INTO messages (recipient, recipient_key, sender, subject, text, html, source, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
COLUMNS = "number, recipient, subject, text, html, received_at, sender, source"


class StoredMessage(Struct, frozen=True):
    """One message to one recipient: an address, or for a text message a number. `text` and `html` are empty where it has no such part."""

    id: str
    to: str
    subject: str
    text: str
    html: str
    received_at: datetime
    sender: str
    source: str

    @property
    def is_sms(self) -> bool:
        return "@" not in self.to and is_number(self.to)


class Mailbox:
    """The mailbox in one file, which stores the latest 1,000 messages."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, recipients: Sequence[str], *, sender: str, subject: str, text: str, html: str, source: str, at: datetime) -> None:
        """Store a message once for each of its recipients, for all of them or none."""
        rows = [(to, address_key(to), sender, subject, text, html, source, at.timestamp()) for to in recipients]
        with self._open() as file, file:
            file.executemany(INSERT, rows)
            file.execute("DELETE FROM messages WHERE number <= (SELECT max(number) FROM messages) - ?", (KEPT,))

    def newest(self, *, to: str = "", words: str = "", limit: int = 100) -> list[StoredMessage]:
        """Messages, newest first: all, those to one address, or those that contain all of the words."""
        conditions, values = ["1"], list[object]()
        if to:
            conditions.append("recipient_key = ?")
            values.append(address_key(to))
        for word in words.split():
            conditions.append("instr(lower(recipient || ' ' || subject || ' ' || text), lower(?))")
            values.append(word)
        sql = f"SELECT {COLUMNS} FROM messages WHERE {' AND '.join(conditions)} ORDER BY number DESC LIMIT ?"  # noqa: S608 - fixed texts
        with self._open() as file:
            return [_message(row) for row in file.execute(sql, (*values, limit))]

    def one(self, id_: str) -> StoredMessage | None:
        if not (id_.isascii() and id_.isdigit() and len(id_) < 16):
            return None
        with self._open() as file:
            row = file.execute(f"SELECT {COLUMNS} FROM messages WHERE number = ?", (int(id_),)).fetchone()  # noqa: S608 - a fixed text
        return row and _message(row)

    def count(self) -> int:
        with self._open() as file:
            return int(file.execute("SELECT count(*) FROM messages").fetchone()[0])

    def empty(self) -> None:
        with self._open() as file, file:
            file.execute("DELETE FROM messages")

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self._path.exists():
            # Emails contain codes and links: no one else on the machine may read them.
            self._path.touch(mode=0o600)
        file = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        try:
            # Readers and the writer do not wait for one another; a commit is on disk before the sender gets its reply.
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = FULL")
            file.executescript(SCHEMA)
            yield file
        finally:
            file.close()


def mailbox_of(settings: Settings) -> Mailbox:
    return Mailbox(settings.installation.data / "mailbox.sqlite")


def address_key(address: str) -> str:
    """An address for comparison: independent of case, of the form of accents, and of how an IDN domain is written."""
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("ascii").decode("idna")
    return f"{local.casefold()}@{domain.casefold()}"


def _message(row: tuple[int, str, str, str, str, float, str, str]) -> StoredMessage:
    number, to, subject, text, html, received, sender, source = row
    return StoredMessage(
        id=str(number),
        to=to,
        subject=subject,
        text=text,
        html=html,
        received_at=datetime.fromtimestamp(received, UTC),
        sender=sender,
        source=source,
    )
