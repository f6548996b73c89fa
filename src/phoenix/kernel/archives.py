"""Copies of data as ZIP archives of JSON files, made with a few rows in memory, stored in chunks and read one chunk at a time."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.query import Query, Rows
from phoenix.kernel.runtime import Runtime

CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Copy:
    """A prepared archive to download, in parts where it is large."""

    body: bytes | AsyncIterator[bytes]
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Chunks:
    """The statements of a table of chunks, each of one run of the job: another run that is under way at the same time writes its own.

    `add` gets the copy, the run, the number of the chunk and its bytes; `read` all but the bytes; `forget` the copy and the run.
    """

    add: Query[None]
    read: Query[bytes]
    forget: Query[None]


# A file of the archive without its ending, and what returns its content, of the person or organisation that the copy is of: plain values,
# or `Rows`, which are read while it is written.
Part = tuple[str, Callable[[Reader, str], Awaitable[Any]]]
# Gets the run, the size, and the whole archive where it is small enough to be one chunk and that was asked for. Returns False if
# another run has finished before.
Finish = Callable[[Transaction, str, int, bytes | None], Awaitable[bool]]


async def make_copy(
    runtime: Runtime, copy: str, of: str, readme: str, parts: Iterable[Part], chunks: Chunks, finish: Finish, *, small_in_one: bool = False
) -> None:
    """Write the parts into an archive, each with a connection of its own, and save it. Memory holds a few rows and one chunk of it.

    `copy` is its id, `of` that of the person or organisation. `readme` has {service} and {day}. `small_in_one`: one of at most a chunk is not saved as a chunk, but given to `finish`.
    Raises Unavailable where the disk is almost full.
    """
    with await _temporary_file(runtime) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            day = f"{runtime.clock.now():%Y-%m-%d}"
            archive.writestr("README.txt", readme.format(service=runtime.settings.public_url, day=day))
            for name, read in parts:
                async with runtime.database.reader() as db:
                    await _write_part(db, archive, f"{name}.json", await read(db, of))
        await _save(runtime, copy, file, chunks, finish, small_in_one=small_in_one)


def stored_copy(runtime: Runtime, chunks: Chunks, copy: str, run: str, size: int) -> Copy:
    """A copy that was saved: one chunk after another. A download may take long, and holds no connection while it does."""

    async def read() -> AsyncIterator[bytes]:
        for number in range(-(-size // CHUNK_BYTES)):
            async with runtime.database.reader() as db:
                chunk = await db.one(chunks.read, copy, run, number)
            yield chunk

    return Copy(read(), size)


async def _save(runtime: Runtime, copy: str, file: IO[bytes], chunks: Chunks, finish: Finish, *, small_in_one: bool) -> None:
    """One chunk in a transaction: a long one would hold up all followers."""
    size, run, whole, number = file.seek(0, 2), new_id("run"), None, 0
    async for chunk in _chunks_of(file):
        if small_in_one and size <= CHUNK_BYTES:
            whole = chunk
            break
        async with runtime.database.transaction() as tx:
            await tx.execute(chunks.add, copy, run, number, chunk)
        number += 1
    async with runtime.database.transaction() as tx:
        if not await finish(tx, run, size, whole):
            await tx.execute(chunks.forget, copy, run)


async def _temporary_file(runtime: Runtime) -> IO[bytes]:
    """A file without a name: it is gone with this process. In the data folder, since the usual place may be in memory.

    Raises Unavailable where the disk is almost full.
    """
    runtime.disk_space.require()
    return await asyncio.to_thread(_opened, runtime)


def _opened(runtime: Runtime) -> IO[bytes]:
    folder = runtime.settings.installation.data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


async def _write_part(db: Reader, archive: zipfile.ZipFile, name: str, part: Any) -> None:
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


async def _chunks_of(file: IO[bytes]) -> AsyncIterator[bytes]:
    """What was written, from its beginning, a chunk at a time."""
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        yield chunk
