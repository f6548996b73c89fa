"""What is secret in a child's environment goes through a descriptor that it inherits, and is in no environment."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping

from phoenix.settings import DESCRIPTOR, PREFIX, variables
from phoenix.settings.declare import INTERNAL

PLAIN = frozenset({variable.name for _, variable in variables() if not variable.secret} | {"PHOENIX_MODULES"})


def is_secret(name: str) -> bool:
    """Whether a variable holds a secret, or is one of a module's: which of those do, only the modules know."""
    return name.startswith(PREFIX) and not name.startswith(INTERNAL) and not name.endswith("_FILE") and name not in PLAIN


@contextlib.contextmanager
def handed_over(environment: Mapping[str, str]) -> Iterator[tuple[dict[str, str], tuple[int, ...]]]:
    """An environment without secrets, and the descriptor to inherit with them, which this process closes at the end.

    The file is in memory only and has no name. Only Linux has such files; elsewhere the environment stays as it is.
    """
    secrets = {name: value for name, value in environment.items() if is_secret(name)}
    if sys.platform != "linux" or not secrets:
        yield dict(environment), ()
        return
    descriptor = os.memfd_create("secrets")
    try:
        os.write(descriptor, json.dumps(secrets).encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield {name: value for name, value in environment.items() if name not in secrets} | {DESCRIPTOR: str(descriptor)}, (descriptor,)
    finally:
        os.close(descriptor)
