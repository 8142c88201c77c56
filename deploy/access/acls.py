"""The declared ACLs of every Kafka user. They are derived from the contracts, so a new message needs no change here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from deploy.services import SERVICES
from shared.contracts.catalogue import TOPICS
from shared.contracts.readers import READERS

Operation = Literal["Read", "Write", "Delete", "Describe"]
Resource = Literal["Topic", "Group"]

OPERATOR: Final = "operator"
"""The operator's user: may read every topic, delete its records and describe every group, and may write nothing."""


@dataclass(frozen=True, order=True)
class Acl:
    """Allows one user one operation on one topic or group. Read, Write and Delete include Describe."""

    user: str
    operation: Operation
    resource: Resource
    name: str

    def __str__(self) -> str:
        return f"{self.user} may {self.operation.lower()} {self.resource.lower()} {self.name}"

    def command(self, server: str) -> str:
        """Return the kafka-acls.sh command that grants it."""
        return (
            f"kafka-acls.sh --bootstrap-server {server} --command-config admin.properties --add "
            f"--allow-principal User:{self.user} --operation {self.operation} --{self.resource.lower()} {self.name}"
        )


def user_of(part: str) -> str:
    """Return the default Kafka user name of a service or the operator."""
    return f"tilsagn-{part}"


def users() -> dict[str, str]:
    """Return the default Kafka user names, by service and `operator`."""
    return {part: user_of(part) for part in (*SERVICES, OPERATOR)}


def declared(names: dict[str, str] | None = None) -> list[Acl]:
    """Return every declared ACL, sorted.

    A service writes the topics with its name, reads the topics of the messages it handles, and joins the consumer group
    with its name.

    Args:
        names: user names by service and `operator`; the defaults of `users` when None.
    """
    called = names or users()
    acls = [
        Acl(called[service], "Write", "Topic", topic)
        for service in SERVICES
        for topic in TOPICS
        if topic.startswith(f"tilsagn.{service}.")
    ]
    for group, messages in READERS.items():
        user = called[group.removeprefix("tilsagn.")]
        acls.append(Acl(user, "Read", "Group", group))
        acls += [Acl(user, "Read", "Topic", topic) for topic in sorted({message.topic() for message in messages})]
        acls.append(Acl(called[OPERATOR], "Describe", "Group", group))
    for topic in TOPICS:
        acls += [Acl(called[OPERATOR], "Read", "Topic", topic), Acl(called[OPERATOR], "Delete", "Topic", topic)]
    return sorted(acls)
