"""Giving Kafka's users their passwords and rights, as somebody who may: over the protocol, without Kafka's programs."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, Final, cast

from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import CreateAclsRequest, DescribeAclsRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactBytes, CompactString, Int8, Int16, Int32, Schema, TaggedFields

from deploy.access.rights import Right
from shared.messaging.topics import admin_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from shared.messaging.access import Kafka

ITERATIONS: Final = 8192
"""Of SCRAM's hash; twice Kafka's own default. The passwords are random, so more would only cost each login time."""

# Kafka's numbers for what stands in a right (org.apache.kafka.common.acl and .resource).
_ANY: Final = 1
_ALLOW: Final = 3
_LITERAL: Final = 3
_ANYWHERE: Final = "*"
_RESOURCES: Final = {"Topic": 2, "Group": 3, "Cluster": 4, "TransactionalId": 5, "DelegationToken": 6, "User": 7}
_OPERATIONS: Final = {
    "All": 2,
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Delete": 6,
    "Alter": 7,
    "Describe": 8,
    "ClusterAction": 9,
    "DescribeConfigs": 10,
    "AlterConfigs": 11,
    "IdempotentWrite": 12,
}
_SHA_512: Final = 2
_KEY_BYTES: Final = 64


class _PasswordsSet(Response):
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _PasswordsOnTheWire(RequestStruct):
    """AlterUserScramCredentials, which aiokafka has not got."""

    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _PasswordsSet
    SCHEMA = Schema(
        ("deletions", CompactArray(("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields))),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _SetPasswords(Request[_PasswordsOnTheWire]):
    API_KEY = 51

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._passwords = passwords

    def build(self, request_struct_class: type[_PasswordsOnTheWire]) -> _PasswordsOnTheWire:
        upsertions: list[tuple[str, int, int, bytes, bytes, dict[int, bytes]]] = []
        for user, password in self._passwords.items():
            salt = secrets.token_bytes(32)
            salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS, _KEY_BYTES)
            upsertions.append((user, _SHA_512, ITERATIONS, salt, salted, {}))
        return request_struct_class([], upsertions, {})


async def set_passwords(kafka: Kafka, passwords: Mapping[str, str]) -> None:
    """Give each user its password; one there was before is not good any more for whoever connects anew.

    Args:
        kafka: the broker, as somebody who may alter users.
        passwords: by user, which is made if it is not there.

    Raises:
        aiokafka.errors.KafkaError: the broker is away or refuses.
    """
    async with admin_of(kafka) as admin:
        answer: Any = await admin._send_request(_SetPasswords(passwords))
    for user, code, message, *_ in answer.results:
        if code:
            raise for_code(code)(f"the password of {user} was not set: {message or 'no reason was given'}")


async def rights_of(kafka: Kafka, users: Collection[str]) -> set[Right]:
    """Return every right that `users` have on the broker, by whatever name and from wherever.

    What no `Right` can say (more than one topic by the beginning of its name, say) is told in `name`.

    Raises:
        aiokafka.errors.KafkaError: the broker is away or refuses.
    """
    whatever: Any = None
    filter_of_all = DescribeAclsRequest(_ANY, whatever, _ANY, whatever, whatever, _ANY, _ANY)
    async with admin_of(kafka) as admin:
        answer: Any = await admin._send_request(filter_of_all)
    if answer.error_code:
        raise cast("KafkaError", for_code(answer.error_code)(f"the rights could not be read: {answer.error_message}"))
    resources, operations = ({number: name for name, number in names.items()} for names in (_RESOURCES, _OPERATIONS))
    found = set()
    for kind, name, pattern, entries in answer.resources:
        for principal, host, operation, permission in entries:
            user = principal.removeprefix("User:")
            if user not in users:
                continue
            said = name if pattern == _LITERAL else f"{name}*"
            if host != _ANYWHERE:
                said += f" from {host}"
            if permission != _ALLOW:
                said += " (denied)"
            done: Any = operations.get(operation, f"operation {operation}")
            to: Any = resources.get(kind, f"resource {kind}")
            found.add(Right(user, done, to, said))
    return found


async def grant(kafka: Kafka, rights: Sequence[Right]) -> None:
    """Give the rights, from any address. One that is there already stays.

    Raises:
        aiokafka.errors.KafkaError: the broker is away or refuses.
    """
    async with admin_of(kafka) as admin:
        for right in rights:
            resource, operation = _RESOURCES[right.resource], _OPERATIONS[right.operation]
            principal = f"User:{right.user}"
            answer: Any = await admin._send_request(
                CreateAclsRequest(resource, right.name, _LITERAL, principal, _ANYWHERE, operation, _ALLOW)
            )
            for code, message in answer.creation_responses:
                if code:
                    raise cast("KafkaError", for_code(code)(f"{right} was not granted: {message}"))
