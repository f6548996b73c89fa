"""Phoenix is written in plain English: replaced words are used neither in names nor in sentences."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix.composition import MODULES
from phoenix.kernel.errors import PhoenixError

ROOT = Path(__file__).parents[1]
# The word, and what to say instead. A term of two words is forbidden where they are next to each other.
INSTEAD = {
    "seat": "membership",
    "visit": "call, request or user",
    "visitor": "user",
    "refusal": "problem, or error",
    "poke": "notify",
    "poker": "notifier",
    "wake": "listen",
    "bell": "an event that arrived",
    "face": "avatar",
    "mend": "fix",
    "house": "phoenix",
    "look as": "impersonate",
    "prove again": "reauthenticate",
    "log in": "sign in",
    "log ins": "sign-ins",
    "logging in": "signing in",
    "log out": "sign out",
    "logging out": "signing out",
    "logged out": "signed out",
    "way in": "sign-in method",
    "ways in": "sign-in methods",
    "way on": "next step",
    "take try": "count attempt",
    "set aside": "failed",
    "somebody": "someone, or who it is",
    "everybody": "everyone",
}


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a file defines: functions, classes, parameters and variables, but not names of others that it uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def words(name: str) -> str:
    """`LogIns`, `log_ins` and `LOG_INS` are all ` log ins `."""
    return f" {' '.join(re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+', name)).lower()} "


@pytest.mark.parametrize("folder", ["src/phoenix", "tests", "tools", "bench"])
def test_replaced_words_are_not_used_as_names(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name} (say {better})"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name, line in names(ast.parse(path.read_text(encoding="utf-8")))
        for word, better in INSTEAD.items()
        if f" {word} " in words(name)
    ]
    assert found == []


def test_a_name_is_split_into_words() -> None:
    assert [words(name) for name in ("LogIns", "log_ins", "LOG_INS", "HTTPSeat", "revisited")] == [
        " log ins ",
        " log ins ",
        " log ins ",
        " http seat ",
        " revisited ",
    ]


# The phrase as a pattern, and what to say instead. They are forbidden everywhere: in pages, emails, messages, API descriptions,
# documentation, docstrings and comments.
SAY = {
    r"log(s|ged|ging)? (in|out)(?! (development|production))": "sign in, sign out",
    r"log-(in|out)s?": "sign-in, sign-out",
    r"e-mails?|e-mail address": "email",
    r"(a|the|by|another|new|every|one|no|of|in|each|unwanted|that) mails?(?! (server|provider|program|scanner))": "email",
    r"somebody": "someone",
    r"of before": "from before, earlier, former",
    r"(?<!staff or )everybody(?!`)": "everyone",
    r"looks? as|look(s|ing)? through (the |a |another )?\w+['’]s eyes|through (other people['’]s|the) eyes": "impersonate, view as",
    r"those who (run|look after) (this|the|phoenix)": "support, or an administrator",
    r"do you wonder": "Questions?",
    r"for good": "permanently",
    r"meanwhile": "since, or while …",
    r"quarter of an hour": "15 minutes",
    r"wrong tr(y|ies)": "wrong attempt",
    r"set anew": "reset",
    r"anew": "again",
    r"(one|a|second) step more|second step": "two-step verification; second factor",
    r"ways? (in|to sign in)(?! which)": "sign-in method",
    r"prove again": "reauthenticate",
    r"(does not|do not|don't) hold any more|holds? until": "is valid, expires",
    r"acts that matter": "sensitive actions",
    r"have another (one|mail|email) sent": "send a new one",
    r"there (is|are) no such": "doesn't exist",
    r"(is|are|was|were|be) told(?! apart| from| to)": "notified, shown, or receives",
    r"logs? (nobody|everyone|people|someone) out": "sign out",
    r"begin(s)? an? (session|organisation)": "start, create",
}
# Forbidden only in what people see in the product: the words can be used in the documentation and in code.
SAY_ON_PAGES = {
    r"programs?": "service account, or app",
    r"type (it|the|this|your)": "enter",
    r"go on|goes on": "continue",
    r"set aside": "failed",
    r"nobody is": "no … found",
    r"key has ended": "key revoked",
    r"these are all|that is all|there are none": "end of list; no … yet",
    r"keep (it|them)|i have kept": "Cancel; save",
    r"begin(s)?|began": "start, create",
    r"press": "select, or name the button",
    r"fetch": "download",
    r"(you|we|they) may": "can",
    r"number acc_": "ID",
}
WHERE = ("src/phoenix", "tests", "tools", "bench", "docs", "web", "api")
PROSE = {".py", ".html", ".mjml", ".md", ".ts", ".css", ".txt", ".sh"}
# Files that are never rewritten: migrations, earlier releases, what others wrote, and lists of passwords.
AS_IT_WAS = ("migrations", "releases", "words", "static")
# Files that name the stopped words.
NAMED_HERE = {"tests/test_words.py", "tests/test_words_of_the_design.py", "tests/web/test_words_as_shown.py"}


def stopped(text: str, table: dict[str, str]) -> Iterator[str]:
    for pattern, better in table.items():
        for found in re.finditer(rf"(?i)(?<![\w.-])(?:{pattern})(?![\w-])", text):
            yield f"“{found[0]}”: say {better}"


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences of a file with their line numbers: strings and comments of Python, or the text of a page without links."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        for number, line in enumerate(text.splitlines(), 1):
            yield number, re.sub(r"""`[^`]*`|https?://\S+|(?:href|action|src|id|name|data-\w+)="[^"]*"|\{%.*?%\}(?=<)""", "", line)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING) and " " in token.string:
            for number, line in enumerate(token.string.splitlines(), token.start[0]):
                yield number, re.sub(r"`[^`]*`|https?://\S+", "", line)


def files() -> Iterator[Path]:
    yield from sorted(path for path in ROOT.glob("*.md"))
    for folder in WHERE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in PROSE and not set(path.relative_to(ROOT).parts) & set(AS_IT_WAS):
                yield path


def test_sentences_contain_no_stopped_words() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {why}"
        for path in files()
        if str(path.relative_to(ROOT)) not in NAMED_HERE
        for number, line in prose(path)
        for why in stopped(line, SAY)
    ]
    assert found == []


