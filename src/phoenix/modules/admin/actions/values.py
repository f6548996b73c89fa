"""The settings in effect, without what nobody may read off a screen."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from msgspec import Struct

from phoenix.settings import Settings

SECRET = re.compile(r"SECRET|KEY|PASSWORD|PROVIDERS|TOKEN")
# Numbers that are called like secrets.
PLAIN = frozenset({"PHOENIX_ACCESS_TOKEN"})
USER_AND_PASSWORD = re.compile(r"(://[^:/?#@\s]*):\S*@")
OPTION = re.compile(r"(?i)((?:password|secret|token|key|sslpassword)=)[^&\s]*")
HIDDEN = "•••"


class Value(Struct, frozen=True):
    """A setting in effect. `hidden` is one that is set and not shown."""

    concern: str
    variable: str
    value: str
    is_default: bool
    hidden: bool
    about: str


def values_of(settings: Settings, *, people_url: str) -> list[Value]:
    """Every setting, in the order of the documentation. `people_url` is the public address, which the panel's own stands for."""
    found = []
    for concern in dataclasses.fields(settings):
        part = getattr(settings, concern.name)
        for field in dataclasses.fields(part):
            variable, raw = field.metadata["variable"], getattr(part, field.name)
            if variable == "PHOENIX_PUBLIC_URL":
                raw = people_url
            text = _text(raw)
            hidden = bool(text) and variable not in PLAIN and SECRET.search(variable) is not None
            shown = HIDDEN if hidden else mask(text)
            about = field.metadata["about"]
            found.append(Value((type(part).__doc__ or "").rstrip("."), variable, shown, raw == field.default, hidden, about))
    return found


def mask(text: str) -> str:
    """An address without the password in it, wherever it stands."""
    return OPTION.sub(rf"\1{HIDDEN}", USER_AND_PASSWORD.sub(rf"\1:{HIDDEN}@", text))


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
