"""The composition of Phoenix: these modules, in this order, then those of other packages.

To extend it, add a folder and a line, or install a package with modules of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import phoenix.kernel.data
from phoenix.kernel.registry import Registry
from phoenix.modules.accounts.module import MODULE as ACCOUNTS
from phoenix.modules.admin.module import MODULE as ADMIN
from phoenix.modules.audit.module import MODULE as AUDIT
from phoenix.modules.dashboard.module import MODULE as DASHBOARD
from phoenix.modules.demo.module import MODULE as DEMO
from phoenix.modules.entries.module import MODULE as ENTRIES
from phoenix.modules.factors.module import MODULE as FACTORS
from phoenix.modules.feed.module import MODULE as FEED
from phoenix.modules.impersonation.module import MODULE as IMPERSONATION
from phoenix.modules.keys.module import MODULE as KEYS
from phoenix.modules.organisations.module import MODULE as ORGANISATIONS
from phoenix.modules.providers.module import MODULE as PROVIDERS
from phoenix.modules.sessions.module import MODULE as SESSIONS
from phoenix.modules.sign_in.module import MODULE as SIGN_IN
from phoenix.operations.added import load, ordered
from phoenix.operations.references import references

OWN = (
    ACCOUNTS,
    SESSIONS,
    FACTORS,
    PROVIDERS,
    SIGN_IN,
    KEYS,
    IMPERSONATION,
    AUDIT,
    ORGANISATIONS,
    ENTRIES,
    FEED,
    DASHBOARD,
    ADMIN,
    DEMO,
)

MODULES = ordered(OWN, load(references(os.environ)))
REGISTRY = Registry(MODULES)

MIGRATIONS = (
    Path(phoenix.kernel.data.__file__).parent / "migrations",
    *(module.migrations for module in MODULES),
)
