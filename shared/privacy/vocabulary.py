"""Detects fields of messages that may be personal, by name and type. Messages must not have any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pydantic import BaseModel
    from pydantic_core.core_schema import DecimalSchema

_PERSON: Final = re.compile(
    r"(^|_)(name|first_?name|surname|title|navn|e?_?mail|phone|mobile|tlf|telefon|address|adresse|street|postcode|zip"
    r"|cpr|ssn|birth\w*|age|gender|sex|nationality|photo|picture|image|face|ip|user_?agent|contact\w*|kontakt\w*"
    r"|person\w*|citizen\w*|borger\w*|participant\w*|employee\w*|owner\w*|account\w*|user\w*|recipient\w*|sender"
    r"|note\w*|text|comment\w*|remark\w*|description|reason|diagnosis|health|place|by)(_|$)",
    re.IGNORECASE,
)
_SHAPED: Final = ("enum", "const", "pattern", "format")
"""Members of a JSON schema that restrict a text."""


class _Decimals(GenerateJsonSchema):
    """Marks decimal numbers, which are sent as text."""

    def decimal_schema(self, schema: DecimalSchema) -> JsonSchemaValue:
        return super().decimal_schema(schema) | {"format": "decimal"}


def personal_fields(message: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield each field of a message that may be personal, with the reason.

    By its name, or by its type when it is free text. Nested fields have dotted names.
    """
    schema = message.model_json_schema(mode="serialization", schema_generator=_Decimals)
    yield from _of_object(schema, schema.get("$defs", {}), "")


def _of_object(schema: Mapping[str, Any], shapes: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in schema.get("properties", {}).items():
        path = prefix + name
        if _PERSON.search(name):
            yield path, "its name is one that tells about people"
        elif any(_is_free_text(one) for one in _leaves(field, shapes)):
            yield path, "it is a text that may be anything"
        for one in _leaves(field, shapes):
            if one.get("type") == "object":
                yield from _of_object(one, shapes, f"{path}.")


def _leaves(field: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the schemas of a field's alternatives and list items, with references resolved."""
    if "$ref" in field:
        yield from _leaves(shapes[field["$ref"].rpartition("/")[2]], shapes)
    elif alternatives := field.get("anyOf") or field.get("oneOf") or field.get("allOf"):
        for one in alternatives:
            yield from _leaves(one, shapes)
    elif field.get("type") == "array":
        for one in (field.get("items", {}), *field.get("prefixItems", ())):
            yield from _leaves(one, shapes)
    else:
        yield field


def _is_free_text(field: Mapping[str, Any]) -> bool:
    if field.get("type") == "object" and field.get("additionalProperties"):
        return True
    return field.get("type", "string") == "string" and not any(shape in field for shape in _SHAPED)
