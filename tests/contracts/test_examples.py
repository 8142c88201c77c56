"""The golden examples: every published version of a message can be read by all its consumers."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from deploy.services import SERVICES
from shared.contracts.catalogue import MESSAGES, by_type
from shared.contracts.json_schema import EXAMPLES, SCHEMAS, path_of
from shared.contracts.pledges import PledgeLogged, PledgeState, PositionFilled
from shared.contracts.readers import READERS
from shared.messaging.envelope import Delivery, decode, encode_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.contracts.message import Message
    from shared.messaging.consumer import Consumer

every_message = pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.type_name())


@pytest.fixture
def consumers(base_settings: dict[str, Any], signing_key: str) -> dict[str, list[Consumer]]:
    """Every service's consumers, as its worker creates them."""
    own = {
        "events": {"token_private_key": signing_key},
        "notifications": {
            "service_token": "token",
            "events_url": "http://127.0.0.1:9",
            "pledges_url": "http://127.0.0.1:9",
            "smtp_host": "127.0.0.1",
            "sender": "tilsagn@struer.example",
        },
        "pledges": {
            "intake_database_url": "postgresql://nowhere/none",
            "participants_database_url": "postgresql://nowhere/none",
            "request_key": "x" * 32,
        },
    }
    found = {}
    for service in SERVICES:
        settings_class = getattr(
            importlib.import_module(f"services.{service}.settings"), f"{service.capitalize()}Settings"
        )
        settings = settings_class(**base_settings, database_url="postgresql://nowhere/none", **own.get(service, {}))
        worker = importlib.import_module(f"services.{service}.worker").create_worker(settings)
        found[service] = list(worker.consumers)
    return found


def golden(message: type[Message]) -> dict[str, Any]:
    example: dict[str, Any] = json.loads(path_of(EXAMPLES, message).read_text("utf-8"))
    return example


def understood(example: dict[str, Any], known: dict[str, type[Message]]) -> Delivery:
    value = json.dumps(example["value"], ensure_ascii=False).encode()
    return decode(example["headers"], example["key"].encode(), value, known)


@every_message
def test_an_example_is_valid_against_its_schema(message: type[Message]) -> None:
    published = json.loads(path_of(SCHEMAS, message).read_text("utf-8"))
    Draft202012Validator(published, format_checker=FormatChecker()).validate(golden(message)["value"])


@every_message
def test_an_example_shows_every_field(message: type[Message]) -> None:
    published = json.loads(path_of(SCHEMAS, message).read_text("utf-8"))
    assert set(golden(message)["value"]) == set(published["properties"])


@pytest.mark.parametrize("message", [PledgeLogged, PositionFilled])
def test_a_pledge_of_an_earlier_release_does_not_say_whether_it_counts_and_counts(message: type[PledgeState]) -> None:
    example = golden(message)
    del example["value"]["counted"]

    pledge = understood(example, by_type()).message

    assert isinstance(pledge, message)
    assert pledge.counted


@every_message
def test_an_example_has_the_headers_we_send(message: type[Message]) -> None:
    example = golden(message)
    value, headers = example["value"], example["headers"]
    sent = encode_headers(
        message_id=UUID(headers["ce_id"]),
        type_name=message.type_name(),
        source=message.aggregate.partition(".")[0],
        subject=UUID(example["key"]),
        time=value["recorded_at"],
        taskforce_id=UUID(value["taskforce_id"]),
        version=value["version"],
        correlation_id=UUID(headers["ce_correlationid"]),
        causation_id=UUID(headers["ce_causationid"]) if "ce_causationid" in headers else None,
    )
    assert headers == {name: content.decode() for name, content in sent}


@every_message
def test_an_example_survives_a_round_trip(message: type[Message]) -> None:
    example = golden(message)
    again = understood(example, by_type()).message
    assert type(again) is message
    assert again == message.model_validate_json(again.model_dump_json())


def test_every_consumer_understands_every_example_it_reads(consumers: dict[str, list[Consumer]]) -> None:
    parsed = {
        (consumer.group, message.type_name())
        for consumer in (consumer for of_service in consumers.values() for consumer in of_service)
        for message in MESSAGES
        if message.type_name() in consumer.known
        and isinstance(understood(golden(message), consumer.known).message, message)
    }
    assert parsed == {(group, message.type_name()) for group, read in READERS.items() for message in read}


def test_the_table_of_readers_matches_the_consumers(consumers: dict[str, list[Consumer]]) -> None:
    assert {consumer.group: set(consumer.known) for of_service in consumers.values() for consumer in of_service} == {
        group: {message.type_name() for message in read} for group, read in READERS.items()
    }
    for service, of_service in consumers.items():
        assert all(consumer.group == f"tilsagn.{service}" for consumer in of_service)


@every_message
def test_unknown_fields_are_ignored(message: type[Message]) -> None:
    example = golden(message)
    before = understood(example, by_type()).message
    for place in _objects(example["value"]):
        place["of_a_later_day"] = {"deep": [1, None, "æøå"]}
    assert understood(example, by_type()).message == before


@every_message
def test_optional_fields_may_be_omitted(message: type[Message]) -> None:
    published = json.loads(path_of(SCHEMAS, message).read_text("utf-8"))
    example = golden(message)
    example["value"] = {name: example["value"][name] for name in published["required"]}
    assert isinstance(understood(example, by_type()).message, message)


@every_message
def test_no_example_contains_personal_data(message: type[Message]) -> None:
    text = json.dumps(golden(message)["value"]).lower()
    assert not any(word in text for word in ("contact", "phone_number", "email", "@", "note"))


def test_every_example_has_its_class() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == {f"{message.type_name()}.json" for message in MESSAGES}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, itself included."""
    if isinstance(value, dict):
        for inner in list(value.values()):
            yield from _objects(inner)
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
