"""What a list of sessions shows about the network of a device, and no more."""

from __future__ import annotations

import ipaddress


def place_of(address: str) -> str:
    """The network of an address: /24 for IPv4, /48 for IPv6. Enough to recognise, too little to track."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    network = ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False)
    return str(network)
