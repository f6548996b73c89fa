"""All code is used: a function, class, constant or field must be named somewhere besides its own definition."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src/phoenix"
READ = {".py", ".html", ".mjml", ".ts", ".toml"}
# Called by libraries under these names: Litestar, aiosmtpd, Jinja, logging and code.InteractiveConsole; then asyncio and picows.
CALLED_BY_LIBRARIES = {"authorize_connection", "filter_stream", "handle_DATA", "handleError", "runcode"} | {
    "connection_lost", "connection_made", "data_received", "dump_bytecode", "eof_received", "isEnabledFor", "load_bytecode", "on_ws_connected",
    "on_ws_disconnected", "on_ws_frame", "pause_writing", "resume_writing",
}  # fmt: skip
# Promised by the API, and empty until there are files.
PROMISED = {"attachments"}
ROUTES = {"get", "post", "patch", "put", "delete", "page", "form", "stream", "command"}


def files() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in SOURCE.rglob("*") if path.suffix in READ and "static" not in path.parts}


def names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_registered(node):
            yield node.lineno, node.name
        elif isinstance(node, ast.ClassDef):
            yield node.lineno, node.name
            for part in node.body:
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    yield part.lineno, part.target.id
    for part in tree.body:
        if isinstance(part, ast.Assign):
            yield from ((part.lineno, target.id) for target in part.targets if isinstance(target, ast.Name))


def is_registered(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator registers it, as for a route or a command."""
    called = (ast.unparse(one.func if isinstance(one, ast.Call) else one).rpartition(".")[2] for one in node.decorator_list)
    return not ROUTES.isdisjoint(called)


def test_there_is_no_unused_code() -> None:
    texts = files()
    words = Counter(word for text in texts.values() for word in re.findall(r"\w+", text))
    unused = [
        f"{path.relative_to(SOURCE)}:{line}: {name}"
        for path, text in texts.items()
        if path.suffix == ".py" and not {"module_files", "product_files"} & set(path.parts)
        for line, name in names(ast.parse(text))
        if words[name] == 1 and not name.startswith("__") and name not in CALLED_BY_LIBRARIES | PROMISED
    ]
    assert unused == []
