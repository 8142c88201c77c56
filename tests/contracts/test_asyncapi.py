"""The AsyncAPI documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from deploy.services import SERVICES
from shared.contracts import asyncapi
from shared.contracts.asyncapi import DOCUMENTS, document
from shared.contracts.catalogue import MESSAGES, PARTITIONS, TOPICS

SPECIFICATION = (
    Path(__file__).parents[2] / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.1.0-without-$id.json"
)

every_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    """AsyncAPI 3.1.0 as its authors publish it."""
    if not SPECIFICATION.exists():
        pytest.fail(
            "@asyncapi/specs is not installed: run `make setup` (or python -m deploy.assets), which runs npm ci"
        )
    schema: dict[str, Any] = json.loads(SPECIFICATION.read_text("utf-8"))
    return schema


def written(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCUMENTS / f"{service}.json").read_text("utf-8"))
    return found


def test_there_is_a_document_for_every_service() -> None:
    assert set(asyncapi.SERVICES) == set(SERVICES)
    assert {path.name for path in DOCUMENTS.iterdir()} == {f"{service}.json" for service in SERVICES}


@every_service
def test_the_document_matches_the_classes(service: str) -> None:
    assert written(service) == document(service), "not written yet: python -m shared.contracts.asyncapi"


@every_service
def test_the_document_is_valid_asyncapi(service: str, specification: dict[str, Any]) -> None:
    errors = list(validator_for(specification)(specification).iter_errors(written(service)))
    assert not errors, "\n".join(f"{list(error.absolute_path)}: {error.message[:300]}" for error in errors)


def test_an_invalid_document_is_noticed(specification: dict[str, Any]) -> None:
    broken = written("pledges")
    broken["channels"]["pledges.pledge"]["bindings"]["kafka"]["partitions"] = "twelve"
    assert not validator_for(specification)(specification).is_valid(broken)


@every_service
def test_every_reference_has_a_target(service: str) -> None:
    whole = written(service)

    def follow(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(reference := value.get("$ref"), str):
                place: Any = whole
                for step in reference.removeprefix("#/").split("/"):
                    place = place[step]
            for inner in value.values():
                follow(inner)
        elif isinstance(value, list):
            for inner in value:
                follow(inner)

    follow(whole)


def test_every_topic_has_one_sender_and_a_partition_key() -> None:
    sent = {}
    for service in SERVICES:
        whole = written(service)
        for operation in whole["operations"].values():
            if operation["action"] == "send":
                channel = whole["channels"][operation["channel"]["$ref"].removeprefix("#/channels/")]
                sent[channel["address"]] = service
                assert channel["bindings"]["kafka"]["partitions"] == PARTITIONS
    assert sent == {topic: topic.split(".")[1] for topic in TOPICS}


def test_every_message_is_in_its_senders_document_with_a_valid_example() -> None:
    for message in MESSAGES:
        whole = written(message.aggregate.partition(".")[0])
        described = whole["components"]["messages"][message.type_name()]
        for part in ("headers", "payload"):
            schema = described[part] | {"components": whole["components"]}
            Draft202012Validator(schema).validate(described["examples"][0][part])
