"""Finds changes between two OpenAPI 3.1 documents that break clients. Additions do not count.

Clients send requests as described, so everything that was accepted must still be accepted. They read responses as described, so
responses must still contain everything they contained, and an enumeration must have no new values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Json = dict[str, Any]
Direction = Literal["request", "response"]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Bounds of a request, and the direction in which each must not move.
UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
EXACT = ("pattern", "multipleOf", "uniqueItems")
DEEPEST = 24


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One breaking change: the call, the kind of change, the place in the call, and a sentence about it."""

    method: str
    path: str
    kind: str
    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.sentence} [{self.kind} at {self.place or 'the call'}]"


def compare(old: Json, new: Json) -> list[Change]:
    """Every breaking change from the old document to the new one."""
    calls, now = _calls(old), _calls(new)
    paths = {shape for shape, _method in now}
    found: list[Change] = []
    for (shape, method), (path, call) in calls.items():
        if (shape, method) in now:
            found += _Call(method.upper(), path, old, new).compare(call, now[shape, method][1])
        else:
            kind = "method_removed" if shape in paths else "path_removed"
            found.append(Change(method.upper(), path, kind, "", "no longer exists."))
    return sorted(set(found))


def _calls(document: Json) -> dict[tuple[str, str], tuple[str, Json]]:
    """Every call, by the shape of its path and its method. The names of placeholders do not matter to callers."""
    found = {}
    for path, item in document.get("paths", {}).items():
        names = re.findall(r"{(\w+)}", path)
        for method in METHODS:
            if method in item:
                shared = [*item.get("parameters", []), *item[method].get("parameters", [])]
                parameters = {}
                for parameter in (_resolve(document, entry) for entry in shared):
                    name = parameter["name"]
                    key = f"#{names.index(name)}" if parameter["in"] == "path" and name in names else name
                    parameters[parameter["in"], key] = parameter
                security = item[method].get("security", document.get("security", []))
                found[re.sub(r"{\w+}", "{}", path), method] = (path, {**item[method], "parameters": parameters, "security": security})
    return found


def _resolve(document: Json, node: Json) -> Json:
    """The target of a reference, merged with the keys next to the reference."""
    for _step in range(DEEPEST):
        if "$ref" not in node:
            return node
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    raise ValueError(f"{node['$ref']} refers to itself")


