"""Requests that people ask for go to the public internet, whatever a name answers and however an address is written."""

from __future__ import annotations

import asyncio

import pytest

from phoenix.kernel.security.networks import parse_networks
from phoenix.kernel.security.public_addresses import NotPublicError, is_public, public_address, resolve

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "2002:5db8:d822::1", "64:ff9b::5db8:d822")
NOT_PUBLIC = (
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "2002:7f00:1::1", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2001:0:53aa:64c:0:0:80ff:fffe", "localhost", "", "1",
    "fec0::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "3fff::1", "5f00::1", "100:0:0:1::1", "64:ff9b:1:1:a:0:100::", "64:ff9b:1::5db8:d822", "4000::1",
)  # fmt: skip


# Clouds have metadata in 192.0.0.0/24 (RFC 6890), which older releases of Python take for global: written plainly, as mapped, by 6to4, NAT64 and Teredo.
PROTOCOLS = (
    "192.0.0.0", "192.0.0.8", "192.0.0.192", "192.0.0.255", "::ffff:192.0.0.192", "2002:c000:c0::1", "64:ff9b::c000:c0",
    "2001:0:53aa:64c:0:0:3fff:ff3f",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_all_others_are_not_however_they_are_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PROTOCOLS)
def test_addresses_of_protocols_are_not_public_in_any_form(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["191.255.255.255", "192.0.1.0", "2002:c000:100::1", "64:ff9b::c000:100"])
def test_those_beside_them_are(address: str) -> None:
    assert is_public(address)


def test_an_operator_can_allow_a_network() -> None:
    allowed = parse_networks(["10.1.0.0/16", "fd00::/8"])
    assert is_public("10.1.2.3", allowed)
    assert is_public("fd00::1", allowed)
    assert not is_public("10.2.0.1", allowed)


async def find_several(host: str, port: int) -> list[str]:
    return {"good": ["93.184.216.34", "93.184.216.35"], "mixed": ["93.184.216.34", "127.0.0.1"], "none": []}[host]


def test_one_address_that_is_not_public_is_enough_to_refuse() -> None:
    async def run() -> None:
        assert await public_address("good", 443, find=find_several) == "93.184.216.34"
        for host, reason in (("mixed", "isn't public"), ("none", "no address")):
            with pytest.raises(NotPublicError, match=reason):
                await public_address(host, 443, find=find_several)

    asyncio.run(run())


def test_a_name_that_is_not_found_is_refused_in_words() -> None:
    async def fail(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async def run() -> None:
        with pytest.raises(NotPublicError, match="no address"):
            await public_address("nowhere.invalid", 443, find=fail)

    asyncio.run(run())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "::1"])
def test_this_machine_is_found_under_all_its_names(host: str) -> None:
    """The system reads numbers as addresses in more ways than are obvious."""

    async def run() -> None:
        assert await resolve(host, 443)
        with pytest.raises(NotPublicError):
            await public_address(host, 443)

    asyncio.run(run())
