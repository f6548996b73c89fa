"""How settings are declared, read from the environment and checked, for Phoenix and for modules."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from email.utils import getaddresses
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")
PREFIX = "PHOENIX_"
# What Phoenix passes to its own processes, and what tests set.
INTERNAL = ("PHOENIX_UP_", "PHOENIX_TEST_")
# The names of the secrets that are set, but that this process was not given.
WITHHELD = "PHOENIX_UP_WITHHELD"
Check = Callable[[Any], str]
"""What is wrong with a value, as the end of a sentence that starts with the variable's name; "" if nothing is."""


_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


class SettingsError(Exception):
    """Phoenix cannot start with a value in the environment. The message names the variable and the fix."""


def setting(name: str, default: Any, about: str, check: Check | None = None, *, secret: bool = False) -> Any:
    """Declare a setting: its variable without the prefix, its default, one sentence for the documentation, and its check.

    A `secret` one is or holds a secret, which only the processes that need it are given.
    """
    return field(default=default, metadata={"name": name, "about": about, "check": check, "secret": secret})


@dataclass(frozen=True, slots=True)
class Variable:
    """A setting as shown to operators."""

    name: str
    default: Any
    about: str
    secret: bool = False


def variables_of(kind: type[Any], prefix: str = PREFIX) -> list[Variable]:
    """The settings of a concern, in the order they are declared."""
    return [Variable(prefix + f.metadata["name"], f.default, f.metadata["about"], f.metadata["secret"]) for f in dataclasses.fields(kind)]


def read_concern(kind: type[T], env: Mapping[str, str], prefix: str = PREFIX) -> T:
    """Read and check a frozen dataclass of settings. Raises SettingsError, naming the first invalid variable."""
    types = get_type_hints(kind)
    values = {}
    for f in dataclasses.fields(kind):  # type: ignore[arg-type]
        variable = prefix + f.metadata["name"]
        text = _given(variable, env)
        if text is not None:
            values[f.name] = _checked(variable, _parse(variable, text, types[f.name]), f.metadata["check"])
    return kind(**values)


def unknown(given: Mapping[str, str], known: set[str]) -> list[str]:
    """One sentence for each unknown variable, with the setting that was probably meant."""
    sentences = []
    for name in sorted(given):
        if name.removesuffix("_FILE") in known or name.startswith(INTERNAL):
            continue
        meant = get_close_matches(name, known, 1, 0.85)
        sentences.append(f"{name} is not a setting, and has no effect." + (f" Did you mean {meant[0]}?" if meant else ""))
    return sentences


def _given(variable: str, env: Mapping[str, str]) -> str | None:
    text = env.get(variable)
    if text is None and (path := env.get(f"{variable}_FILE")):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise SettingsError(f"{variable}_FILE names {path}, which cannot be read: {why}.") from None
    return text


def _checked(variable: str, value: Any, check: Check | None) -> Any:
    problem = check(value) if check is not None else ""
    if problem:
        raise SettingsError(f"{variable} {problem}.")
    return value


def _parse(variable: str, text: str, kind: Any) -> Any:
    if kind is bool:
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"0", "false", "no", "off", ""}:
            return False
        raise SettingsError(f"{variable} must be true or false, not {text!r}.")
    if kind is int:
        # Not int(), which accepts digits of every script, underscores, and megabytes of text.
        if not (text.strip().isascii() and text.strip().removeprefix("-").isdecimal() and len(text) < 20):
            raise SettingsError(f"{variable} must be a whole number, not {text[:40]!r}.")
        number = int(text)
        if number < 0:
            raise SettingsError(f"{variable} must not be negative.")
        return number
    if kind is Path:
        return Path(text).expanduser()
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def one_of(*choices: str) -> Check:
    """One of these words."""

    def check(value: str) -> str:
        said = f"{', '.join(filter(None, choices[:-1]))} or {choices[-1]}"
        return "" if value in choices else f"must be {said}, not {value[:40]!r}"

    return check


def between(least: int, most: int) -> Check:
    """A number in this range, inclusive."""
    return lambda value: "" if least <= value <= most else f"must be between {least} and {most}, not {value}"


def at_least_or_never(least: int) -> Check:
    """A number of at least this much, or 0 for never."""
    return lambda value: "" if value == 0 or value >= least else f"must be 0 or at least {least}, not {value}"


PORT = between(0, 65_535)


def _has_port(parts: SplitResult) -> bool:
    """Whether an address has a valid port, or none."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def with_scheme(*schemes: str) -> Check:
    """Empty, or an address with one of these schemes and a host."""

    def check(value: str) -> str:
        if not value:
            return ""
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        try:
            parts = urlsplit(value)
            whole = parts.scheme in schemes and (bool(parts.hostname) or "host=" in parts.query)
        except ValueError:
            whole = False
        if whole and not _has_port(parts):
            return "has a port that is not a number between 1 and 65535"
        return "" if whole else f"must be an address that starts with {wanted}"

    return check


def networks(value: tuple[str, ...]) -> str:
    """IP addresses and networks in CIDR notation."""
    for text in value:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            return f"contains {text[:60]!r}, which is not a network; use a form such as 10.8.0.0/24"
    return ""


def origins(value: tuple[str, ...]) -> str:
    """Exact web origins (RFC 6454): scheme, host and port, and nothing else."""
    for text in value:
        try:
            parts = urlsplit(text)
            exact = parts.scheme in {"http", "https"} and bool(parts.hostname) and f"{parts.scheme}://{parts.netloc}" == text
            exact = exact and "*" not in text and "@" not in parts.netloc and parts.port != 0
        except ValueError:
            exact = False
        if not exact:
            return f"contains {text[:80]!r}; use an exact origin such as https://app.example.com"
    return ""


def bind(value: str) -> str:
    """An IP address or host name and a port."""
    host, _, port = value.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or len(port) > 5 or int(port) > 65_535:
        return "must be an address and a port, such as 127.0.0.1:8020"
    return ""


def email(value: str) -> str:
    """Empty, or one email address."""
    local, _, domain = value.rpartition("@")
    whole = bool(local and domain) and value.isprintable() and not set(value) & set(' <>,;"?&')
    return "" if whole or not value else f"must be an email address such as support@example.com, not {value[:60]!r}"


def sender(value: str) -> str:
    """One email address, with a name before it or not."""
    found = [address for _name, address in getaddresses([value])]
    whole = len(found) == 1 and bool(found[0]) and not email(found[0])
    return "" if whole else f"must be like Phoenix <no-reply@your-domain>, not {value[:60]!r}"


def pem_key(value: str) -> str:
    """Empty, or something that looks like a private key in PEM (RFC 7468): never repeated, since it is secret."""
    text = value.strip()
    whole = text.startswith("-----BEGIN ") and "PRIVATE KEY-----" in text and text.endswith("-----")
    return "" if whole or not text else "must be a private key in PEM, from -----BEGIN to the last -----"


def host_name(value: str) -> str:
    """Empty, or only the name of a host (RFC 1123), in its ASCII form."""
    labels = value.split(".")
    whole = len(value) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return "" if whole or not value else f"must be a host name such as app.example.com, without https:// or a path, not {value[:60]!r}"
