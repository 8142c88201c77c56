"""The published schemas and their compatible changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from shared.contracts import json_schema
from shared.contracts.catalogue import MESSAGES
from shared.contracts.json_schema import SCHEMAS, breaking_changes, path_of, schema

if TYPE_CHECKING:
    from pathlib import Path

    from shared.contracts.message import Message

every_message = pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.type_name())


@every_message
def test_the_published_schema_matches_the_class(message: type[Message]) -> None:
    published = json.loads(path_of(SCHEMAS, message).read_text("utf-8"))
    expected = schema(message)
    breaking = breaking_changes(published, expected)
    assert not breaking, "this needs a new version of the type; messages of the old one are kept for ever:\n" + (
        "\n".join(breaking)
    )
    assert published == expected, "compatible, and not written yet: python -m shared.contracts.json_schema"


@every_message
def test_the_published_schema_is_valid(message: type[Message]) -> None:
    Draft202012Validator.check_schema(json.loads(path_of(SCHEMAS, message).read_text("utf-8")))


def test_every_published_schema_has_its_class() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{message.type_name()}.json" for message in MESSAGES}


class Inner(BaseModel):
    number: int


class Before(BaseModel):
    """The published version of a message."""

    name: str
    kind: str = "job"
    inner: tuple[Inner, ...] = ()


def changes(after: type[BaseModel]) -> list[str]:
    """Return the breaking changes from `Before`."""
    old, new = Before.model_json_schema(), after.model_json_schema()
    return breaking_changes(old, new | {"title": "Before"})


def test_another_description_is_compatible() -> None:
    class After(Before):
        """Another description."""

    assert changes(After) == []


def test_an_optional_field_is_compatible() -> None:
    class After(Before):
        more: int | None = None

    assert changes(After) == []


def test_an_optional_field_with_a_new_type_is_compatible() -> None:
    class Further(BaseModel):
        depth: int

    class After(Before):
        further: Further | None = None

    assert changes(After) == []


def test_an_optional_field_of_a_nested_object_is_compatible() -> None:
    old = Before.model_json_schema()
    new = json.loads(json.dumps(old))
    new["$defs"]["Inner"]["properties"]["more"] = {"type": "integer", "default": 0}
    assert breaking_changes(old, new) == []


def test_an_optional_field_may_have_the_name_of_a_json_schema_keyword() -> None:
    class After(Before):
        title: str | None = None
        required: bool = False

    assert changes(After) == []


def _altered(path: str, value: Any) -> dict[str, Any]:
    new: dict[str, Any] = json.loads(json.dumps(Before.model_json_schema()))
    *way, last = path.split("/")
    place = new
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return new


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("required", ["name", "kind"]),
        ("required", None),
        ("properties/kind", None),
        ("properties/kind/default", "praktik"),
        ("properties/name/type", "integer"),
        ("properties/name/enum", ["a", "b"]),
        ("properties/name/maxLength", 10),
        ("properties/inner/items/$ref", "#/$defs/Other"),
        ("$defs/Inner/properties/number/minimum", 1),
        ("$defs/Inner/properties/number", None),
        ("$defs/Inner/required", ["number", "name"]),
        ("additionalProperties", False),
    ],
)
def test_anything_else_needs_a_new_version(path: str, value: Any) -> None:
    old = Before.model_json_schema()
    (difference,) = breaking_changes(old, _altered(path, value))
    assert difference.startswith(f"/{path}:")


def test_a_new_required_field_needs_a_new_version() -> None:
    class After(Before):
        more: int

    assert changes(After) == ['/required: ["name"] -> ["name", "more"]']


def test_writing_the_schemas_refuses_breaking_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(json_schema, "SCHEMAS", tmp_path)
    assert json_schema.main() == 0
    assert len(list(tmp_path.iterdir())) == len(MESSAGES)
    promised = path_of(tmp_path, MESSAGES[0])
    other = schema(MESSAGES[0])
    other["properties"]["once_promised"] = {"type": "string"}
    promised.write_text(json.dumps(other), "utf-8")
    assert json_schema.main() == 1
    assert json.loads(promised.read_text("utf-8")) == other
    assert "once_promised: removed" in capsys.readouterr().err
