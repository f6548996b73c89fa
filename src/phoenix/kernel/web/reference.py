"""The OpenAPI 3.1 document for people: operations by subject, each with its fields and an example."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.language import _

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 4

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a value in words. `target` is the name of its schema, if that has its own section."""

    words: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a field. `place` is path, query or header, or empty for a field of a body."""

    name: str
    kind: Kind
    required: bool
    about: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: its status, its meaning and its content. `problem` if that is a problem (RFC 9457)."""

    status: str
    about: str
    kind: Kind | None
    problem: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `anchor` is its id on the page, `example` a shell command."""

    anchor: str
    method: str
    path: str
    title: str
    about: str
    deprecated: bool
    parameters: tuple[Row, ...]
    body: tuple[Row, ...]
    body_kind: Kind | None
    replies: tuple[Reply, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Operations on the same subject."""

    anchor: str
    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """A named schema that operations accept or return."""

    anchor: str
    name: str
    about: str
    fields: tuple[Row, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page."""

    title: str
    version: str
    about: str
    subjects: tuple[Subject, ...]
    things: tuple[Thing, ...]
    problems: tuple[type[PhoenixError], ...]


def reference(document: Json) -> Reference:
    """Read a document. References outside it are shown only by name."""
    reader = _Reader(document)
    groups: dict[str, list[Operation]] = {}
    for path, methods in document.get("paths", {}).items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                groups.setdefault(_subject(path, operation), []).append(reader.operation(path, method, operation))
    info = document.get("info", {})
    return Reference(
        title=info.get("title", ""),
        version=info.get("version", ""),
        about=info.get("description", ""),
        subjects=tuple(Subject(_anchor(name), name, tuple(found)) for name, found in groups.items()),
        things=tuple(reader.things()),
        problems=tuple(sorted(_problems(PhoenixError), key=lambda problem: (problem.status, problem.code))),
    )


class _Reader:
    def __init__(self, document: Json) -> None:
        self._schemas: Json = document.get("components", {}).get("schemas", {})

    def operation(self, path: str, method: str, operation: Json) -> Operation:
        body = _content(operation.get("requestBody", {}))
        title, about = _first_sentence(operation.get("summary") or operation.get("description") or path)
        description = operation.get("description") or ""
        if title not in description:
            about = description
        return Operation(
            anchor=_anchor(operation.get("operationId") or f"{method} {path}"),
            method=method.upper(),
            path=path,
            title=title,
            about=about,
            deprecated=bool(operation.get("deprecated")),
            parameters=tuple(self._parameter(p) for p in operation.get("parameters", ())),
            body=tuple(self._fields(body)) if body else (),
            body_kind=self.kind(body) if body else None,
            replies=tuple(self._replies(operation.get("responses", {}))),
            example=self._command(path, method, operation, body),
        )

    def things(self) -> Iterator[Thing]:
        for name, schema in sorted(self._schemas.items(), key=lambda item: _short(item[0])):
            if "properties" in schema or "enum" in schema:
                values = tuple(str(value) for value in schema.get("enum", ()))
                short = _short(name)
                yield Thing(_anchor(short), short, schema.get("description", ""), tuple(self._fields(schema)), values)

    def kind(self, schema: Json) -> Kind:
        """The type in words: “text”, “list of Entry”, “number or nothing”."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            target = self._schemas.get(name, {})
            return Kind(_short(name), _anchor(_short(name)) if "properties" in target or "enum" in target else "")
        options = schema.get("oneOf") or schema.get("anyOf")
        if options:
            kinds = [self.kind(option) for option in options]
            target = next((kind.target for kind in kinds if kind.target), "")
            return Kind(_(" or ").join(dict.fromkeys(kind.words for kind in kinds)), target)
        types = schema.get("type", "")
        if isinstance(types, list):
            return Kind(_(" or ").join(_word({**schema, "type": one}) for one in types))
        if types == "array":
            inner = self.kind(schema.get("items", {}))
            return Kind(_("array of {what}").format(what=inner.words), inner.target)
        return Kind(_word(schema))

    def _parameter(self, parameter: Json) -> Row:
        schema = parameter.get("schema", {})
        about = parameter.get("description") or schema.get("description", "")
        return Row(parameter["name"], self.kind(schema), bool(parameter.get("required")), about, parameter["in"])

    def _fields(self, schema: Json) -> Iterator[Row]:
        schema = self._resolved(schema)
        required = schema.get("required", ())
        for name, field in schema.get("properties", {}).items():
            yield Row(name, self.kind(field), name in required, field.get("description", ""))

    def _replies(self, responses: Json) -> Iterator[Reply]:
        for status, response in sorted(responses.items()):
            schema = _content(response)
            problem = "application/problem+json" in response.get("content", {})
            yield Reply(status, response.get("description", ""), self.kind(schema) if schema else None, problem)

    def _resolved(self, schema: Json) -> Json:
        if "$ref" in schema:
            return self._resolved(self._schemas.get(schema["$ref"].rpartition("/")[2], {}))
        options = schema.get("oneOf") or schema.get("anyOf")
        if options:
            return self._resolved(next((option for option in options if option.get("type") != "null"), {}))
        return schema

    def _example(self, schema: Json, depth: int = 0) -> Any:
        schema = self._resolved(schema)
        for given in ("examples", "enum"):
            if schema.get(given):
                found = schema[given]
                return found[0] if isinstance(found, list) else next(iter(found.values()))
        if "default" in schema and schema["default"] is not None:
            return schema["default"]
        if "properties" in schema and depth < DEEPEST:
            required = schema.get("required") or list(schema["properties"])
            return {name: self._example(schema["properties"][name], depth + 1) for name in required if name in schema["properties"]}
        types = schema.get("type", "object")
        first = types[0] if isinstance(types, list) else types
        return {"string": "…", "integer": 1, "number": 1, "boolean": True, "array": [], "null": None}.get(first, {})

    def _command(self, path: str, method: str, operation: Json, body: Json | None) -> str:
        names = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query" and p.get("required")]
        address = f'"$PHOENIX{path}' + ("?" + "&".join(f"{name}=…" for name in names) if names else "") + '"'
        parts = [
            "curl" + (f" -X {method.upper()}" if method not in {"get", "post"} or (method == "post" and body is None) else ""),
            address,
        ]
        # A public route says nothing about who may call it; this document has no rule for all routes.
        if operation.get("security"):
            parts.append('-H "Authorization: Bearer $TOKEN"')
        parts += [f'-H "{p["name"]}: …"' for p in operation.get("parameters", ()) if p["in"] == "header" and p.get("required")]
        if body is not None:
            parts += ['-H "Content-Type: application/json"', f"-d '{json.dumps(self._example(body), ensure_ascii=False)}'"]
        return " \\\n  ".join([f"{parts[0]} {parts[1]}", *parts[2:]])


def _content(holder: Json) -> Json | None:
    """The schema of a body or a response, in its first media type."""
    for media in holder.get("content", {}).values():
        found: Json | None = media.get("schema")
        return found
    return None


def _word(schema: Json) -> str:
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return _(" or ").join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if schema.get("format") == "date-time":
        return _("date-time")
    words = {
        "string": _("string"),
        "integer": _("integer"),
        "number": _("number"),
        "boolean": _("boolean"),
        "null": _("null"),
        "object": _("object"),
    }
    return words.get(schema.get("type", ""), _("any value"))


def _subject(path: str, operation: Json) -> str:
    """The tag; without one, the noun of the path."""
    tags = operation.get("tags") or []
    nouns = [part for part in path.split("/") if part and not part.startswith("{") and part != "api" and not _is_version(part)]
    name = str(tags[0]) if tags else nouns[0] if nouns else _("Other")
    return (name[:1].upper() + name[1:]).replace("_", " ")


def _first_sentence(text: str) -> tuple[str, str]:
    """The first sentence without its full stop, and the rest."""
    first, _stop, rest = text.strip().partition(". ")
    return first.rstrip("."), rest.strip()


def _problems(kind: type[PhoenixError]) -> set[type[PhoenixError]]:
    """Every error with its own code in the loaded modules."""
    own = {kind} if "code" in vars(kind) else set()
    return own.union(*(_problems(below) for below in kind.__subclasses__()))


def _is_version(part: str) -> bool:
    return part[:1] == "v" and part[1:].isdecimal()


def _short(name: str) -> str:
    """“Page of EntryAnswer” for Page_phoenix.modules.entries.api.EntryAnswer_, as Litestar spells generic classes."""
    outer, opened, inner = name.partition("_")
    if opened and inner.endswith("_"):
        return _("{outer} of {inner}").format(outer=outer, inner=_short(inner.removesuffix("_")))
    return name.rpartition(".")[2]


def _anchor(text: str) -> str:
    return "-".join("".join(c.lower() if c.isalnum() else " " for c in text).split())
