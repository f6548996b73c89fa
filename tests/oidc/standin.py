"""A stand-in for providers that tests cannot reach, over real HTTP on this machine: it responds as documented, or wrongly on request.

`Rerouted` is a transport that sends requests for any host to it, so that Phoenix can use the real host names, such as
accounts.google.com.
"""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from phoenix.kernel.security.crypto import to_base64url
from phoenix.kernel.security.http_client import HttpClient
from tests.harness import Harness


@dataclass
class Heard:
    """One request that it received."""

    method: str
    host: str
    path: str
    form: dict[str, str]
    headers: dict[str, str]


Answer = tuple[int, Any]


@dataclass
class StandIn:
    """`answers` maps "host/path" to the response; a function is called with the request."""

    port: int
    answers: dict[str, Answer | Callable[[Heard], Answer]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))

    def answer(self, request: Heard) -> Answer:
        self.heard.append(request)
        found = self.answers.get(request.host + request.path, (404, {}))
        return found(request) if callable(found) else found

    def count(self, address: str) -> int:
        return len([one for one in self.heard if one.host + one.path == address])

    def issuer(self, issuer: str, /, **more: Any) -> None:
        """Set up discovery and keys of an OpenID provider."""
        parts = urlsplit(issuer)
        root = parts.netloc + parts.path.rstrip("/")
        base = issuer.rstrip("/")
        said = {
            "issuer": issuer,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            **more,
        }
        self.answers[f"{root}/.well-known/openid-configuration"] = (200, said)
        self.answers[f"{root}/keys"] = lambda _request: (200, {"keys": [self.key.as_dict(private=False)]})

    def says(self, address: str, token: str, **more: Any) -> None:
        """Set the response of the token endpoint for any code."""
        self.answers[address] = (200, {"access_token": "at", "token_type": "Bearer", "id_token": token, **more})

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one", **header}, claims, self.key, algorithms=["RS256", "ES256"])


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:
    """An ID token without a signature."""
    parts = [to_base64url(json.dumps(part).encode()) for part in ({"alg": algorithm, "kid": "one"}, claims)]
    return ".".join([*parts, ""])


def signed_with_secret(claims: dict[str, Any], secret: str) -> str:
    """An ID token signed by HS256 with a value that an attacker can know."""
    head, _dot, _none = unsigned(claims, "HS256").rpartition(".")
    return f"{head}.{to_base64url(hmac.digest(secret.encode(), head.encode(), 'sha256'))}"


def apple_key() -> tuple[ECKey, str]:
    """A key in the form that Apple issues, and the text of its .p8 file."""
    key = ECKey.generate_key("P-256")
    return key, key.as_pem(private=True).decode()


@contextmanager
def standing_in() -> Iterator[StandIn]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            sent = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Heard(self.command, headers.get("x-meant-for", ""), urlsplit(self.path).path, sent, headers)
            status, body = stand_in.answer(request)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_args: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in = StandIn(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Rerouted(httpx.AsyncHTTPTransport):
    """Sends every request to the stand-in, with the original host in a header."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = [(b"x-meant-for", request.url.netloc), *request.headers.raw]
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return await super().handle_async_request(
            httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=request.extensions)
        )


async def reroute(harness: Harness, stand_in: StandIn) -> None:
    """Send all further outgoing requests of this Phoenix to the stand-in."""
    await harness.runtime.http.close()
    harness.runtime.http = HttpClient(harness.clock, transport=Rerouted(stand_in.port))
