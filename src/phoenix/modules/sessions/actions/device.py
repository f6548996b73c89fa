"""What a list of sessions shows about a device and its network, and no more."""

from __future__ import annotations

import ipaddress

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"))


def device_of(agent: str) -> str:
    """“Firefox on Linux”, from a User-Agent header; its first word if it is not a browser."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    word = agent.split("/", maxsplit=1)[0].split(" ", maxsplit=1)[0][:40]
    return browser or system or (word if word.isprintable() and word else "Unknown device")


def place_of(address: str) -> str:
    """The network of an address: /24 for IPv4, /48 for IPv6. Enough to recognise, too little to track."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    network = ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False)
    return str(network)
