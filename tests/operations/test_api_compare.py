"""V1: a change of the API that breaks clients is noticed, whatever its kind, and passes only where it was announced."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tools.api_changes import compare
from tools.api_compare import Announcement, judge, last_release, main, read_announcements

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
NOTES = "/notes/{note_id}"


def document() -> Json:
    """A small API with one of everything."""
    note = {
        "type": "object",
        "required": ["id", "title", "state"],
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string", "description": "What it is called"},
            "state": {"type": "string", "enum": ["draft", "posted"]},
            "at": {"type": "string", "format": "date-time"},
            "size": {"type": "integer"},
            "seen": {"oneOf": [{"type": "string"}, {"type": "null"}]},
            "author": {"$ref": "#/components/schemas/Author"},
            "answers": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}},
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            "whole": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
    }
    change = {
        "type": "object",
        "required": ["title"],
        "properties": {
            "title": {"type": "string", "maxLength": 100, "minLength": 1},
            "state": {"type": "string", "enum": ["draft", "posted"]},
            "zone": {"type": "string", "default": "UTC"},
            "at": {"type": "string"},
            "seen": {"type": ["string", "null"]},
            "number": {"type": "number"},
            "weight": {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
        },
    }
    return {
        "info": {"version": "2.0.0"},
        "paths": {
            NOTES: {
                "parameters": [{"name": "note_id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100, "default": 20}},
                        {"name": "order", "in": "query", "schema": {"type": "string"}},
                    ],
                    "security": [],
                    "responses": {
                        "200": {
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}, "text/csv": {}},
                            "headers": {"ETag": {}},
                        },
                        "404": {"content": {"application/problem+json": {"schema": {"type": "object"}}}},
                    },
                },
                "patch": {
                    "security": [{"bearer": ["read"]}, {"cookie": []}],
                    "requestBody": {
                        "required": False,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Change"}},
                            "application/x-www-form-urlencoded": {},
                        },
                    },
                    "responses": {"200": {"content": {}}, "202": {}},
                },
            },
            "/notes": {"post": {"responses": {"201": {}}}},
        },
        "components": {
            "schemas": {
                "Note": note,
                "Change": change,
                "Author": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            }
        },
    }


def call(found: Json, method: str) -> Json:
    made: Json = found["paths"][NOTES][method]
    return made


def answer(found: Json) -> Json:
    """The fields of what GET answers."""
    made: Json = found["components"]["schemas"]["Note"]["properties"]
    return made


def sent(found: Json) -> Json:
    """The fields of what PATCH takes."""
    made: Json = found["components"]["schemas"]["Change"]["properties"]
    return made


def needs(found: Json, schema: str, name: str) -> None:
    found["components"]["schemas"][schema]["required"].append(name)


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
    ("a field of an answer removed", "field_removed", lambda d: answer(d).pop("title")),
    ("a field deep in an answer removed", "field_removed", lambda d: d["components"]["schemas"]["Author"]["properties"].pop("name")),
    (
        "a field of an answer that can be missing",
        "field_optional",
        lambda d: d["components"]["schemas"]["Note"]["required"].remove("title"),
    ),
    ("another type in an answer", "type_changed", lambda d: answer(d)["title"].update(type="integer")),
    ("a wider type in an answer", "type_changed", lambda d: answer(d)["size"].update(type="number")),
    ("any type in an answer", "type_changed", lambda d: answer(d)["size"].pop("type")),
    ("a new value in an answer", "enum_widened", lambda d: answer(d)["state"]["enum"].append("gone")),
    ("any value in an answer", "enum_opened", lambda d: answer(d)["state"].pop("enum")),
    ("null in an answer", "nullable_changed", lambda d: answer(d).update(size={"oneOf": [{"type": "integer"}, {"type": "null"}]})),
    ("another form in an answer", "format_changed", lambda d: answer(d)["at"].update(format="date")),
    ("no form in an answer", "format_changed", lambda d: answer(d)["at"].pop("format")),
    ("another schema referred to", "type_changed", another_schema),
    ("another type of the values by name", "type_changed", lambda d: answer(d)["tags"].update(additionalProperties={"type": "integer"})),
    ("another choice in an answer", "variant_changed", lambda d: answer(d)["whole"]["anyOf"].append({"type": "boolean"})),
    ("a status removed", "response_removed", lambda d: call(d, "patch")["responses"].pop("202")),
    ("a media type of an answer removed", "media_type_removed", lambda d: call(d, "get")["responses"]["200"]["content"].pop("text/csv")),
    ("a header removed", "header_removed", lambda d: call(d, "get")["responses"]["200"].pop("headers")),
    ("a parameter removed", "parameter_removed", lambda d: call(d, "get")["parameters"].pop()),
    ("a parameter renamed", "parameter_removed", lambda d: call(d, "get")["parameters"][1].update(name="sort")),
    ("a parameter that must be sent", "parameter_required", lambda d: call(d, "get")["parameters"][1].update(required=True)),
    (
        "a new parameter that must be sent",
        "parameter_required",
        lambda d: call(d, "get")["parameters"].append({"name": "team", "in": "query", "required": True, "schema": {}}),
    ),
    ("a lower bound of a parameter", "bound_tightened", lambda d: call(d, "get")["parameters"][0]["schema"].update(maximum=50)),
    ("another default of a parameter", "default_changed", lambda d: call(d, "get")["parameters"][0]["schema"].update(default=10)),
    ("a value removed from a request", "enum_narrowed", lambda d: sent(d)["state"]["enum"].remove("draft")),
    ("certain values only in a request", "enum_narrowed", lambda d: sent(d)["at"].update(enum=["now"])),
    ("a new field that must be sent", "field_required", new_field_that_must_be_sent),
    ("an optional field that must be sent", "field_required", lambda d: needs(d, "Change", "zone")),
    ("a field of a request removed", "field_removed", lambda d: sent(d).pop("zone")),
    ("no other fields in a request", "fields_closed", lambda d: d["components"]["schemas"]["Change"].update(additionalProperties=False)),
    ("another type in a request", "type_changed", lambda d: sent(d)["title"].update(type="integer")),
    ("a narrower type in a request", "type_changed", lambda d: sent(d)["number"].update(type="integer")),
    ("a shorter text", "bound_tightened", lambda d: sent(d)["title"].update(maxLength=50)),
    ("a bound where there was none", "bound_tightened", lambda d: sent(d)["zone"].update(maxLength=50)),
    ("a longer text at the least", "bound_tightened", lambda d: sent(d)["title"].update(minLength=2)),
    ("a pattern", "bound_tightened", lambda d: sent(d)["zone"].update(pattern="^[A-Z]")),
    ("no null in a request", "nullable_changed", lambda d: sent(d)["seen"].update(type="string")),
    ("a choice removed from a request", "variant_changed", lambda d: sent(d)["weight"]["oneOf"].pop(0)),
    ("a form in a request", "format_changed", lambda d: sent(d)["at"].update(format="date-time")),
    ("another default in a request", "default_changed", lambda d: sent(d)["zone"].update(default="Europe/Berlin")),
    ("no default in a request", "default_changed", lambda d: sent(d)["zone"].pop("default")),
    ("a body that must be sent", "body_required", lambda d: call(d, "patch")["requestBody"].update(required=True)),
    ("no body any more", "body_removed", lambda d: call(d, "patch").pop("requestBody")),
    (
        "a media type of a body removed",
        "media_type_removed",
        lambda d: call(d, "patch")["requestBody"]["content"].pop("application/x-www-form-urlencoded"),
    ),
    ("credentials where none were needed", "security_tightened", lambda d: call(d, "get").update(security=[{"bearer": []}])),
    ("one authentication removed", "security_tightened", lambda d: call(d, "patch")["security"].pop()),
    ("a scope more", "security_tightened", lambda d: call(d, "patch")["security"][0].update(bearer=["read", "write"])),
    ("two credentials for one", "security_tightened", lambda d: call(d, "patch")["security"][1].update(bearer=[])),
    ("credentials for everything", "security_tightened", lambda d: d.update(security=[{"bearer": []}])),
]

HARMLESS: list[tuple[str, Callable[[Json], Any]]] = [
    ("nothing", lambda d: None),
    ("a new path", lambda d: d["paths"].update({"/teams": {"get": {"responses": {"200": {}}}}})),
    ("a new method", lambda d: d["paths"]["/notes"].update(get={"responses": {"200": {}}})),
    ("a new optional field of a request", lambda d: sent(d).update(team={"type": "string"})),
    ("a new field of an answer", lambda d: answer(d).update(team={"type": "string"})),
    ("a field of an answer that is always there", lambda d: needs(d, "Note", "size")),
    ("a field of a request that may be left out", lambda d: d["components"]["schemas"]["Change"]["required"].remove("title")),
    ("other descriptions", lambda d: (answer(d)["title"].update(description="Its name"), call(d, "get").update(summary="A note"))),
    ("a new value in a request", lambda d: sent(d)["state"]["enum"].append("gone")),
    ("a value that is not answered any more", lambda d: answer(d)["state"]["enum"].remove("draft")),
    ("null in a request", lambda d: sent(d)["title"].update(type=["string", "null"])),
    ("no null in an answer", lambda d: answer(d)["seen"]["oneOf"].pop()),
    ("a longer text", lambda d: sent(d)["title"].update(maxLength=200)),
    ("no bound", lambda d: sent(d)["title"].pop("maxLength")),
    ("a wider type in a request", lambda d: sent(d)["number"].pop("type")),
    ("a narrower type in an answer", lambda d: answer(d)["whole"]["anyOf"].pop()),
    ("a new optional parameter", lambda d: call(d, "get")["parameters"].append({"name": "team", "in": "query", "schema": {}})),
    ("a refusal that does not happen any more", lambda d: call(d, "get")["responses"].pop("404")),
    ("a new refusal", lambda d: call(d, "get")["responses"].update({"409": {}})),
    ("a new media type", lambda d: call(d, "get")["responses"]["200"]["content"].update({"text/plain": {}})),
    ("a new header", lambda d: call(d, "get")["responses"]["200"]["headers"].update(Link={})),
    ("a new authentication", lambda d: call(d, "patch")["security"].append({"key": []})),
    ("a scope less", lambda d: call(d, "patch")["security"][0].update(bearer=[])),
    ("no credentials needed", lambda d: call(d, "patch").update(security=[{}])),
    ("a placeholder with another name", rename_placeholder),
    ("a schema written out where it was referred to", inline_schema),
    ("a body that may be left out", lambda d: call(d, "patch")["requestBody"].pop("required")),
]


@pytest.mark.parametrize(("kind", "change"), [row[1:] for row in BREAKING], ids=[row[0] for row in BREAKING])
def test_what_breaks_clients_is_noticed(kind: str, change: Callable[[Json], Any]) -> None:
    new = document()
    change(new)
    found = compare(document(), new)
    assert kind in {each.kind for each in found}, [str(each) for each in found]


@pytest.mark.parametrize("change", [row[1] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_only_adds_passes(change: Callable[[Json], Any]) -> None:
    new = document()
    change(new)
    assert compare(document(), new) == []


def test_the_real_document_does_not_differ_from_itself_and_every_removed_call_is_noticed() -> None:
    real = json.loads((ROOT / "api" / "openapi.json").read_bytes())
    assert compare(real, real) == []
    assert {change.path for change in compare(real, {**real, "paths": {}})} == set(real["paths"])


TEXT = "`PATCH /notes` is gone."
ANNOUNCED = Announcement("PATCH", "/notes/*", "method_removed", "2.1.0", date(2026, 1, 1), date(2026, 6, 1), TEXT)


def removed(version: str = "2.1.0") -> tuple[Json, Json]:
    new = document()
    call(new, "get")
    new["paths"][NOTES].pop("patch")
    new["info"]["version"] = version
    return document(), new


def wrong(announcements: list[Announcement], changelog: str, version: str = "2.1.0", release_on: date | None = None) -> str:
    return "\n".join(judge(*removed(version), announcements, changelog, release_on=release_on)[0])


def test_a_breaking_change_passes_only_where_it_was_announced() -> None:
    assert "PATCH /notes/{note_id}: is not there any more." in wrong([], TEXT)
    assert wrong([ANNOUNCED], "- `PATCH\n  /notes` is gone.") == ""
    assert "CHANGELOG.md does not hold its text" in wrong([ANNOUNCED], "nothing")


@pytest.mark.parametrize("other", [{"method": "GET"}, {"path": "/teams"}, {"kind": "path_removed"}])
def test_an_announcement_of_something_else_does_not_help(other: dict[str, str]) -> None:
    values = {name: getattr(ANNOUNCED, name) for name in ANNOUNCED.__slots__}
    assert "is not there any more" in wrong([Announcement(**{**values, **other})], TEXT)


def test_a_major_version_may_break_what_the_changelog_names() -> None:
    assert "CHANGELOG.md must name" in wrong([], "nothing", "3.0.0")
    assert wrong([], "PATCH /notes/{note_id} is gone", "3.0.0") == ""
    assert wrong([], "PATCH /notes/{note_id} is gone", "2.9.0") != ""


def test_what_is_announced_and_not_yet_made_is_said_and_passes() -> None:
    faults, notes = judge(document(), document(), [ANNOUNCED], TEXT)
    assert faults == []
    assert notes == ["PATCH /notes/* [method_removed]: announced for 2.1.0, not yet made."]
    old = document()
    old["info"]["version"] = "2.1.0"
    assert "can be taken out" in judge(old, old, [ANNOUNCED], TEXT)[1][0]


def test_no_release_comes_before_the_day_that_was_promised() -> None:
    assert "promised until 2026-06-01" in wrong([ANNOUNCED], TEXT, release_on=date(2026, 5, 31))
    assert wrong([ANNOUNCED], TEXT, release_on=date(2026, 6, 1)) == ""


def test_an_end_before_its_beginning_is_refused() -> None:
    values = {name: getattr(ANNOUNCED, name) for name in ANNOUNCED.__slots__}
    assert "before it is deprecated" in wrong([Announcement(**{**values, "sunset": date(2025, 1, 1)})], TEXT)
    assert "since must be a version" in wrong([Announcement(**{**values, "since": "soon"})], TEXT)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("deprecated = '2026-01-01'", "needs deprecated, a date"), ("text = ''", "needs text"), ("why = 'x'", "why, which mean nothing")],
)
def test_an_announcement_that_is_not_complete_is_refused(line: str, sentence: str) -> None:
    entry = {
        "method": "'PATCH'",
        "path": "'/notes'",
        "kind": "'path_removed'",
        "since": "'2.1.0'",
        "deprecated": "2026-01-01",
        "sunset": "2026-01-01",
        "text": "'x'",
    }
    name, _, value = line.partition(" = ")
    text = "[[change]]\n" + "\n".join(f"{key} = {each}" for key, each in {**entry, name: value}.items())
    with pytest.raises(SystemExit, match=sentence):
        read_announcements(text)


def test_the_last_release_is_the_one_with_the_highest_version(tmp_path: Path) -> None:
    for version in ("2.0.0", "2.10.0", "2.9.1"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "openapi.json").touch()
    (tmp_path / "3.0.0").mkdir()
    assert last_release(tmp_path).name == "2.10.0"


def test_the_api_of_this_clone_passes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["api_compare"])
    assert main() == 0, capsys.readouterr().out
