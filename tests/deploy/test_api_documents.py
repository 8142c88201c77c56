"""The linter of the OpenAPI documents sees what is wrong. That ours are right is said by `make lint`."""

from __future__ import annotations

from typing import Any

from deploy.api_documents.__main__ import lint


def document(example: object, **more: object) -> dict[str, Any]:
    """An OpenAPI document with one operation."""
    parameter = {"name": "q", "in": "query", "schema": {"type": "integer"}, "example": example}
    operation = {
        "operationId": "read",
        "summary": "Read",
        "tags": ["figures"],
        "security": [],
        "parameters": [parameter],
        "responses": {"200": {"description": "It"}, "400": {"description": "No"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "One", "version": "1"},
        "servers": [{"url": "http://localhost:8080"}],
        "tags": [{"name": "figures", "description": "The figures."}],
        "paths": {"/x": {"get": operation}},
        **more,
    }


def test_every_mistake_of_a_document_is_named_and_a_right_one_is_passed() -> None:
    documents = {
        "right": document(1),
        "example": document("one"),
        "servers": document(1, servers=[]),
        "undescribed": document(1, tags=[{"name": "figures"}]),
        "undefined": document(1, tags=[{"name": "others", "description": "Others."}]),
        "invalid": document(1, paths={"/x": {"get": {"responses": 1}}}),
    }
    said = lint(documents)
    rules = {(line.split()[0], line.rpartition("(")[2].rstrip(")")) for line in said}
    assert {
        ("example", "no-invalid-parameter-examples"),
        ("servers", "no-empty-servers"),
        ("undescribed", "tag-description"),
        ("undefined", "operation-tag-defined"),
        ("invalid", "struct"),
    } <= rules
    assert "right" not in {name for name, _rule in rules}
