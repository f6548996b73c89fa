"""Copies of data as ZIP archives of JSON files, made with a few rows in memory and stored in chunks."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import zipfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.query import Rows
from phoenix.kernel.runtime import Runtime

CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Copy:
    """A prepared archive to download, in parts where it is large."""

    body: bytes | AsyncIterator[bytes]
    size: int | None = None


async def temporary_file(runtime: Runtime) -> IO[bytes]:
    """A file without a name: it is gone with this process. In the data folder, since the usual place may be in memory.

    Raises Unavailable where the disk is almost full.
    """
    runtime.disk_space.require()
    return await asyncio.to_thread(_opened, runtime)


def _opened(runtime: Runtime) -> IO[bytes]:
    folder = runtime.settings.installation.data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


async def write_part(db: Reader, archive: zipfile.ZipFile, name: str, part: Any) -> None:
    """One JSON file: rows are read, encoded and compressed a few at a time."""
    with archive.open(name, "w", force_zip64=True) as file:
        if not isinstance(part, Mapping):
            await asyncio.to_thread(file.write, _encoded(part))
            return
        before = "{\n  "
        for key, value in part.items():
            file.write(f"{before}{msgspec.json.encode(key).decode()}: ".encode())
            before = ",\n  "
            if isinstance(value, Rows):
                await _write_rows(db, file, value)
            else:
                await asyncio.to_thread(file.write, _encoded(value))
        file.write(b"\n}" if part else b"{}")


async def _write_rows(db: Reader, file: IO[bytes], rows: Rows[Any]) -> None:
    before = b"["
    async with contextlib.aclosing(db.batches(rows)) as batches:
        async for batch in batches:
            encoded = before + b",".join(b"\n" + _encoded(row) for row in batch)
            await asyncio.to_thread(file.write, encoded)
            before = b","
    file.write(b"[]" if before == b"[" else b"\n]")


def _encoded(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)


async def chunks_of(file: IO[bytes]) -> AsyncIterator[bytes]:
    """What was written, from its beginning, a chunk at a time."""
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        yield chunk
