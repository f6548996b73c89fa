"""Headers of every response: security, request id, version; and CORS for the allowed origins."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

import structlog

from phoenix import __version__
from phoenix.kernel.module import Sources
from phoenix.kernel.security.networks import limited_as
from phoenix.kernel.security.redaction import remember
from phoenix.kernel.web.application import state_of
from phoenix.kernel.web.asgi import AsgiApp, Message, Raw, Receive, Scope, Send
from phoenix.settings import Settings

CORS_METHODS = b"GET, POST, PUT, PATCH, DELETE, HEAD"
CORS_HEADERS = b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-CSRF-Token, X-Request-Id"
CORS_EXPOSED = b"ETag, Location, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset, Phoenix-Version, X-Request-Id"


_process = secrets.token_hex(4)
_requests = itertools.count()


def new_request_id() -> str:
    """An id that is unique in this installation: eight digits for the process, eight for its count."""
    return f"{_process}{next(_requests) & 0xFFFFFFFF:08x}"


def policy(settings: Settings, sources: Sources = Sources(), frames: str = "") -> str:  # noqa: B008 - a frozen value
    """The Content-Security-Policy of our pages: nothing inline, and external origins only where modules declare them."""
    sockets = "'self'"
    if settings.realtime.url:
        address = urlsplit(settings.realtime.url)
        sockets += f" {'wss' if address.scheme in {'https', 'wss'} else 'ws'}://{address.netloc}"
    widget: tuple[str, ...] = ()
    if settings.accounts.captcha_script:
        parts = urlsplit(settings.accounts.captcha_script)
        widget = (f"{parts.scheme}://{parts.netloc}",)
    scripts = " ".join(("'self'", *widget, *sources.scripts))
    framed = " ".join(filter(None, (frames, *widget, *sources.frames))) or "'none'"
    connected = " ".join((sockets, *widget, *sources.connections))
    images = " ".join(("'self'", "data:", *sources.images))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src {images}; font-src 'self'; connect-src {connected}; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src {framed}; manifest-src 'self'"
    )


def security_headers(settings: Settings, sources: Sources) -> list[Raw]:
    """Headers that are the same on every response."""
    headers = [
        (b"content-security-policy", policy(settings, sources).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"phoenix-version", __version__.encode()),
    ]
    if settings.public_url.startswith("https://"):
        headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    return headers


class Headers:
    """The outermost layer: gives the request its id, answers CORS preflights, and adds the headers to every response."""

    def __init__(self, app: AsgiApp, settings: Settings, sources: Sources) -> None:
        self._app = app
        self._always = security_headers(settings, sources)
        self._origins = frozenset(origin.encode() for origin in settings.web.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_request_id()
        state_of(scope).request_id = request_id
        origin = _header(scope["headers"], b"origin")
        allowed = origin if origin in self._origins else None
        if scope["method"] == "OPTIONS" and origin and _header(scope["headers"], b"access-control-request-method"):
            await self._preflight(send, allowed)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[Raw] = list(message["headers"])
                present = {name.lower() for name, _ in headers}
                headers.extend(pair for pair in self._always if pair[0] not in present)
                headers.append((b"x-request-id", request_id.encode()))
                if allowed:
                    headers += _cors(allowed)
                    headers.append((b"access-control-expose-headers", CORS_EXPOSED))
                message["headers"] = headers
            await send(message)

        state = state_of(scope)
        caller = state.app.runtime.keys.pseudonym(limited_as(state.address))
        with structlog.contextvars.bound_contextvars(request_id=request_id, caller=caller), remember():
            await self._app(scope, receive, send_with_headers)

    async def _preflight(self, send: Send, allowed: bytes | None) -> None:
        headers: list[Raw] = [(b"vary", b"Origin"), (b"content-length", b"0")]
        if allowed:
            headers += [
                *_cors(allowed),
                (b"access-control-allow-methods", CORS_METHODS),
                (b"access-control-allow-headers", CORS_HEADERS),
                (b"access-control-max-age", b"600"),
            ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _cors(origin: bytes) -> list[Raw]:
    return [(b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true"), (b"vary", b"Origin")]


def _header(headers: Iterable[Raw], wanted: bytes) -> bytes | None:
    return next((value for name, value in headers if name == wanted), None)
