"""The settings in effect, without secrets."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from phoenix.kernel.language import gettext
from phoenix.settings import WITHHELD, Settings, values

SECRET = re.compile(r"SECRET|KEY|PASSWORD|PROVIDERS|TOKEN")
# Numbers with names like those of secrets.
PLAIN = frozenset({"PHOENIX_ACCESS_TOKEN"})
USER_AND_PASSWORD = re.compile(r"(://[^:/?#@\s]*):\S*@")
OPTION = re.compile(r"(?i)((?:password|secret|token|key|sslpassword)=)[^&\s]*")
HIDDEN = "•••"


class Value(Struct, frozen=True):
    """A setting in effect. `hidden` means that it is set but not shown."""

    concern: str
    variable: str
    value: str
    is_default: bool
    hidden: bool
    about: str


def values_of(settings: Settings, *, people_url: str) -> list[Value]:
    """Every setting, in the order of the documentation. `people_url` is the public address, shown instead of the panel's own."""
    found, withheld = [], settings.given.get(WITHHELD, "").split(",")
    for concern, variable, given in values(settings):
        raw = people_url if variable.name == "PHOENIX_PUBLIC_URL" else given
        text = _text(raw)
        # The panel is not given the secrets that it does not need, only that they are set.
        kept = variable.name in withheld
        hidden = kept or (bool(text) and variable.name not in PLAIN and SECRET.search(variable.name) is not None)
        shown = HIDDEN if hidden else mask(text)
        found.append(Value(gettext(concern), variable.name, shown, raw == variable.default and not kept, hidden, gettext(variable.about)))
    return found


def mask(text: str) -> str:
    """A URL without its password, wherever that is."""
    return OPTION.sub(rf"\1{HIDDEN}", USER_AND_PASSWORD.sub(rf"\1:{HIDDEN}@", text))


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
