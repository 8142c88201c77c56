"""Writes an AsyncAPI 3.1 document for each service, from the message classes: `python -m shared.contracts.asyncapi`.

The documents are committed in `docs/asyncapi`. A channel is a topic; an operation is what the service does with it.
"""

from __future__ import annotations

import inspect
import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from shared.contracts.catalogue import MESSAGES, PARTITIONS
from shared.contracts.json_schema import EXAMPLES, MessageSchema, as_text, path_of
from shared.contracts.message import topic_of
from shared.contracts.readers import reads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.contracts.message import Message

DOCUMENTS: Final = Path(__file__).parents[2] / "docs" / "asyncapi"
SERVICES: Final = ("dashboard", "events", "notifications", "pledges")

_KAFKA: Final = {"bindingVersion": "0.5.0"}
_UUID: Final = {"type": "string", "format": "uuid"}

_HEADERS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "CloudEvents 1.0, Kafka protocol binding, binary mode: the metadata of the message.",
    "required": [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_subject",
        "ce_time",
        "ce_taskforceid",
        "ce_aggregateversion",
        "ce_correlationid",
        "content-type",
    ],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {**_UUID, "description": "the message's id, the same for every delivery of it"},
        "ce_source": {"type": "string", "description": "the publishing service"},
        "ce_type": {"type": "string", "description": "the type of the message, with the version of its schema"},
        "ce_subject": {**_UUID, "description": "the aggregate, as in the key"},
        "ce_time": {"type": "string", "format": "date-time", "description": "when the change was recorded"},
        "ce_taskforceid": {**_UUID, "description": "the tenant, as in the value"},
        "ce_aggregateversion": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "as in the value"},
        "ce_correlationid": {**_UUID, "description": "the request that caused the message, directly or indirectly"},
        "ce_causationid": {**_UUID, "description": "the message that caused this one, if any"},
        "content-type": {"type": "string", "const": "application/json"},
    },
}


def document(service: str) -> dict[str, Any]:
    """Return a service's AsyncAPI document: what it sends and what it receives."""
    sent = [message for message in MESSAGES if _publisher(message) == service]
    received = list(reads(service))
    involved = [message for message in MESSAGES if message in sent or message in received]
    _, definitions = models_json_schema(
        [(message, "serialization") for message in involved],
        ref_template="#/components/schemas/{model}",
        schema_generator=MessageSchema,
    )
    return {
        "asyncapi": "3.1.0",
        "id": f"urn:tilsagn:{service}",
        "info": {
            "title": f"Tilsagn {service}",
            "version": "1",
            "description": _about(sent=bool(sent), received=bool(received)),
        },
        "defaultContentType": "application/json",
        "channels": {aggregate: _channel(aggregate, of) for aggregate, of in _by_aggregate(involved)},
        "operations": {
            **{f"send.{aggregate}": _operation("send", aggregate, of) for aggregate, of in _by_aggregate(sent)},
            **{
                f"receive.{aggregate}": _operation("receive", aggregate, of, group=f"tilsagn.{service}")
                for aggregate, of in _by_aggregate([message for message in MESSAGES if message in received])
            },
        },
        "components": {
            "messages": {message.type_name(): _message(message) for message in involved},
            "schemas": {"CloudEvents": _HEADERS, **definitions["$defs"]},
        },
    }


def _about(*, sent: bool, received: bool) -> str:
    parts = [
        "Messages about changes of aggregates, each with the aggregate's whole public state and its version. "
        "They never contain a person's name, a contact or free text. Delivery is at least once and in order for each "
        "aggregate; the version, or `ce_id`, makes a copy harmless. Ignore unknown types and fields."
    ]
    if not sent:
        parts.append("This service sends nothing.")
    if not received:
        parts.append("This service receives nothing.")
    return "\n\n".join(parts)


def _channel(aggregate: str, messages: Sequence[type[Message]]) -> dict[str, Any]:
    return {
        "address": topic_of(aggregate),
        "description": f"All changes of one {aggregate.partition('.')[2].replace('_', ' ')}, in order.",
        "messages": {
            message.type_name(): {"$ref": f"#/components/messages/{message.type_name()}"} for message in messages
        },
        "bindings": {"kafka": {"topic": topic_of(aggregate), "partitions": PARTITIONS, **_KAFKA}},
    }


def _operation(
    action: str, aggregate: str, messages: Sequence[type[Message]], *, group: str | None = None
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{aggregate}"},
        "messages": [{"$ref": f"#/channels/{aggregate}/messages/{message.type_name()}"} for message in messages],
    }
    if group is not None:
        operation["bindings"] = {"kafka": {"groupId": {"type": "string", "enum": [group]}, **_KAFKA}}
    return operation


def _message(message: type[Message]) -> dict[str, Any]:
    example = json.loads(path_of(EXAMPLES, message).read_text("utf-8"))
    summary, _, description = inspect.cleandoc(message.__doc__ or "").partition("\n\n")
    return {
        "name": message.type_name(),
        "title": message.__name__,
        "summary": " ".join(summary.split()),
        **({"description": description} if description else {}),
        "contentType": "application/json",
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvents"},
                {
                    "type": "object",
                    "properties": {
                        "ce_type": {"const": message.type_name()},
                        "ce_source": {"const": f"/tilsagn/{_publisher(message)}"},
                    },
                },
            ]
        },
        "payload": {"$ref": f"#/components/schemas/{message.__name__}"},
        "bindings": {"kafka": {"key": {**_UUID, "description": "the aggregate's id"}, **_KAFKA}},
        "examples": [{"name": message.__name__, "headers": example["headers"], "payload": example["value"]}],
    }


def _by_aggregate(messages: Sequence[type[Message]]) -> list[tuple[str, list[type[Message]]]]:
    ordered = sorted(messages, key=lambda message: message.aggregate)
    return [(aggregate, list(of)) for aggregate, of in groupby(ordered, key=lambda message: message.aggregate)]


def _publisher(message: type[Message]) -> str:
    return message.aggregate.partition(".")[0]


def main() -> None:
    """Write every service's document."""
    for service in SERVICES:
        (DOCUMENTS / f"{service}.json").write_text(as_text(document(service)), "utf-8")


if __name__ == "__main__":
    main()
