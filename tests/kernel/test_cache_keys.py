"""Keys of the cache are created by kinds that are declared once, so that no key can be misspelt."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import phoenix
from phoenix.kernel.cache import keys

SOURCE = Path(phoenix.__file__).parent
KEYS = "kernel/cache/keys.py"


def parsed() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield node


def test_only_a_key_kind_creates_a_key() -> None:
    made = [f"{file}:{call.lineno}" for file, tree in parsed() for call in calls(tree, "Key") if file != KEYS]
    assert made == [], "declare a KeyKind and call it"


def test_every_kind_is_declared_once_at_the_top_of_its_module() -> None:
    names: list[str] = []
    hidden: list[str] = []
    for file, tree in parsed():
        top = {call for statement in tree.body if isinstance(statement, ast.Assign) for call in calls(statement, "KeyKind")}
        for call in calls(tree, "KeyKind"):
            (name,) = call.args
            assert isinstance(name, ast.Constant), f"{file}:{call.lineno} computes the name of a kind"
            names.append(str(name.value))
            hidden += [] if call in top else [f"{file}:{call.lineno}"]
    assert hidden == []
    assert [name for name, count in Counter(names).items() if count > 1] == [], "two kinds have the same name"
    # Stored values contain their keys. Renaming a kind makes them all stale at once, which is harmless but must be intended.
    assert sorted(names) == ["account", "email_texts", "events", "inbox", "members", "signing_keys"]


def test_watched_and_invalidated_keys_are_never_written_as_text() -> None:
    texts = [
        f"{file}:{call.lineno}"
        for file, tree in parsed()
        for call in calls(tree, "invalidate", "on")
        if ast.unparse(call.func) in {"tx.invalidate", "self.invalidate", "watch.on"}
        and any(isinstance(arg, (ast.Constant, ast.JoinedStr)) for arg in call.args)
    ]
    assert texts == []


def test_a_key_contains_its_kind_and_id() -> None:
    assert (keys.ACCOUNT("acc_1"), keys.EVENTS("org_1"), keys.MEMBERS("org_1")) == ("account:acc_1", "events:org_1", "members:org_1")
    assert keys.KeyKind("thing")() == "thing"
