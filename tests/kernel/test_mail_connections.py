"""N5: several emails go over one connection to a mail server, which can end it whenever it likes; none is lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.email.message import Mail
from phoenix.kernel.email.transports import smtp_connections
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.settings import EmailSettings

TO = "leila@example.com"
OK = "250 OK"


@dataclass
class Server:
    """A mail server that says what it is told to, by connection and command; "" ends the connection instead of an answer."""

    said: list[list[str]] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    answers: dict[tuple[int, str], str] = field(default_factory=dict)
    ends_after: str = ""
    port: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.said)
        self.said.append([])
        writer.write(b"220 here\r\n")
        try:
            while line := (await reader.readline()).decode().strip():
                command = line.split()[0]
                self.said[number].append(command)
                answer = self.answers.get((number, command), "354 go on" if command == "DATA" else OK)
                if command == "QUIT" or not answer:
                    break
                writer.write(f"{answer}\r\n".encode())
                if answer.startswith("354"):
                    text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                    answer = self.answers.get((number, "."), OK)
                    if answer == OK:
                        self.received.append(text)
                    writer.write(f"{answer}\r\n".encode())
                    if self.ends_after == "DATA":
                        break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self.ended.set()

    def subjects(self) -> list[str]:
        return [line.split()[1] for text in self.received for line in text.splitlines() if line.startswith("Subject:")]


@contextlib.asynccontextmanager
async def started() -> AsyncIterator[tuple[Server, Mailer]]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    mailer = Mailer(EmailSettings(smtp_url=f"smtp://127.0.0.1:{made.port}"), {})
    try:
        yield made, mailer
    finally:
        await mailer.close()
        listening.close()
        if made.said:
            await made.ended.wait()


def run(what: Callable[[Server, Mailer], Awaitable[None]]) -> None:
    async def within() -> None:
        async with started() as (server, mailer):
            await what(server, mailer)

    asyncio.run(within())


def mail(number: int) -> Mail:
    return Mail(f"s{number}", "Hello\n.\n..two\n", "<p>Hello</p>")


async def send(mailer: Mailer, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        await mailer.send(TO, mail(number))


def test_several_emails_go_over_one_connection() -> None:
    async def what(server: Server, mailer: Mailer) -> None:
        await send(mailer, 3)
        assert len(server.said) == 1
        assert server.said[0].count("EHLO") == 1, "it signs in once"
        assert server.said[0].count("RSET") == 2, "each starts clean"
        assert server.subjects() == ["s0", "s1", "s2"]
        assert all("\n..\r\n...two\r\n" in text for text in server.received), "no line ends the text early"
        await mailer.close()
        await server.ended.wait()
        assert server.said[0][-1] == "QUIT"

    run(what)


@pytest.mark.parametrize("at", ["RSET", "MAIL", "RCPT"])
@pytest.mark.parametrize("answer", ["", "421 4.7.0 too many emails"])
def test_a_connection_that_the_server_ends_is_replaced_and_no_email_doubled(at: str, answer: str) -> None:
    async def what(server: Server, mailer: Mailer) -> None:
        await send(mailer, 1)
        server.answers[0, at] = answer
        await send(mailer, 2, first=1)
        assert len(server.said) == 2
        assert server.subjects() == ["s0", "s1", "s2"]

    run(what)


def test_a_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    async def what(server: Server, mailer: Mailer) -> None:
        server.ends_after = "DATA"
        await send(mailer, 1)
        await server.ended.wait()
        await send(mailer, 1, first=1)
        assert len(server.said) == 2
        assert server.subjects() == ["s0", "s1"]

    run(what)


@pytest.mark.parametrize("at", ["MAIL", "RCPT"])
def test_a_new_connection_that_ends_at_once_is_not_tried_for_ever(at: str) -> None:
    async def what(server: Server, mailer: Mailer) -> None:
        server.answers |= {(number, at): "421 4.3.2 going down" for number in range(5)}
        with pytest.raises(Unavailable):
            await send(mailer, 1)
        assert len(server.said) == 1

    run(what)


def test_an_email_whose_text_was_handed_over_is_not_sent_again_by_another_connection() -> None:
    """It may have been accepted: the job decides, later, rather than a second copy at once."""

    async def what(server: Server, mailer: Mailer) -> None:
        await send(mailer, 1)
        server.answers[0, "."] = "421 4.3.2 going down"
        with pytest.raises(Unavailable):
            await send(mailer, 1, first=1)
        assert len(server.said) == 1
        await send(mailer, 1, first=2)
        assert server.subjects() == ["s0", "s2"]

    run(what)


def test_a_refused_email_leaves_the_connection_to_the_next() -> None:
    async def what(server: Server, mailer: Mailer) -> None:
        server.answers[0, "RCPT"] = "550 5.1.1 unknown"
        with pytest.raises(PermanentFailure):
            await send(mailer, 1)
        server.answers.clear()
        await send(mailer, 1, first=1)
        assert len(server.said) == 1
        assert server.subjects() == ["s1"]

    run(what)


def test_only_so_many_connections_are_open_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_connections, "MOST_CONNECTIONS", 2)

    async def what(server: Server, mailer: Mailer) -> None:
        await asyncio.gather(*(mailer.send(TO, mail(number)) for number in range(12)))
        assert 1 <= len(server.said) <= 2
        assert sorted(server.subjects()) == sorted(f"s{number}" for number in range(12))

    run(what)


def test_a_connection_carries_only_so_many_emails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_connections, "MOST_EMAILS", 2)

    async def what(server: Server, mailer: Mailer) -> None:
        await send(mailer, 4)
        assert [said.count("DATA") for said in server.said] == [2, 2]

    run(what)


def test_an_idle_connection_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_connections, "IDLE_SECONDS", 0.0)

    async def what(server: Server, mailer: Mailer) -> None:
        await send(mailer, 1)
        await asyncio.wait_for(server.ended.wait(), 5)
        assert server.said[0][-1] == "QUIT"
        await send(mailer, 1, first=1)
        assert server.subjects() == ["s0", "s1"]

    run(what)


def test_an_email_that_is_given_up_leaves_no_connection_in_an_unknown_state() -> None:
    async def what(server: Server, mailer: Mailer) -> None:
        await send(mailer, 1)
        server.answers[0, "RCPT"] = "250-and more"
        sending = asyncio.ensure_future(mailer.send(TO, mail(1)))
        while "RCPT" not in server.said[0][server.said[0].index("DATA") :]:
            await asyncio.sleep(0)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        await asyncio.wait_for(server.ended.wait(), 5)
        await send(mailer, 1, first=2)
        assert len(server.said) == 2
        assert server.subjects() == ["s0", "s2"]

    run(what)
