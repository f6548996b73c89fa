"""Where a request that people ask for may go: to addresses of the public internet, and to nothing behind this installation's own walls.

A name is resolved once, every address it has is checked, and the request goes to one of those very addresses: a name that answers
otherwise a moment later (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from phoenix.kernel.language import _
from phoenix.kernel.security.networks import Address, Network

RESOLVE_SECONDS = 5.0
# A look-up that nobody waits for any more keeps its thread until the system gives up. These are not the threads that other work needs.
LOOKING_UP = ThreadPoolExecutor(max_workers=64, thread_name_prefix="look-up")
Resolve = Callable[[str, int], Awaitable[list[str]]]
# IPv4 addresses inside IPv6: 6to4 (RFC 3056), Teredo (RFC 4380) and NAT64 (RFC 6052). What they lead to decides.
SIX_TO_FOUR, TEREDO = ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# RFC 6890, which older releases of Python take for global, and where some clouds have their metadata.
PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
# All that is handed out for the public internet (RFC 4291), and what of it never leads there: documentation (RFC 9637).
GLOBAL_UNICAST, DOCUMENTATION = ipaddress.ip_network("2000::/3"), ipaddress.ip_network("3fff::/20")


NO_ADDRESS, NOT_PUBLIC = _("The host has no address."), _("The host has an address that isn't public.")


class NotPublicError(Exception):
    """A host has no address, or one that is not public. `reason` is for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system finds them. Raises OSError and TimeoutError."""
    async with asyncio.timeout(RESOLVE_SECONDS):
        found = await asyncio.get_running_loop().run_in_executor(LOOKING_UP, _look_up, host, port)
    return list(dict.fromkeys(str(address[0]) for _family, _type, _protocol, _name, address in found))


def _look_up(host: str, port: int) -> list[tuple[Any, Any, Any, Any, Any]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def public_address(host: str, port: int, *, allowed: Sequence[Network] = (), find: Resolve = resolve) -> str:
    """The first address of a host, if all of them are public or in a network that the operator allowed. Raises NotPublicError."""
    try:
        found = await find(host, port)
    except (OSError, TimeoutError, UnicodeError):
        raise NotPublicError(NO_ADDRESS) from None
    if not found:
        raise NotPublicError(NO_ADDRESS)
    for text in found:
        if not is_public(text, allowed):
            raise NotPublicError(NOT_PUBLIC)
    return found[0]


def is_address(text: str) -> bool:
    """Whether this is an address rather than the name of a host."""
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def is_public(text: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether an address is of the public internet, or in one of the networks."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if any(address.version == network.version and address in network for network in allowed):
        return True
    if isinstance(address, ipaddress.IPv6Address) and not _is_handed_out(address):
        return False
    return all(one.is_global and not one.is_multicast and one not in PROTOCOLS for one in (address, *_inside(address)))


def _is_handed_out(address: ipaddress.IPv6Address) -> bool:
    """Whether an IPv6 address is of the public internet by its prefix, or stands for an IPv4 address that is looked at instead."""
    return (address in GLOBAL_UNICAST and address not in DOCUMENTATION) or address.ipv4_mapped is not None or address in NAT64


def _inside(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if not isinstance(address, ipaddress.IPv6Address):
        return []
    found: list[Address] = [address.ipv4_mapped] if address.ipv4_mapped else []
    if address in SIX_TO_FOUR:
        found.append(ipaddress.IPv4Address(int(address) >> 80 & 0xFFFFFFFF))
    if address in TEREDO:
        found.append(ipaddress.IPv4Address(~int(address) & 0xFFFFFFFF))
    if address in NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found
