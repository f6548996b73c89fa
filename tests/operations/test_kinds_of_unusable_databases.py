"""Whatever the driver raises about a database that `phoenix up` looks at is reported with what to check, never as a traceback."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from phoenix.kernel.background import EXPECTED
from phoenix.kernel.data.failures import LOST
from phoenix.operations.up.addresses import check_database
from phoenix.operations.up.errors import StartError

SSL_REQUEST = struct.pack("!i", 80_877_103)
# The kinds of authentication that a server asks for: SASL, of which it must say which it knows, and one that nobody knows.
ASKS_FOR_NOTHING_KNOWN = b"R" + struct.pack("!ii", 8, 99)
BREAKS_OFF = b"R" + struct.pack("!ii", 8, 10)
ERRORS = [
    error
    for error in vars(asyncpg.exceptions).values()
    if isinstance(error, type) and issubclass(error, Exception) and not issubclass(error, Warning)
]


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of a server that answers whoever signs in with these bytes, once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                if SSL_REQUEST in connection.recv(1024):
                    connection.sendall(b"N")
                    connection.recv(1024)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"postgresql://phoenix@127.0.0.1:{listener.getsockname()[1]}/phoenix"
        thread.join()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(ASKS_FOR_NOTHING_KNOWN, asyncpg.InterfaceError), (BREAKS_OFF, asyncpg.InternalClientError), (b"", asyncpg.PostgresConnectionError)],
)
def test_a_server_that_answers_what_the_driver_cannot_read_is_reported(answer: bytes, kind: type[Exception]) -> None:
    with answering(answer) as address, pytest.raises(kind) as raised:
        asyncio.run(_connect(address))
    with answering(answer) as address, pytest.raises(StartError) as reported:
        check_database(address)
    assert f"cannot be used ({type(raised.value).__name__}). Check PHOENIX_DATABASE_URL." in str(reported.value)


async def _connect(address: str) -> None:
    await asyncpg.connect(address, timeout=20)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_kind_of_error_of_the_driver_is_one_that_phoenix_knows(error: type[Exception]) -> None:
    assert issubclass(error, (asyncpg.PostgresError, *LOST))
    assert issubclass(error, EXPECTED)