@dataclass(slots=True)
class _Call:
    """The comparison of one call."""

    method: str
    path: str
    old: Json
    new: Json
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def change(self, kind: str, place: str, sentence: str) -> Change:
        return Change(self.method, self.path, kind, place, sentence)

    def compare(self, old: Json, new: Json) -> Iterator[Change]:
        yield from self._parameters(old["parameters"], new["parameters"])
        # An operation that answered 401 always needed credentials, so documenting which ones changes nothing.
        if old["security"] or "401" not in old.get("responses", {}):
            yield from self._security(old["security"], new["security"])
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        yield from self._responses(old.get("responses", {}), new.get("responses", {}))

    def _parameters(self, old: Json, new: Json) -> Iterator[Change]:
        for key, parameter in old.items():
            place = f"{parameter['in']} parameter {parameter['name']}"
            if key not in new:
                yield self.change("parameter_removed", place, f"the {place} no longer exists.")
                continue
            if new[key].get("required") and not parameter.get("required"):
                yield self.change("parameter_required", place, f"the {place} is now required.")
            yield from self._schema(parameter.get("schema", {}), new[key].get("schema", {}), "request", place)
        for key, parameter in new.items():
            if key not in old and parameter.get("required"):
                place = f"{parameter['in']} parameter {parameter['name']}"
                yield self.change("parameter_required", place, f"the new {place} is required.")

    def _security(self, old: list[Json], new: list[Json]) -> Iterator[Change]:
        """Callers with the old credentials must still be able to call: for each old way there must be a new one that needs no more."""
        for way in old or [{}]:
            met = any(all(name in way and set(scopes) <= set(way[name]) for name, scopes in other.items()) for other in new or [{}])
            if not met:
                named = " and ".join(f"{name} {scopes}".replace(" []", "") for name, scopes in way.items()) or "no credentials"
                yield self.change("security_tightened", "security", f"{named} is no longer enough.")

    def _body(self, old: Json | None, new: Json | None) -> Iterator[Change]:
        before, now = _resolve(self.old, old or {}), _resolve(self.new, new or {})
        if now.get("required") and not before.get("required"):
            yield self.change("body_required", "body", "a body must be sent now.")
        if before and not now:
            yield self.change("body_removed", "body", "the body is not taken any more.")
            return
        for media, content in before.get("content", {}).items():
            if media not in now["content"]:
                yield self.change("media_type_removed", f"body as {media}", f"a body as {media} is no longer accepted.")
            else:
                yield from self._schema(content.get("schema", {}), now["content"][media].get("schema", {}), "request", "body")

    def _responses(self, old: Json, new: Json) -> Iterator[Change]:
        for status, answer in old.items():
            if status not in new:
                # An error that no longer occurs breaks no client.
                if status < "4" or status == "default":
                    yield self.change("response_removed", status, f"it no longer answers {status}.")
                continue
            before, now = _resolve(self.old, answer), _resolve(self.new, new[status])
            for media, content in before.get("content", {}).items():
                if media not in now.get("content", {}):
                    yield self.change("media_type_removed", f"{status} as {media}", f"the response {status} is no longer {media}.")
                else:
                    yield from self._schema(content.get("schema", {}), now["content"][media].get("schema", {}), "response", status)
            for name in before.get("headers", {}):
                if name.lower() not in {header.lower() for header in now.get("headers", {})}:
                    yield self.change("header_removed", f"{status} header {name}", f"the header {name} is no longer sent.")

    def _schema(self, old: Json, new: Json, direction: Direction, place: str) -> Iterator[Change]:
        if "$ref" in old and "$ref" in new:
            pair = (old["$ref"], new["$ref"], direction)
            if pair in self.seen:
                return
            self.seen.add(pair)
        before, now = self._variants(self.old, old), self._variants(self.new, new)
        null_before, null_now = _takes_null(before), _takes_null(now)
        if (null_before and not null_now) if direction == "request" else (null_now and not null_before):
            yield self.change(
                "nullable_changed", place, f"{place} {'can no longer be null' if direction == 'request' else 'can now be null'}."
            )
        before, now = ([one for one in some if one.get("type") != "null"] for some in (before, now))
        if len(before) == len(now) == 1:
            yield from self.one(before[0], now[0], direction, place)
            return
        # Every old form of a request must be accepted by a new one, and every new form of a response must match an old one.
        given, takers = (before, now) if direction == "request" else (now, before)
        for one in given:
            pairs = ((one, taker) if direction == "request" else (taker, one) for taker in takers)
            if not any(not list(replace(self, seen=set(self.seen)).one(*two, direction, place)) for two in pairs):
                yield self.change("variant_changed", place, f"the alternatives of {place} have changed.")
                return

    def _variants(self, document: Json, schema: Json) -> list[Json]:
        """The alternatives of a value, each resolved; a list of types is split up as well."""
        schema = _resolve(document, schema)
        for part in schema.get("allOf", []):
            other = _resolve(document, part)
            properties = {**schema.get("properties", {}), **other.get("properties", {})}
            required = sorted({*schema.get("required", []), *other.get("required", [])})
            schema = {**other, **schema} | ({"properties": properties} if properties else {}) | ({"required": required} if required else {})
        some = schema.get("oneOf") or schema.get("anyOf")
        if some:
            return [variant for one in some for variant in self._variants(document, one)]
        if isinstance(schema.get("type"), list):
            return [{**schema, "type": kind} for kind in schema["type"]]
        return [schema]

    def one(self, old: Json, new: Json, direction: Direction, place: str) -> Iterator[Change]:
        """Compare two schemas, neither of which is a choice between others."""
        giver, taker = (old, new) if direction == "request" else (new, old)
        if not _type_fits(giver.get("type"), taker.get("type")):
            yield self.change("type_changed", place, f"{place} was {old.get('type', 'anything')} and is {new.get('type', 'anything')}.")
            return
        if taker.get("format") not in {None, giver.get("format")}:
            yield self.change("format_changed", place, f"{place} had the format {old.get('format')} and now has {new.get('format')}.")
        yield from self._values(_values(giver), _values(taker), direction, place)
        if direction == "request":
            yield from self._bounds(old, new, place)
            if "default" in old and old["default"] != new.get("default"):
                yield self.change(
                    "default_changed", place, f"the default of {place} is now {new.get('default')!r} instead of {old['default']!r}."
                )
        yield from self._object(old, new, direction, place)
        if "items" in old or "items" in new:
            yield from self._schema(old.get("items", {}), new.get("items", {}), direction, f"{place}[]")

    def _values(self, given: list[Any] | None, taken: list[Any] | None, direction: Direction, place: str) -> Iterator[Change]:
        if taken is None:
            return
        if given is None:
            kind, sentence = (
                ("enum_narrowed", "now accepts only certain values") if direction == "request" else ("enum_opened", "can now be anything")
            )
            yield self.change(kind, place, f"{place} {sentence}.")
        elif strange := [value for value in given if value not in taken]:
            kind, verb = ("enum_narrowed", "no longer accepts") if direction == "request" else ("enum_widened", "can now be")
            yield self.change(kind, place, f"{place} {verb} {', '.join(map(repr, strange))}.")

    def _bounds(self, old: Json, new: Json, place: str) -> Iterator[Change]:
        for name in (*UPPER, *LOWER):
            before, now = old.get(name), new.get(name)
            if now is not None and (before is None or (now < before if name in UPPER else now > before)):
                yield self.change("bound_tightened", place, f"{name} of {place} was {before} and is {now}.")
        for name in EXACT:
            if new.get(name) not in {None, False, old.get(name)}:
                yield self.change("bound_tightened", place, f"{name} of {place} was {old.get(name)} and is {new[name]}.")

    def _object(self, old: Json, new: Json, direction: Direction, place: str) -> Iterator[Change]:
        before, now = old.get("properties", {}), new.get("properties", {})
        needed, needs = set(old.get("required", [])), set(new.get("required", []))
        for name, schema in before.items():
            where = f"{place}.{name}"
            if name not in now:
                yield self.change("field_removed", where, f"{where} no longer exists.")
                continue
            if direction == "request" and name in needs - needed:
                yield self.change("field_required", where, f"{where} is now required.")
            if direction == "response" and name in needed - needs:
                yield self.change("field_optional", where, f"{where} can now be missing.")
            yield from self._schema(schema, now[name], direction, where)
        if direction == "request":
            for name in sorted(needs - set(before)):
                yield self.change("field_required", f"{place}.{name}", f"the new {place}.{name} is required.")
        yield from self._others(old.get("additionalProperties", True), new.get("additionalProperties", True), direction, place)

    def _others(self, old: Any, new: Any, direction: Direction, place: str) -> Iterator[Change]:
        """Compare the fields that an object can have besides its named ones."""
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self._schema(old, new, direction, f"{place}.*")
        elif direction == "request" and old is not False and new is False:
            yield self.change("fields_closed", place, f"{place} no longer accepts other fields.")


def _values(schema: Json) -> list[Any] | None:
    """The allowed values, or None if all are allowed."""
    values: list[Any] | None = [schema["const"]] if "const" in schema else schema.get("enum")
    return values


def _takes_null(variants: list[Json]) -> bool:
    return any(one.get("type") == "null" or not one.keys() & {"type", "enum", "const", "properties", "items"} for one in variants)


def _type_fits(given: Any, taken: Any) -> bool:
    return taken is None or given == taken or (given, taken) == ("integer", "number")
