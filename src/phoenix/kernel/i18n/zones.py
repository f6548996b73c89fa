"""Time zones by name: every name that IANA has is taken, and each zone has one name by which it is stored and shown."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from functools import cache
from importlib import resources

from babel import Locale

UTC = "UTC"
LONGEST = 64
CONTINENTS = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
# Names in the database that stand for no zone of their own: what the server's clock is set to, and a placeholder.
NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})


@cache
def names() -> frozenset[str]:
    """Every name of a time zone, former ones included."""
    return frozenset(zoneinfo.available_timezones()) - NO_ZONES


def canonical(name: str) -> str | None:
    """The name a zone is stored and shown by: “Asia/Kolkata” for “Asia/Calcutta”. None for any other name.

    A place of its own keeps its name even where its clocks are those of another: Oslo is not shown as Berlin.
    """
    return _canonical(name) if name in names() else None


def called(text: str) -> str | None:
    """The zone that someone who typed this means: a name in any case, or a place that only one zone has, such as “tokyo”."""
    return canonical(text) or (_called().get(_plain(text)) if len(text) <= LONGEST else None)


def known() -> list[str]:
    """The canonical names, in order: the places people choose from, and UTC."""
    return [*sorted(name for name in names() if name.startswith(CONTINENTS) and _canonical(name) == name), UTC]


@cache
def places_in(locale: str) -> Mapping[str, str]:
    """What a language calls the places of zones, by their canonical names, as CLDR has it: only where it has a word of its own."""
    found: dict[str, str] = {}
    for name, words in Locale.parse(locale).time_zones.items():
        zone = canonical(name)
        if zone is not None and zone != UTC and "city" in words:
            found[zone] = words["city"]
    return found


@cache
def _called() -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name in names():
        if name.startswith(CONTINENTS):
            for words in (_plain(name), _plain(name.rpartition("/")[2])):
                found.setdefault(words, set()).add(_canonical(name))
    return {"utc": UTC, **{words: zones.pop() for words, zones in found.items() if len(zones) == 1}}


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def edition() -> str:
    """The edition of the names, such as “2026f”."""
    return _read("tzdata.zi").partition("\n")[0].rpartition(" ")[2]


@cache
def _canonical(name: str) -> str:
    seen = {name}
    while name not in _places():
        target = _links().get(name)
        if target is None or target in seen:
            break
        seen.add(target)
        name = target
    return UTC if name == "Etc/UTC" else name


@cache
def _places() -> frozenset[str]:
    """The zones by country, as IANA lists them for people to choose from."""
    lines = _read("zone.tab").splitlines()
    return frozenset(line.split("\t")[2] for line in lines if line and not line.startswith("#"))


@cache
def _links() -> dict[str, str]:
    """Other names, each with the name that it is a link to."""
    lines = (line.split() for line in _read("tzdata.zi").splitlines() if line.startswith("L "))
    return {name: target for _link, target, name in lines}


def _read(file: str) -> str:
    """A file of the package: systems build their own with more or fewer links, and a name must not depend on that."""
    return resources.files("tzdata").joinpath("zoneinfo", file).read_text(encoding="utf-8")
