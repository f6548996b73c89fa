"""V1: every kind of API change that breaks clients is detected, and passes only if it was announced."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.operations.api_documents import NOTES, Json, answer, call, document, needs, sent
from tools.api_changes import compare
from tools.api_compare import main

ROOT = Path(__file__).parents[2]


def new_field_that_must_be_sent(found: Json) -> None:
    sent(found).update(team={"type": "string"})
    needs(found, "Change", "team")


def another_schema(found: Json) -> None:
    found["components"]["schemas"]["Person"] = {"type": "object", "properties": {"name": {"type": "integer"}}}
    answer(found)["author"] = {"$ref": "#/components/schemas/Person"}


def rename_placeholder(found: Json) -> None:
    found["paths"]["/notes/{id}"] = found["paths"].pop(NOTES)
    found["paths"]["/notes/{id}"]["parameters"][0]["name"] = "id"


def inline_schema(found: Json) -> None:
    answer(found)["author"] = copy.deepcopy(found["components"]["schemas"]["Author"])


BREAKING: list[tuple[str, str, Callable[[Json], Any]]] = [
    ("a path removed", "path_removed", lambda d: d["paths"].pop("/notes")),
    ("a method removed", "method_removed", lambda d: d["paths"][NOTES].pop("patch")),
    ("a field of a response removed", "field_removed", lambda d: answer(d).pop("title")),
    ("a nested field of a response removed", "field_removed", lambda d: d["components"]["schemas"]["Author"]["properties"].pop("name")),
    (
        "a field of a response that can now be missing",
        "field_optional",
        lambda d: d["components"]["schemas"]["Note"]["required"].remove("title"),
    ),
    ("another type in a response", "type_changed", lambda d: answer(d)["title"].update(type="integer")),
    ("a wider type in a response", "type_changed", lambda d: answer(d)["size"].update(type="number")),
    ("any type in a response", "type_changed", lambda d: answer(d)["size"].pop("type")),
    ("a new value in a response", "enum_widened", lambda d: answer(d)["state"]["enum"].append("gone")),
    ("any value in a response", "enum_opened", lambda d: answer(d)["state"].pop("enum")),
    ("null in a response", "nullable_changed", lambda d: answer(d).update(size={"oneOf": [{"type": "integer"}, {"type": "null"}]})),
    ("another format in a response", "format_changed", lambda d: answer(d)["at"].update(format="date")),
    ("no format in a response", "format_changed", lambda d: answer(d)["at"].pop("format")),
    ("a reference to another schema", "type_changed", another_schema),
    ("another type of additional fields", "type_changed", lambda d: answer(d)["tags"].update(additionalProperties={"type": "integer"})),
    ("another alternative in a response", "variant_changed", lambda d: answer(d)["whole"]["anyOf"].append({"type": "boolean"})),
    ("a status removed", "response_removed", lambda d: call(d, "patch")["responses"].pop("202")),
    ("a media type of a response removed", "media_type_removed", lambda d: call(d, "get")["responses"]["200"]["content"].pop("text/csv")),
    ("a header removed", "header_removed", lambda d: call(d, "get")["responses"]["200"].pop("headers")),
    ("a parameter removed", "parameter_removed", lambda d: call(d, "get")["parameters"].pop()),
    ("a parameter renamed", "parameter_removed", lambda d: call(d, "get")["parameters"][1].update(name="sort")),
    ("a parameter that is now required", "parameter_required", lambda d: call(d, "get")["parameters"][1].update(required=True)),
    (
        "a new required parameter",
        "parameter_required",
        lambda d: call(d, "get")["parameters"].append({"name": "team", "in": "query", "required": True, "schema": {}}),
    ),
    ("a lower bound of a parameter", "bound_tightened", lambda d: call(d, "get")["parameters"][0]["schema"].update(maximum=50)),
    ("another default of a parameter", "default_changed", lambda d: call(d, "get")["parameters"][0]["schema"].update(default=10)),
    ("a value removed from a request", "enum_narrowed", lambda d: sent(d)["state"]["enum"].remove("draft")),
    ("only certain values in a request", "enum_narrowed", lambda d: sent(d)["at"].update(enum=["now"])),
    ("a new required field", "field_required", new_field_that_must_be_sent),
    ("an optional field that is now required", "field_required", lambda d: needs(d, "Change", "zone")),
    ("a field of a request removed", "field_removed", lambda d: sent(d).pop("zone")),
    ("no other fields in a request", "fields_closed", lambda d: d["components"]["schemas"]["Change"].update(additionalProperties=False)),
    ("another type in a request", "type_changed", lambda d: sent(d)["title"].update(type="integer")),
    ("a narrower type in a request", "type_changed", lambda d: sent(d)["number"].update(type="integer")),
    ("a lower maximum length", "bound_tightened", lambda d: sent(d)["title"].update(maxLength=50)),
    ("a bound where there was none before", "bound_tightened", lambda d: sent(d)["zone"].update(maxLength=50)),
    ("a higher minimum length", "bound_tightened", lambda d: sent(d)["title"].update(minLength=2)),
    ("a new pattern", "bound_tightened", lambda d: sent(d)["zone"].update(pattern="^[A-Z]")),
    ("no null in a request", "nullable_changed", lambda d: sent(d)["seen"].update(type="string")),
    ("an alternative removed from a request", "variant_changed", lambda d: sent(d)["weight"]["oneOf"].pop(0)),
    ("a new format in a request", "format_changed", lambda d: sent(d)["at"].update(format="date-time")),
    ("another default in a request", "default_changed", lambda d: sent(d)["zone"].update(default="Europe/Berlin")),
    ("no default in a request", "default_changed", lambda d: sent(d)["zone"].pop("default")),
    ("a body that is now required", "body_required", lambda d: call(d, "patch")["requestBody"].update(required=True)),
    ("a body removed", "body_removed", lambda d: call(d, "patch").pop("requestBody")),
    (
        "a media type of a body removed",
        "media_type_removed",
        lambda d: call(d, "patch")["requestBody"]["content"].pop("application/x-www-form-urlencoded"),
    ),
    ("credentials where none were needed", "security_tightened", lambda d: call(d, "get").update(security=[{"bearer": []}])),
    ("one way to authenticate removed", "security_tightened", lambda d: call(d, "patch")["security"].pop()),
    ("an additional scope", "security_tightened", lambda d: call(d, "patch")["security"][0].update(bearer=["read", "write"])),
    ("two credentials instead of one", "security_tightened", lambda d: call(d, "patch")["security"][1].update(bearer=[])),
    ("credentials for the whole API", "security_tightened", lambda d: d.update(security=[{"bearer": []}])),
]
HARMLESS: list[tuple[str, Callable[[Json], Any]]] = [
    ("nothing", lambda d: None),
    ("a new path", lambda d: d["paths"].update({"/teams": {"get": {"responses": {"200": {}}}}})),
    ("a new method", lambda d: d["paths"]["/notes"].update(get={"responses": {"200": {}}})),
    ("a new optional field of a request", lambda d: sent(d).update(team={"type": "string"})),
    ("a new field of a response", lambda d: answer(d).update(team={"type": "string"})),
    ("a field of a response that is now always there", lambda d: needs(d, "Note", "size")),
    ("a field of a request that is now optional", lambda d: d["components"]["schemas"]["Change"]["required"].remove("title")),
    ("other descriptions", lambda d: (answer(d)["title"].update(description="Its name"), call(d, "get").update(summary="A note"))),
    ("a new value in a request", lambda d: sent(d)["state"]["enum"].append("gone")),
    ("a value removed from a response", lambda d: answer(d)["state"]["enum"].remove("draft")),
    ("null in a request", lambda d: sent(d)["title"].update(type=["string", "null"])),
    ("no null in a response", lambda d: answer(d)["seen"]["oneOf"].pop()),
    ("a higher maximum length", lambda d: sent(d)["title"].update(maxLength=200)),
    ("no bound", lambda d: sent(d)["title"].pop("maxLength")),
    ("a wider type in a request", lambda d: sent(d)["number"].pop("type")),
    ("a narrower type in a response", lambda d: answer(d)["whole"]["anyOf"].pop()),
    ("a new optional parameter", lambda d: call(d, "get")["parameters"].append({"name": "team", "in": "query", "schema": {}})),
    ("an error that no longer occurs", lambda d: call(d, "get")["responses"].pop("404")),
    ("a new error", lambda d: call(d, "get")["responses"].update({"409": {}})),
    ("a new media type", lambda d: call(d, "get")["responses"]["200"]["content"].update({"text/plain": {}})),
    ("a new header", lambda d: call(d, "get")["responses"]["200"]["headers"].update(Link={})),
    ("a new way to authenticate", lambda d: call(d, "patch")["security"].append({"key": []})),
    ("one scope fewer", lambda d: call(d, "patch")["security"][0].update(bearer=[])),
    ("no credentials needed", lambda d: call(d, "patch").update(security=[{}])),
    ("a renamed placeholder", rename_placeholder),
    ("an inline schema instead of a reference", inline_schema),
    ("a body that is now optional", lambda d: call(d, "patch")["requestBody"].pop("required")),
]


@pytest.mark.parametrize(("kind", "change"), [row[1:] for row in BREAKING], ids=[row[0] for row in BREAKING])
def test_breaking_changes_are_detected(kind: str, change: Callable[[Json], Any]) -> None:
    new = document()
    change(new)
    found = compare(document(), new)
    assert kind in {each.kind for each in found}, [str(each) for each in found]


@pytest.mark.parametrize("change", [row[1] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_additions_pass(change: Callable[[Json], Any]) -> None:
    new = document()
    change(new)
    assert compare(document(), new) == []


def test_the_real_document_equals_itself_and_every_removed_call_is_detected() -> None:
    real = json.loads((ROOT / "api" / "openapi.json").read_bytes())
    assert compare(real, real) == []
    assert {change.path for change in compare(real, {**real, "paths": {}})} == set(real["paths"])


def test_the_api_of_this_clone_passes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["api_compare"])
    assert main() == 0, capsys.readouterr().out
