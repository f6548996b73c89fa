"""The client's address and scheme behind proxies: headers are believed only from trusted proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from phoenix.settings import SettingsError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

SCHEMES = frozenset({"http", "https"})


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks such as 10.0.0.0/8. Raises SettingsError, naming the one that is invalid."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            raise SettingsError(
                f"PHOENIX_TRUSTED_PROXIES contains {text!r}, which is not a network. Use a form such as 10.0.0.0/8."
            ) from None
    return tuple(found)


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The address of the client: the right-most one in X-Forwarded-For that is not a trusted proxy.

    Anything further left was written by the client and may be forged. If the peer is not trusted, or the header cannot be
    read up to there, the last certain address is used.
    """
    certain = peer
    for text in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not is_in(certain, trusted):
            break
        address = _parse(text)
        if address is None:
            break
        certain = str(address)
    return certain


def client_scheme(peer: str, forwarded_proto: str, trusted: Sequence[Network], scheme: str) -> str:
    """http or https, as reported by the nearest trusted proxy."""
    if not is_in(peer, trusted):
        return scheme
    last = forwarded_proto.rpartition(",")[2].strip().lower()
    return last if last in SCHEMES else scheme


def is_in(text: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of these networks; what is no address is in none."""
    address = _parse(text)
    return address is not None and any(address in network for network in networks)


def _parse(text: str) -> Address | None:
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address


def limited_as(address: str) -> str:
    """The key a client address is rate-limited by: for IPv6 its /64 network, the smallest that is assigned."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
