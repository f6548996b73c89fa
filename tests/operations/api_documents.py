"""A small API document and its parts, to compare with a changed one."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
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
    """The fields of the response to GET."""
    made: Json = found["components"]["schemas"]["Note"]["properties"]
    return made


def sent(found: Json) -> Json:
    """The fields of the body of PATCH."""
    made: Json = found["components"]["schemas"]["Change"]["properties"]
    return made


def needs(found: Json, schema: str, name: str) -> None:
    found["components"]["schemas"][schema]["required"].append(name)
