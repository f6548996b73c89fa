"""Connections to one mail server that stay open for a while, so that the next email need not sign in again."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote

import aiosmtplib

SEND_SECONDS = 30
# As many emails are handed to the server at once; the others wait.
MOST_CONNECTIONS = 10
# Servers end idle connections after a few minutes; and some take only so many emails over one.
IDLE_SECONDS = 30.0
MOST_EMAILS = 50
RESET_SECONDS = 5
QUIT_SECONDS = 1
CLOSING = 421
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class ConnectionEnded(Exception):
    """The server ended the connection before it was given the text of the email, which it therefore cannot have."""


@dataclass(slots=True)
class Connection:
    """One connection, signed in. `emails` were handed over by it."""

    smtp: aiosmtplib.SMTP
    emails: int = 0
    ends: asyncio.TimerHandle | None = None

    def end(self) -> None:
        """Say goodbye without waiting for an answer, and close."""
        if self.ends is not None:
            self.ends.cancel()
        if self.smtp.is_connected and self.smtp.protocol is not None:
            with contextlib.suppress(aiosmtplib.SMTPServerDisconnected, RuntimeError):
                self.smtp.protocol.write(b"QUIT\r\n")
        self.smtp.close()

    async def is_ready(self) -> bool:
        """Whether the server still listens, and has forgotten the last email."""
        if self.ends is not None:
            self.ends.cancel()
        if not self.smtp.is_connected:
            return False
        try:
            await self.smtp.rset(timeout=RESET_SECONDS)
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True


class SmtpConnections:
    """The connections to one server, of one process."""

    def __init__(self, url: SplitResult) -> None:
        self._url = url
        self._idle: list[Connection] = []
        self._turns = asyncio.Semaphore(MOST_CONNECTIONS)
        secure = url.scheme == "smtps"
        # A local server needs no TLS. Any other must offer it, or nothing is sent.
        starttls = None if secure or url.hostname in LOCAL else True
        self._secure, self._starttls = secure, starttls
        self._context = ssl.create_default_context() if secure or starttls else None

    async def use(self, hand_over: Callable[[aiosmtplib.SMTP], Awaitable[None]]) -> None:
        """Hand an email over by a connection that is open, or by a new one where there is none, or the server has ended it.

        Raises what `hand_over` does. One that raised ConnectionEnded runs once more, by a new connection.
        """
        async with self._turns:
            if self._idle:
                kept = self._idle.pop()
                async with self._closed_if_broken(kept):
                    if await kept.is_ready():
                        with contextlib.suppress(ConnectionEnded):
                            return await self._hand_over(kept, hand_over)
                    # The others have probably ended as well, and it may take long to learn of each.
                    kept.end()
                    while self._idle:
                        self._idle.pop().end()
            new = Connection(self._new())
            async with self._closed_if_broken(new):
                await new.smtp.connect()
                try:
                    await self._hand_over(new, hand_over)
                except ConnectionEnded as ended:
                    raise ended.__cause__ or ended from None
        return None

    async def close(self) -> None:
        """End all connections that nothing is sent by."""
        while self._idle:
            ending = self._idle.pop()
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await ending.smtp.quit(timeout=QUIT_SECONDS)
            ending.end()

    async def _hand_over(self, connection: Connection, hand_over: Callable[[aiosmtplib.SMTP], Awaitable[None]]) -> None:
        try:
            await hand_over(connection.smtp)
        except aiosmtplib.SMTPResponseException as refused:
            if refused.code == CLOSING:
                connection.end()
            else:
                self._keep(connection)
            raise
        except aiosmtplib.SMTPNotSupported:
            self._keep(connection)
            raise
        self._keep(connection)

    @contextlib.asynccontextmanager
    async def _closed_if_broken(self, connection: Connection) -> AsyncIterator[None]:
        """Close a connection whose state is not known, such as one that took too long, or whose email was given up."""
        try:
            yield
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPNotSupported):
            raise
        except BaseException:
            connection.smtp.close()
            raise

    def _keep(self, connection: Connection) -> None:
        connection.emails += 1
        if connection.emails >= MOST_EMAILS or not connection.smtp.is_connected:
            connection.end()
            return
        connection.ends = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end_idle, connection)
        self._idle.append(connection)

    def _end_idle(self, connection: Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
        connection.end()

    def _new(self) -> aiosmtplib.SMTP:
        url = self._url
        return aiosmtplib.SMTP(
            hostname=url.hostname or "127.0.0.1",
            port=url.port or (465 if self._secure else 587),
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=self._secure,
            start_tls=self._starttls,
            tls_context=self._context,
            timeout=SEND_SECONDS,
        )
