"""A stand-in for Twilio: a real HTTP server that answers as its documentation says, or badly."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

ACCOUNT, KEY = "AC" + "0" * 31 + "1", "SK" + "0" * 31 + "2"
TOKEN, SECRET = "twilio-token-in-tests", "twilio-secret-in-tests"
FROM = "+4915735980000"


@dataclass(frozen=True, slots=True)
class Bad:
    """An answer other than 201: its status and the code of the error; or one that `breaks` off, or comes too late."""

    status: int = 0
    code: int = 0
    breaks: bool = False
    slow: bool = False


class Twilio(http.server.ThreadingHTTPServer):
    """Takes messages, and keeps them. Each of `answers` is used once, then each is 201."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.came: list[dict[str, str]] = []
        self.asked: list[tuple[str, str]] = []
        self.answers: list[Bad] = []

    @property
    def variables(self) -> dict[str, str]:
        """The settings with which Phoenix uses it."""
        return {
            "PHOENIX_TWILIO_ACCOUNT": ACCOUNT,
            "PHOENIX_TWILIO_TOKEN": TOKEN,
            "PHOENIX_TWILIO_URL": f"http://127.0.0.1:{self.server_address[1]}",
            "PHOENIX_SMS_FROM": FROM,
        }


class _Answering(http.server.BaseHTTPRequestHandler):
    server: Twilio

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
        user = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        self.server.asked.append((self.path, user))
        self.server.came.append({name: values[0] for name, values in form.items()})
        answer = self.server.answers.pop(0) if self.server.answers else None
        if answer is not None and answer.breaks:
            self.connection.close()
            return
        if answer is not None and answer.slow:
            self.connection.recv(1)  # blocks until whoever asked gives up
            return
        sid = f"SM{len(self.server.came):032x}"
        bad = answer is not None and answer.status
        said = {"code": answer.code, "message": f"{form['To'][0]} is refused", "status": answer.status} if bad and answer else {"sid": sid}
        body = json.dumps(said).encode()
        with contextlib.suppress(OSError):
            self.send_response(answer.status if bad and answer else 201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing is printed."""


@contextlib.contextmanager
def standing_in() -> Iterator[Twilio]:
    with Twilio() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
