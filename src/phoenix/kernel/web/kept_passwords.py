"""A password that was not what was wrong with a form: it need not be typed again, with or without scripts.

The page that shows the form again carries it sealed, for ten minutes and for the same person or browser only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import from_base64url, to_base64url

PASSWORDS = ("password", "current_password")
PREFIX = "kept_"
SEALED_AS = "kept password"
KEEP = timedelta(minutes=10)


class Sealed(Struct, frozen=True):
    password: str
    until: datetime


class Refused(dict[str, str]):
    """The sentence for each refused field. `kept` are the passwords that need not be typed again, sealed, by field."""

    def __init__(self, errors: Mapping[str, str], kept: Mapping[str, str]) -> None:
        super().__init__(errors)
        self.kept = kept


def seal_passwords(runtime: Runtime, binding: str, form: Mapping[str, str], errors: Mapping[str, str]) -> Refused:
    """What was refused, with the passwords that were not. If nothing says what was wrong, it may have been the password."""
    until = runtime.clock.now() + KEEP
    kept = {
        name: to_base64url(runtime.keys.seal(SEALED_AS, msgspec.msgpack.encode(Sealed(form[name], until)), bound_to=f"{binding}\0{name}"))
        for name in PASSWORDS
        if errors and form.get(name) and name not in errors
    }
    return Refused(errors, kept)


def with_kept_passwords(runtime: Runtime, binding: str, form: Mapping[str, str]) -> dict[str, str]:
    """The fields with the passwords that were kept and not typed again, and without those seals."""
    plain = {name: value for name, value in form.items() if not name.startswith(PREFIX)}
    for name in PASSWORDS:
        sealed = from_base64url(form.get(f"{PREFIX}{name}", "")) if not plain.get(name) else None
        opened = runtime.keys.unseal(SEALED_AS, sealed, bound_to=f"{binding}\0{name}") if sealed else None
        if opened is not None:
            kept = msgspec.msgpack.decode(opened, type=Sealed)
            if runtime.clock.now().astimezone(UTC) < kept.until:
                plain[name] = kept.password
    return plain
