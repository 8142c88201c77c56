"""CloudEvents 1.0 over Kafka, binary mode: metadata in headers, the aggregate's state as JSON in the value.

Extension attributes are lower case without separators, as the specification wants: `taskforceid`,
`correlationid`, `causationid`, `aggregateversion`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shared.contracts.message import Message

Headers = list[tuple[str, bytes]]


class InvalidMessage(Exception):
    """The record can never be processed, however often it is delivered.

    Attributes:
        reason: a code for counting and filtering, e.g. `bad_json`.
        detail: what is wrong, without any value from the message.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class UnknownType(Exception):
    """The record is of a type that this consumer does not know. It is ignored and counted."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One decoded record.

    Attributes:
        message: the message.
        message_id: the same for every delivery of this message.
        correlation_id: of the request that started the chain of changes.
    """

    message: Message
    message_id: UUID
    correlation_id: UUID

    @property
    def taskforce_id(self) -> UUID:
        return self.message.taskforce_id


def encode_headers(
    *,
    message_id: UUID,
    type_name: str,
    source: str,
    subject: UUID,
    time: str,
    taskforce_id: UUID,
    version: int,
    correlation_id: UUID,
    causation_id: UUID | None,
) -> Headers:
    """Return the record headers of one message.

    Args:
        source: the publishing service's name.
        time: when the change was recorded, RFC 3339.
    """
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(message_id),
        "ce_source": f"/tilsagn/{source}",
        "ce_type": type_name,
        "ce_subject": str(subject),
        "ce_time": time,
        "ce_taskforceid": str(taskforce_id),
        "ce_aggregateversion": str(version),
        "ce_correlationid": str(correlation_id),
        "content-type": "application/json",
    }
    if causation_id is not None:
        attributes["ce_causationid"] = str(causation_id)
    return [(name, value.encode()) for name, value in attributes.items()]


def read_headers(headers: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Return headers as text. Never fails, whatever bytes or nulls they hold."""
    return {str(name): value.decode("utf-8", "replace") if isinstance(value, bytes) else "" for name, value in headers}


def decode(
    headers: Mapping[str, str],
    key: bytes | None,
    value: bytes | None,
    known: Mapping[str, type[Message]],
) -> Delivery:
    """Decode a record.

    Args:
        headers: the record's headers as text.
        key: the record's key; the aggregate's id.
        value: the aggregate's state as JSON.
        known: the consumer's message classes by type.

    Raises:
        UnknownType: the type is not in `known`.
        InvalidMessage: the record does not conform to its contract.
    """
    type_name = headers.get("ce_type", "")
    if not type_name:
        raise InvalidMessage("no_type", "the header ce_type is missing")
    contract = known.get(type_name)
    if contract is None:
        raise UnknownType(type_name)
    if value is None:
        raise InvalidMessage("no_value", "the record has no value")
    message_id = _uuid(headers, "ce_id")
    correlation_id = _uuid(headers, "ce_correlationid")
    try:
        message = contract.model_validate_json(value)
    except ValidationError as error:
        raise InvalidMessage(*_explain(error)) from None
    except RecursionError:
        raise InvalidMessage("bad_json", "nested too deeply") from None
    if key != str(message.aggregate_id).encode():
        raise InvalidMessage("wrong_key", "the record's key is not the aggregate's id")
    if headers.get("ce_taskforceid") != str(message.taskforce_id):
        raise InvalidMessage("wrong_taskforce", "header and state name different taskforces")
    if b"\\u0000" in value:
        raise InvalidMessage("nul", "the state contains the character NUL")
    return Delivery(message, message_id, correlation_id)


def _uuid(headers: Mapping[str, str], name: str) -> UUID:
    try:
        return UUID(headers.get(name, ""))
    except ValueError:
        raise InvalidMessage("bad_header", f"the header {name} is no UUID") from None


def _explain(error: ValidationError) -> tuple[str, str]:
    errors: Sequence[Any] = error.errors(include_input=False, include_url=False, include_context=False)
    if errors and errors[0]["type"] == "json_invalid":
        return "bad_json", "the value is no JSON"
    places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in errors[:5])
    return "contract", places
