"""The composition of Phoenix: these modules, in this order, then those of other packages.

To extend it, add a folder and a line, or install a package with modules of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import phoenix.kernel.data
from phoenix.kernel.language import add_catalogues
from phoenix.kernel.registry import Registry
from phoenix.operations.added import load, ordered
from phoenix.operations.references import references

# Each is the `MODULE` in src/phoenix/modules/NAME/module.py.
NAMES = (
    "accounts",
    "sessions",
    "factors",
    "providers",
    "keys",
    "sign_in",
    "deliverability",
    "email_texts",
    "impersonation",
    "audit",
    "organisations",
    "presence",
    "entries",
    "comments",
    "feed",
    "dashboard",
    "welcome",
    "notifications",
    "push",
    "sms",
    "webhooks",
    "admin",
    "demo",
)

OWN = load([f"phoenix.modules.{name}.module:MODULE" for name in NAMES])
MODULES = ordered(OWN, load(references(os.environ)))
REGISTRY = Registry(MODULES)
add_catalogues(module.translations for module in MODULES)

MIGRATIONS = (
    Path(phoenix.kernel.data.__file__).parent / "migrations",
    *(module.migrations for module in MODULES),
)
