"""The rights of every user on Kafka, as they have to be. Derived, so that a new message needs no list to be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from deploy.services import SERVICES
from shared.contracts.catalogue import TOPICS
from shared.contracts.readers import READERS

Operation = Literal["Read", "Write", "Delete", "Describe"]
Resource = Literal["Topic", "Group"]

OPERATOR: Final = "operator"
"""Whoever looks after an installation: reads every topic and empties it, sees how far each group is, writes nothing."""


@dataclass(frozen=True, order=True)
class Right:
    """One user may do one thing with one topic or group. Describing it is part of reading, writing or deleting."""

    user: str
    operation: Operation
    resource: Resource
    name: str

    def __str__(self) -> str:
        return f"{self.user} may {self.operation.lower()} {self.resource.lower()} {self.name}"

    def command(self, server: str) -> str:
        """The command line of Kafka's own tool that grants it."""
        return (
            f"kafka-acls.sh --bootstrap-server {server} --command-config admin.properties --add "
            f"--allow-principal User:{self.user} --operation {self.operation} --{self.resource.lower()} {self.name}"
        )


def user_of(part: str) -> str:
    """Return the name by which a service, or the operator, is known to Kafka unless it was given another."""
    return f"tilsagn-{part}"


def users() -> dict[str, str]:
    """Return the users' own names by whose they are: every service's and the operator's."""
    return {part: user_of(part) for part in (*SERVICES, OPERATOR)}


def declared(names: dict[str, str] | None = None) -> list[Right]:
    """Return every right there has to be, sorted: whatever is not in it nobody has.

    A service writes the topics that bear its name, reads those of the messages it understands, and belongs to the one
    group that bears its name.

    Args:
        names: what the users are called, as `users` returns it.
    """
    called = names or users()
    rights = [
        Right(called[service], "Write", "Topic", topic)
        for service in SERVICES
        for topic in TOPICS
        if topic.startswith(f"tilsagn.{service}.")
    ]
    for group, messages in READERS.items():
        user = called[group.removeprefix("tilsagn.")]
        rights.append(Right(user, "Read", "Group", group))
        rights += [Right(user, "Read", "Topic", topic) for topic in sorted({message.topic() for message in messages})]
        rights.append(Right(called[OPERATOR], "Describe", "Group", group))
    for topic in TOPICS:
        rights += [Right(called[OPERATOR], "Read", "Topic", topic), Right(called[OPERATOR], "Delete", "Topic", topic)]
    return sorted(rights)
