"""The OpenAPI document as the reference page shows it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.api_document import DOCUMENT

from phoenix.kernel.web.reference import Kind, reference


def document(**operation: Any) -> dict[str, Any]:
    return {
        "info": {"title": "Phoenix", "version": "2.0.0"},
        "paths": {"/api/v2/password_resets/{id}": {"post": {"responses": {}, **operation}}},
        "components": DOCUMENT["components"],
    }


def test_operations_are_grouped_by_subject() -> None:
    found = reference(DOCUMENT)
    assert [(s.name, [(o.method, o.path, o.anchor) for o in s.operations]) for s in found.subjects] == [
        (
            "Entries",
            [
                ("GET", "/api/v2/entries", "listentries"),
                ("POST", "/api/v2/entries", "postentry"),
                ("DELETE", "/api/v2/entries/{entry_id}", "deleteentry"),
            ],
        )
    ]
    assert [thing.name for thing in found.things] == ["Entry", "EntryData", "Page", "Role"]
    assert reference(document()).subjects[0].name == "Password resets"
    assert reference(document(tags=["me"])).subjects[0].name == "Me"


def test_the_first_sentence_is_the_title() -> None:
    operation = reference(document(description="Request an email. The response is always the same.")).subjects[0].operations[0]
    assert (operation.title, operation.about) == ("Request an email", "The response is always the same.")


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, Kind("string")),
        ({"type": "string", "format": "date-time"}, Kind("date-time")),
        ({"type": ["integer", "null"]}, Kind("integer or null")),
        ({"oneOf": [{"type": "boolean"}, {"type": "null"}]}, Kind("boolean or null")),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Entry"}}, Kind("array of Entry", "entry")),
        ({"oneOf": [{"$ref": "#/components/schemas/Entry"}, {"type": "null"}]}, Kind("Entry or null", "entry")),
        ({"$ref": "#/components/schemas/Page_phoenix.api.EntryAnswer_"}, Kind("Page of EntryAnswer")),
        ({"enum": ["owner", "member"]}, Kind('"owner" or "member"')),
        ({"const": 1}, Kind("1")),
        ({"type": "object"}, Kind("object")),
        ({}, Kind("any value")),
    ],
)
def test_types_are_described_in_words(schema: dict[str, Any], kind: Kind) -> None:
    parameter = {"name": "x", "in": "query", "schema": schema}
    assert reference(document(parameters=[parameter])).subjects[0].operations[0].parameters[0].kind == kind


def test_examples_can_be_pasted_into_a_shell() -> None:
    examples = {operation.method: operation.example for operation in reference(DOCUMENT).subjects[0].operations}
    assert examples["GET"] == 'curl "$PHOENIX/api/v2/entries?organisation=…" \\\n  -H "Authorization: Bearer $TOKEN"'
    assert examples["DELETE"].startswith('curl -X DELETE "$PHOENIX/api/v2/entries/{entry_id}"')
    assert '-H "If-Match: …"' in examples["DELETE"]
    assert """-d '{"organisation": "…", "title": "Flow meter recalibrated"}'""" in examples["POST"]


def test_a_recursive_schema_does_not_loop() -> None:
    looped = document(requestBody={"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}})
    looped["components"] = {"schemas": {"Tree": {"type": "object", "properties": {"branch": {"$ref": "#/components/schemas/Tree"}}}}}
    assert reference(looped).subjects[0].operations[0].body[0].kind == Kind("Tree", "tree")


def test_errors_are_listed_once_with_their_codes() -> None:
    codes = [problem.code for problem in reference(DOCUMENT).problems]
    assert {"not_found", "not_logged_in", "too_many_requests"} <= set(codes)
    assert len(codes) == len(set(codes))
