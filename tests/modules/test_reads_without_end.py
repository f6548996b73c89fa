"""Everything that is read into memory as a whole ends: by LIMIT, by what it asks for, or for the reason given here."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from typing import Any

from tests.source import QUERIES, SOURCE

from phoenix.kernel.data.query import Query

IDS = "ids alone, of one person or organisation"
PLATFORM = "the permissions of a platform are a handful"
PROOFS = "the unused codes and links of one address, whose number is limited by the hour"
DECLARED = "made at run time; it ends with a LIMIT, or asks for the rows of a page by their ids"
ENDS = {
    "accounts.queries.PEOPLE_WITH": "the people with one permission on the platform",
    "accounts.queries.email_verification.HOLD_BY_CODE": PROOFS,
    "accounts.queries.email_verification.HOLD_BY_LINK": PROOFS,
    "accounts.queries.personal.PERMISSIONS": PLATFORM,
    "admin.queries.jobs.COUNTS": "one row for each kind of job",
    "admin.queries.organisations.MEMBERSHIPS": "a person is in at most as many organisations as `MOST_ORGANISATIONS`",
    "admin.queries.people.PERMISSIONS": PLATFORM,
    "choices.TAKE": "a batch, whose LIMIT is in the statement",
    "email_texts.queries.ACTIVE": "one for each template and language",
    "email_texts.queries.VERSIONS": "at most `MOST_VERSIONS` are kept",
    "notifications.queries.DELETE_OF_ORGANISATION": "a batch, whose LIMIT is in the statement",
    "push.queries.BROWSERS": "at most `MOST_BROWSERS` are made",
    "sms.queries.OWNERS": "at most `MOST_ACCOUNTS` confirm a number",
    "presence.queries.VERSIONS": "one for each process of sockets",
    "webhooks.queries.OF_ORGANISATION": "at most 20 are made",
    "factors.queries.passkeys.REMOVE_PASSKEYS": "at most 20 are made",
    "phoenix.kernel.registry.happened: texts_statement(registry.events.values())": DECLARED,
    "phoenix.kernel.data.former_zones: zoned.read": "a batch, whose LIMIT is in the query of each table",
    "kernel.data.jobs.FAIL_UNKNOWN": "the names of kinds of jobs",
    "keys.queries.SUSPEND": IDS,
    "keys.queries.REVOKE_ALL": "at most 100 keys are made",
    "organisations.queries: found": "the memberships of one person: at most `MOST_ORGANISATIONS`",
    "organisations.queries.HOLD_ORGANISATIONS_OF": IDS,
    "organisations.queries.INVITATIONS": "at most `MOST_INVITATIONS` are open",
    "organisations.queries.LEFT_ALONE": IDS,
    "organisations.queries.owners.OWNED": IDS,
    "organisations.queries.MEMBER_IDS": IDS,
    "organisations.queries.SERVICE_ACCOUNTS": "at most `MOST_SERVICE_ACCOUNTS` are made",
    "organisations.queries.closing.REMIND": "at most 100, the rest is next",
    "organisations.queries.owners.OTHER_OWNERS": IDS,
    "organisations.queries.transfer.WITHDRAW": "an organisation has at most one open offer",
    "organisations.queries.withdraw.KEY_MAKERS": "at most `MOST_SERVICE_ACCOUNTS` are made, each with one key",
    "organisations.queries.withdraw.WITHDRAW": "at most `MOST_INVITATIONS` are open",
    "organisations.queries.withdraw.WITHDRAWN_AT": "at most `MOST_INVITATIONS` are open",
    "phoenix.kernel.data.paged: self": "a page of a list, whose LIMIT is part of how it is declared",
    "providers.queries.IDENTITIES": "at most one of each provider",
    "sessions.queries.END_IMPERSONATIONS_BY": IDS,
    "sessions.queries.END_IMPERSONATIONS_OF": IDS,
    "sessions.queries.END_OTHERS": IDS,
    "sessions.queries.signing_keys.SIGNING_KEYS": "a key is made every few months, and removed once nothing is signed with it",
}
# The rows that a query asks for are named by its caller, who has them in memory.
NAMED = re.compile(r"= ANY ?\(\$\d|unnest\(\$\d")
LIMITED = re.compile(r"\bLIMIT (\$?\d+)")


def calls() -> Iterator[tuple[str, Query[Any] | None]]:
    """Every `.all(query, …)` in the code; None where the query is made at run time."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = None
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "all" and node.args:
                name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
                module = module or importlib.import_module(name.removesuffix(".__init__"))
                text = ast.unparse(node.args[0])
                found: Any = module
                for part in text.split("."):
                    found = getattr(found, part, None)
                if isinstance(found, Query):
                    yield _named(found, text), found
                else:
                    yield f"{name.removeprefix('phoenix.modules.').removesuffix('.__init__')}: {text}", None


def _named(query: Query[Any], text: str) -> str:
    names = [name.removeprefix("phoenix.").removeprefix("modules.") for name, one in QUERIES.items() if one is query]
    return next((name for name in names if ".queries" in name or name.startswith("kernel.")), text)


def ends(query: Query[Any]) -> bool:
    outside, inner = query.sql, 1
    while inner:
        outside, inner = re.subn(r"\([^()]*\)", "", outside)
    return bool(LIMITED.search(outside) or NAMED.search(query.sql))


def test_everything_that_is_read_as_a_whole_ends() -> None:
    endless = {name for name, query in calls() if query is None or not ends(query)}
    assert endless == set(ENDS), f"without an end: {sorted(endless - set(ENDS))}; listed for nothing: {sorted(set(ENDS) - endless)}"
