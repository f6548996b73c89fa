"""The texts of an email that can be changed without changing its template: what they are, what can be written, and how it is shown.

A text is plain, with the variables of the message that it replaces in braces, such as `{code}`. It is never a template: nothing in it
is run, and everything in it is escaped. It has every variable that the message has, so that no code is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast
from markupsafe import escape
from msgspec import Struct

from phoenix.kernel.i18n.links import has_link
from phoenix.kernel.language import _, gettext

Place = Literal["subject", "title", "body", "button", "foot", "text"]

# In the order in which a reader meets them. A text that stands in several places is named after the first.
BLOCKS: tuple[Place, ...] = ("subject", "title", "body", "foot", "text")
# A greeting can do without the name; nothing else is optional.
OPTIONAL = frozenset({"name"})
_VARIABLE = re.compile(r"%\((\w+)\)s")
_STRONG = re.compile(r"<strong>%\((\w+)\)s</strong>")
_WRITTEN = re.compile(r"\{(\w+)\}")
_HTML = re.compile(r"<[a-zA-Z/!?]|&#?\w+;")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_chosen: ContextVar[Mapping[str, str] | None] = ContextVar("email_texts", default=None)


class ChangeableText(Struct, frozen=True):
    """A message of a template that can be replaced, and where it is."""

    message: str
    place: Place

    @property
    def variables(self) -> tuple[str, ...]:
        return variables_of(self.message)


def texts_in(environment: Environment, source: str) -> tuple[ChangeableText, ...]:
    """The texts of a template that can be changed, in the order of BLOCKS.

    Messages with elements besides `<strong>` around a variable, such as a link, and those with a plural stay as delivered.
    """
    tree = environment.parse(source)
    blocks = {block.name: block for block in tree.find_all(nodes.Block)}
    found: dict[str, Place] = {}
    for name in BLOCKS:
        if name not in blocks:
            continue
        buttons = {message for call in blocks[name].find_all(nodes.Call) if _is_button(call) for message in _messages(call)}
        for message in _messages(blocks[name]):
            found.setdefault(message, "button" if message in buttons else name)
    return tuple(ChangeableText(message, place) for message, place in found.items() if _is_changeable(message))


def delivered(message: str) -> str:
    """The delivered text in the reader's language, as it is written by people."""
    return _VARIABLE.sub(r"{\1}", _STRONG.sub(r"{\1}", gettext(message))).replace("%%", "%")


def variables_of(message: str) -> tuple[str, ...]:
    """The variables of a message, in their order."""
    return tuple(dict.fromkeys(_VARIABLE.findall(message)))


def problem_of(message: str, text: str) -> str:
    """Why a text cannot replace a message, as a sentence; "" if it can."""
    variables, written = variables_of(message), set(_WRITTEN.findall(text))
    lost = [name for name in variables if name not in written | OPTIONAL]
    if _DIRECTION.search(text):
        return _("This contains an invisible character that changes the direction of text. Remove it.")
    if _HTML.search(text):
        return _("This contains HTML. Use plain text: the layout of the email stays as it is.")
    if written - set(variables) or re.search(r"[{}]|%\(", _WRITTEN.sub("", text)):
        if not variables:
            return _("This text has no variables. Remove the braces or the percent sign.")
        return _("Only these variables work here: {names}. Remove other braces and percent signs.").format(names=_in_braces(variables))
    if has_link(text):
        return _("This contains what email apps turn into a link. Remove it, or put a space after the full stop.")
    if lost:
        return _("This text needs {names}. Without it, the email would be of no use.").format(names=_in_braces(lost))
    return ""


def sentence_of(message: str, text: str) -> str:
    """A text as a translation of its message: escaped, with its variables as gettext has them, and as strong as they were."""
    strong = set(_STRONG.findall(message))

    def variable(found: re.Match[str]) -> str:
        return f"<strong>%({found[1]})s</strong>" if found[1] in strong else f"%({found[1]})s"

    return _WRITTEN.sub(variable, str(escape(text)).replace("%", "%%"))


@contextmanager
def using(sentences: Mapping[str, str]) -> Iterator[None]:
    """Within the block, emails say these sentences instead of the messages that they replace."""
    token = _chosen.set(sentences)
    try:
        yield
    finally:
        _chosen.reset(token)


def chosen(message: str) -> str:
    """The sentence that replaces a message now, or its translation."""
    return (_chosen.get() or {}).get(message) or gettext(message)


def _in_braces(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _is_changeable(message: str) -> bool:
    return not re.search(r"[<{}]", _STRONG.sub("", message))


def _is_button(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name.endswith("button")


def _messages(node: nodes.Node) -> list[str]:
    # It walks whatever node it is given; only its annotation asks for a template.
    found = extract_from_ast(node)  # type: ignore[arg-type]
    # With variables it is a tuple that begins with the message.
    said = [words[0] if isinstance(words, tuple) else words for _line, function, words in found if function in {"_", "gettext"}]
    return [message for message in said if message]
