"""S5: the client's address behind trusted proxies; headers from anyone else are not trusted."""

from __future__ import annotations

import asyncio
import io
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix.kernel.security.networks import client_address, client_scheme, parse_networks
from phoenix.kernel.web.application import App
from phoenix.kernel.web.asgi import Receive, Scope, Send
from phoenix.kernel.web.client_address import ClientAddress
from phoenix.settings import SettingsError

TRUSTED = parse_networks(["10.0.0.0/8", "127.0.0.1", "fd00::/8", "2001:db8:1::5"])


@pytest.mark.parametrize(
    ("peer", "header", "client"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.7, 10.9.9.9", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7,10.0.0.1 , 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("10.0.0.1", "garbage", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7, garbage", "10.0.0.1"),
        ("10.0.0.1", "garbage, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", ", ,", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7:4444", "203.0.113.7"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "2001:DB8:0::7", "2001:db8::7"),
        ("10.0.0.1", "[2001:db8::7]:4444", "2001:db8::7"),
        ("10.0.0.1", '"[2001:db8::7]"', "2001:db8::7"),
        ("fd00::1", "203.0.113.7", "203.0.113.7"),
        ("2001:db8:1::5", "203.0.113.7", "203.0.113.7"),
        ("2001:db8:1::6", "203.0.113.7", "2001:db8:1::6"),
        ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "::ffff:10.0.0.9, ::ffff:10.0.0.8", "10.0.0.9"),
        ("10.0.0.1", "0x7f.1", "10.0.0.1"),
        ("10.0.0.1", "010.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7\r\nX: y", "10.0.0.1"),
        ("", "203.0.113.7", ""),
        ("unix:", "203.0.113.7", "unix:"),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_not_a_proxy(peer: str, header: str, client: str) -> None:
    assert client_address(peer, header, TRUSTED) == client


def test_without_trusted_proxies_no_header_is_trusted() -> None:
    assert client_address("10.0.0.1", "203.0.113.7", ()) == "10.0.0.1"
    assert client_scheme("10.0.0.1", "https", (), "http") == "http"


@given(st.lists(st.ip_addresses().map(str) | st.text(alphabet="0123456789abcdef:., []", max_size=20), max_size=6))
def test_headers_written_by_a_client_are_never_trusted(written: list[str]) -> None:
    forged = ", ".join([*written, "203.0.113.7"])
    assert client_address("10.0.0.1", forged, TRUSTED) == "203.0.113.7"
    assert client_address("203.0.113.7", forged, TRUSTED) == "203.0.113.7"


@given(st.text(max_size=100))
def test_any_header_yields_an_address(header: str) -> None:
    assert client_address("10.0.0.1", header, TRUSTED)


@pytest.mark.parametrize(
    ("peer", "header", "scheme"),
    [
        ("10.0.0.1", "https", "https"),
        ("10.0.0.1", "HTTPS", "https"),
        ("10.0.0.1", "https, http", "http"),
        ("10.0.0.1", "http, https", "https"),
        ("10.0.0.1", "", "http"),
        ("10.0.0.1", "javascript", "http"),
        ("203.0.113.7", "https", "http"),
    ],
)
def test_the_scheme_is_the_one_that_the_nearest_proxy_saw(peer: str, header: str, scheme: str) -> None:
    assert client_scheme(peer, header, TRUSTED, "http") == scheme


def test_an_invalid_network_is_named() -> None:
    with pytest.raises(SettingsError, match=r"10\.0\.0\.0/99"):
        parse_networks(["127.0.0.1", "10.0.0.0/99"])


@pytest.mark.parametrize(
    ("peers", "trusted", "logged_times"),
    [
        (["10.0.0.1"] * 25, (), 1),
        (["10.0.0.1"] * 25, ("10.0.0.1/32",), 0),
        (["10.0.0.1", "10.0.0.2"] * 20, (), 0),
        (["10.0.0.1"] * 19, (), 0),
    ],
    ids=["an-untrusted-proxy", "a-trusted-proxy", "many-addresses", "too-few-addresses"],
)
def test_an_untrusted_proxy_is_logged_once(peers: list[str], trusted: tuple[str, ...], logged_times: int, logged: io.StringIO) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send

    async def run() -> None:
        layer = ClientAddress(app, cast("App", None), trusted)
        for n, peer in enumerate(peers):
            headers = [(b"x-forwarded-for", f"198.51.100.{n}".encode())]
            await layer({"type": "http", "client": (peer, 1), "headers": headers, "scheme": "http"}, None, None)  # type: ignore[arg-type]

    asyncio.run(run())
    assert logged.getvalue().count("proxy_not_trusted") == logged_times