REPEATED = re.compile(r"\b([A-Z][^.?!]{6,}[.?!])\s+\1")


def test_no_sentence_is_said_twice_in_a_row() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {again[1]}"
        for path in files()
        for number, line in prose(path)
        for again in REPEATED.finditer(line)
    ]
    assert found == []


def said(path: Path) -> Iterator[tuple[int, str]]:
    """The text of a file that people see: everything that goes through gettext."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "ngettext", "gettext"}:
                yield from (
                    (node.lineno, part.value) for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
        return
    for found in re.finditer(r"""(?:_|ngettext)\((?:"([^"]*)")(?:, "([^"]*)")?|\{% trans[^%]*%\}(.*?)\{% endtrans %\}""", text, re.DOTALL):
        for part in found.groups():
            if part:
                yield text.count("\n", 0, found.start()) + 1, part


def test_pages_and_emails_contain_no_stopped_words() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {why}"
        for path in sorted((ROOT / "src/phoenix").rglob("*"))
        if path.suffix in {".py", ".html", ".mjml"} and "migrations" not in path.parts
        for number, text in said(path)
        for why in stopped(text, SAY | SAY_ON_PAGES)
    ]
    assert found == []


def descriptions(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            if key in {"summary", "description", "title"} and isinstance(below, str):
                yield below
            else:
                yield from descriptions(below)
    elif isinstance(value, list):
        for below in value:
            yield from descriptions(below)


def test_the_api_contains_no_stopped_words() -> None:
    document = json.loads((ROOT / "api/openapi.json").read_text(encoding="utf-8"))
    assert [f"{text}: {why}" for text in descriptions(document) for why in stopped(text, SAY | SAY_ON_PAGES)] == []


def test_a_phrase_is_found_as_whole_words() -> None:
    assert list(stopped("Log in, or look at the Mailpit mailbox.", SAY)) == ["“Log in”: say sign in, sign out"]
    assert list(stopped("Check the mail. Everybody, and `everybody`.", SAY)) == ["“the mail”: say email", "“Everybody”: say everyone"]
    assert list(stopped("A mail server, the blog in German, mail-verify, logged in production.", SAY)) == []


def problems() -> Iterator[type[PhoenixError]]:
    pending = [PhoenixError]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        yield kind


def test_title_and_detail_of_an_error_are_not_the_same_sentence() -> None:
    assert MODULES, "the modules bring their errors"
    same = [kind.__name__ for kind in problems() if not kind.sentence or kind.sentence.rstrip(".").lower() == kind.title.lower()]
    assert same == []
