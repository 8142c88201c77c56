"""Writes the JSON Schema of every message version from its class: `python -m shared.contracts.json_schema`.

`schemas/` holds the published schemas. Messages are kept for ever and replayed, and services of different versions
run side by side, so an old message must fit the new class and a new message the old class. Only an optional field may
be added; anything else needs a new version of the type.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from shared.contracts.catalogue import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import core_schema

    from shared.contracts.message import Message

SCHEMAS: Final = Path(__file__).with_name("schemas")
EXAMPLES: Final = Path(__file__).with_name("examples")

_ANNOTATIONS: Final = {"title", "description", "$comment", "examples"}
"""The annotation keywords of JSON Schema. Validators ignore them."""


class MessageSchema(GenerateJsonSchema):
    """Pydantic's generator, without titles that repeat names, and with a pattern for decimal numbers in text."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        if self.mode == "validation":
            return super().decimal_schema(schema)
        places = schema.get("decimal_places")
        whole = schema["max_digits"] - places if places is not None and "max_digits" in schema else None
        sign = "" if (schema.get("ge") or 0) >= 0 and "ge" in schema else "-?"
        digits = rf"\d{{1,{whole}}}" if whole else r"\d+"
        fraction = rf"(\.\d{{1,{places}}})?" if places else r"(\.\d+)?"
        return {"type": "string", "pattern": f"^{sign}{digits}{fraction}$"}


def schema(message: type[Message]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a message's value, as it is on the broker."""
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:tilsagn:schema:{message.type_name()}",
        **message.model_json_schema(schema_generator=MessageSchema, mode="serialization"),
    }


def breaking_changes(published: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """Return the breaking changes between two schemas, each with its JSON path; none if they are compatible.

    Other descriptions and new properties that are not required are compatible, at any depth.
    """
    return list(_differences(published, current, "", properties=False))


def _differences(old: Any, new: Any, where: str, *, properties: bool) -> Iterator[str]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        same = sorted(old) == sorted(new) if where.endswith("/required") else old == new
        if not same:
            yield f"{where}: {json.dumps(old, ensure_ascii=False)} -> {json.dumps(new, ensure_ascii=False)}"
        return
    # The keys in `properties` and `$defs` are names, not keywords of JSON Schema.
    ignored = set() if properties else _ANNOTATIONS
    for name in old.keys() - new.keys() - ignored:
        yield f"{where}/{name}: removed"
    if not properties:
        for name in new.keys() - old.keys() - ignored - {"$defs"}:
            yield f"{where}/{name}: added"
    for name in sorted(old.keys() & new.keys() - ignored):
        inner = name in {"properties", "$defs"} and not properties
        yield from _differences(old[name], new[name], f"{where}/{name}", properties=inner)


def path_of(folder: Path, message: type[Message]) -> Path:
    """Return the path of a message's schema or example."""
    return folder / f"{message.type_name()}.json"


def as_text(document: Mapping[str, Any]) -> str:
    """Return a document as the text of its file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    """Write the schemas that are new or have compatible changes. Breaking changes are printed and not written."""
    refused = 0
    for message in MESSAGES:
        path = path_of(SCHEMAS, message)
        current = schema(message)
        breaking = breaking_changes(json.loads(path.read_text("utf-8")), current) if path.exists() else []
        if breaking:
            refused += 1
            print(f"{path.name}: needs a new version of the type:", *breaking, sep="\n  ", file=sys.stderr)
            continue
        path.write_text(as_text(current), "utf-8")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
