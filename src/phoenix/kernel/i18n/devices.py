"""Names of devices, as they are stored and as each reader sees them."""

from __future__ import annotations

from phoenix.kernel.language import _

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"))
UNKNOWN = "Unknown device"
_BETWEEN = " on "
_PAIRS = frozenset((browser, system) for _mark, browser in BROWSERS for _sign, system in SYSTEMS)


def device_of(agent: str) -> str:
    """“Firefox on Linux”, from a User-Agent header; its first word if it is not a browser. So it is stored, whoever reads it."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser}{_BETWEEN}{system}"
    word = agent.split("/", maxsplit=1)[0].split(" ", maxsplit=1)[0][:40]
    return browser or system or (word if word.isprintable() and word else UNKNOWN)


def device(name: str) -> str:
    """A name that `device_of` made, in the reader's language."""
    browser, _between, system = name.partition(_BETWEEN)
    if (browser, system) in _PAIRS:
        return _("{browser} on {system}").format(browser=browser, system=system)
    return _("Unknown device") if name == UNKNOWN else name
