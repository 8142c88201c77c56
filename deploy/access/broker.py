"""Sets passwords and ACLs of Kafka users through the Kafka protocol. Kafka's own command-line tools are not needed."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, Final, cast

from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import CreateAclsRequest, DescribeAclsRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactBytes, CompactString, Int8, Int16, Int32, Schema, TaggedFields

from deploy.access.acls import Acl
from shared.messaging.topics import admin_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from shared.messaging.access import Kafka

ITERATIONS: Final = 8192
"""Iterations of the SCRAM hash: twice Kafka's default. The passwords are random: more would only slow down logins."""

# Kafka's numeric codes (org.apache.kafka.common.acl and .resource).
_ANY: Final = 1
_ALLOW: Final = 3
_LITERAL: Final = 3
_ANY_HOST: Final = "*"
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


class _AlterScramCredentialsResponse(Response):
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


class _AlterScramCredentialsRequest(RequestStruct):
    """AlterUserScramCredentials, which aiokafka does not implement."""

    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _AlterScramCredentialsResponse
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


class _AlterScramCredentials(Request[_AlterScramCredentialsRequest]):
    API_KEY = 51

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._passwords = passwords

    def build(self, request_struct_class: type[_AlterScramCredentialsRequest]) -> _AlterScramCredentialsRequest:
        upsertions: list[tuple[str, int, int, bytes, bytes, dict[int, bytes]]] = []
        for user, password in self._passwords.items():
            salt = secrets.token_bytes(32)
            salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS, _KEY_BYTES)
            upsertions.append((user, _SHA_512, ITERATIONS, salt, salted, {}))
        return request_struct_class([], upsertions, {})


async def set_passwords(kafka: Kafka, passwords: Mapping[str, str]) -> None:
    """Set the password of each user. New connections need the new password; open ones stay open.

    Args:
        kafka: how to connect, as a user that may alter users.
        passwords: by user; a user that does not exist is created.

    Raises:
        aiokafka.errors.KafkaError: the broker is not available or refuses the request.
    """
    async with admin_of(kafka) as admin:
        answer: Any = await admin._send_request(_AlterScramCredentials(passwords))
    for user, code, message, *_ in answer.results:
        if code:
            raise for_code(code)(f"the password of {user} was not set: {message or 'no reason was given'}")


async def acls_of(kafka: Kafka, users: Collection[str]) -> set[Acl]:
    """Return every ACL of `users` on the broker.

    Properties that `Acl` has no field for (a name prefix, a host, a denial) are appended to its `name`.

    Raises:
        aiokafka.errors.KafkaError: the broker is not available or refuses the request.
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
            full_name = name if pattern == _LITERAL else f"{name}*"
            if host != _ANY_HOST:
                full_name += f" from {host}"
            if permission != _ALLOW:
                full_name += " (denied)"
            operation_name: Any = operations.get(operation, f"operation {operation}")
            resource_type: Any = resources.get(kind, f"resource {kind}")
            found.add(Acl(user, operation_name, resource_type, full_name))
    return found


async def grant(kafka: Kafka, acls: Sequence[Acl]) -> None:
    """Create the ACLs, for any host. An ACL that exists stays.

    Raises:
        aiokafka.errors.KafkaError: the broker is not available or refuses the request.
    """
    async with admin_of(kafka) as admin:
        for acl in acls:
            resource, operation = _RESOURCES[acl.resource], _OPERATIONS[acl.operation]
            principal = f"User:{acl.user}"
            answer: Any = await admin._send_request(
                CreateAclsRequest(resource, acl.name, _LITERAL, principal, _ANY_HOST, operation, _ALLOW)
            )
            for code, message in answer.creation_responses:
                if code:
                    raise cast("KafkaError", for_code(code)(f"{acl} was not granted: {message}"))
