"""Addresses: is a port free, does a server answer, and how an address is shown without its password."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import http.client
import socket
import ssl
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import asyncpg

from phoenix.kernel.data.failures import LOST
from phoenix.operations.up.errors import StartError

OLDEST_POSTGRESQL = 15
ANSWER_SECONDS = 10.0
HTTP_OK = 200


def local_host(host: str) -> str:
    """The address under which this machine reaches a listener bound to `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def has_ipv6_loopback() -> bool:
    """Whether this machine has the address ::1, which browsers may try first for localhost."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def is_free(host: str, port: int, *, variable: str = "PHOENIX_HOST") -> bool:
    """Whether a listener could bind here now. Raises StartError, naming the variable, if it never could."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise _not_ours(host, variable) from None
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the listener does: a port whose last connections are only timing out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError:
            raise StartError(f"This account can't use port {port}. Choose one above 1023 with --port.") from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise _not_ours(host, variable) from None
            return False
    return True


def _not_ours(host: str, variable: str) -> StartError:
    return StartError(f"{host} is not an address of this machine. Set {variable} to one, such as 127.0.0.1.")


def require_free(host: str, port: int) -> None:
    """Raises StartError, naming the port and a free one, if something else is listening there."""
    if is_free(host, port):
        return
    other = next((candidate for candidate in range(port + 1, min(port + 200, 65_536)) if is_free(host, candidate)), None)
    hint = f" Choose another, for example with --port {other} or PHOENIX_PORT={other}." if other else " Choose another with --port."
    raise StartError(f"Port {port} is in use by another program.{hint}")


def require_free_for_sockets(host: str, port: int) -> None:
    """As `require_free`, for sockets."""
    if not is_free(host, port, variable="PHOENIX_REALTIME_PORT"):
        raise StartError(f"Port {port}, for sockets, is in use by another program. Choose another with PHOENIX_REALTIME_PORT.")


def require_free_for_staff(host: str, port: int) -> None:
    """As `require_free`, for the admin panel."""
    if not is_free(host, port, variable="PHOENIX_ADMIN_BIND"):
        raise StartError(f"Port {port}, for the admin panel, is in use by another program. Choose another with PHOENIX_ADMIN_BIND.")


def require_free_for_mailbox(port: int) -> None:
    """As `require_free`, for the mailbox, which is on loopback."""
    if not is_free("127.0.0.1", port, variable="PHOENIX_MAILBOX_PORT"):
        raise StartError(f"Port {port}, for the mailbox, is in use by another program. Choose another with PHOENIX_MAILBOX_PORT.")


def first_free(port: int, host: str = "127.0.0.1") -> int:
    """This port, on loopback by default, or the next that is free."""
    for candidate in range(port, 65_536):
        if is_free(host, candidate):
            return candidate
    raise StartError(f"No port from {port} on is free on this machine.")


def without_password(url: str) -> str:
    """The URL without its password, and without options except those that say where the server is."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    options = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name in {"host", "port"}], safe="/")
    return urlunsplit((parts.scheme, user + place, parts.path, options, ""))


def without_user(url: str) -> str:
    """The scheme, host and port of a URL; "" for what is no URL, or names no host."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{place}" if parts.scheme and place else ""


def check_database(url: str) -> str:
    """The version of the PostgreSQL at this address. Raises StartError if it does not answer or is too old."""
    shown = without_password(url)
    try:
        number = asyncio.run(_database_version(url))
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        raise StartError(f"The database at {shown} refuses the user name or the password in PHOENIX_DATABASE_URL.") from None
    except asyncpg.InvalidCatalogNameError:
        raise StartError(f"The database server answers, but has no database {urlsplit(url).path.lstrip('/')!r}. Create it first.") from None
    except TimeoutError:
        raise StartError(f"The database at {shown} does not answer within {ANSWER_SECONDS:.0f} seconds.") from None
    except (OSError, ValueError, asyncpg.PostgresError, *LOST) as error:
        raise StartError(f"The database at {shown} cannot be used ({type(error).__name__}). Check PHOENIX_DATABASE_URL.") from None
    if number // 10_000 < OLDEST_POSTGRESQL:
        raise StartError(f"The database at {shown} is PostgreSQL {number // 10_000}; Phoenix needs {OLDEST_POSTGRESQL} or newer.")
    return f"{number // 10_000}.{number % 10_000}"


async def _database_version(url: str) -> int:
    connection = await asyncpg.connect(url, timeout=ANSWER_SECONDS)
    try:
        return int(await connection.fetchval("SELECT current_setting('server_version_num')"))
    finally:
        await connection.close()


def check_cache(url: str) -> None:
    """Raises StartError if no Valkey or Redis answers at this address, or if it refuses the password."""
    shown = without_password(url)
    parts = urlsplit(url)
    words = [part for part in (unquote(parts.username or ""), unquote(parts.password or "")) if part]
    greeting = (_command("AUTH", *words) if words else b"") + _command("PING")
    try:
        with contextlib.ExitStack() as stack:
            plain = stack.enter_context(
                socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 6379), timeout=ANSWER_SECONDS)
            )
            secure = parts.scheme in {"rediss", "valkeys"}
            stream = (
                stack.enter_context(ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)) if secure else plain
            )
            stream.sendall(greeting)
            answer = b""
            while b"PONG" not in answer and not answer.startswith(b"-") and (more := stream.recv(512)):
                answer += more
    except (OSError, ValueError) as error:
        raise StartError(f"The cache at {shown} does not answer ({type(error).__name__}). Check PHOENIX_CACHE_URL.") from None
    if b"PONG" not in answer:
        raise StartError(f"The cache at {shown} refuses the connection. Check the user name and the password in PHOENIX_CACHE_URL.")


def _command(*words: str) -> bytes:
    """A command in the protocol of Redis (RESP2)."""
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)


def listens(host: str, port: int) -> bool:
    """Whether anything accepts connections here."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def answers(host: str, port: int, path: str) -> bool:
    """Whether GET `path` is answered with 200 within two seconds."""
    connection = http.client.HTTPConnection(local_host(host), port, timeout=2)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().status == HTTP_OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
