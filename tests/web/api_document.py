"""A small API document, as its page shows it."""

from __future__ import annotations

from typing import Any

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Phoenix", "version": "2.0.0"},
    "paths": {
        "/api/v2/entries": {
            "get": {
                "summary": "List the entries of an organisation, latest first",
                "operationId": "ListEntries", "security": [{"bearer": ["entries.read"]}],
                "parameters": [
                    {"name": "organisation", "in": "query", "required": True, "schema": {"type": "string"}},
                    {"name": "limit", "in": "query", "schema": {"oneOf": [{"type": "integer"}, {"type": "null"}]}, "description": "At most 100."},
                ],
                "responses": {
                    "200": {"description": "A page", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}},
                    "401": {"description": "Not signed in"},
                },
            },
            "post": {
                "summary": "Post an entry",
                "description": "Post an entry in an organisation that you can write in.",
                "operationId": "PostEntry", "security": [{"bearer": ["entries.write"]}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/EntryData"}}}},
                "responses": {"201": {"description": "Made", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Entry"}}}}},
            },
        },
        "/api/v2/entries/{entry_id}": {
            "delete": {
                "summary": "Delete an entry",
                "operationId": "DeleteEntry", "security": [{"bearer": ["entries.write"]}],
                "deprecated": True,
                "parameters": [
                    {"name": "entry_id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}},
                ],
                "responses": {"204": {"description": "Gone"}},
            }
        },
    },
    "components": {
        "schemas": {
            "EntryData": {
                "type": "object",
                "required": ["organisation", "title"],
                "properties": {
                    "organisation": {"type": "string"},
                    "title": {"type": "string", "examples": ["Flow meter recalibrated"]},
                    "occurred_at": {"oneOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                },
            },
            "Entry": {"type": "object", "description": "A dated record.", "required": ["id"], "properties": {"id": {"type": "string"}, "version": {"type": "integer"}}},
            "Page": {
                "type": "object",
                "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}}, "next_cursor": {"type": ["string", "null"]}},
            },
            "Role": {"type": "string", "enum": ["owner", "member"]},
        }
    },
}  # fmt: skip
