"""A consumer's membership of its group, where the Kafka client needs help to keep it apart from the next one.

Nothing here has a public name in aiokafka: each function says which behaviour of the pinned version it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka.errors import IllegalGenerationError

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer


def membership(client: AIOKafkaConsumer | None) -> tuple[str, int] | None:
    """Return as whom, and in which generation of its group, this client is a member; None while it is none.

    Not the generation alone: each broker's group begins with the same one.
    """
    coordinator: Any = client._coordinator if client is not None else None
    if coordinator is None or coordinator.generation < 0:
        return None
    return coordinator.member_id, coordinator.generation


def commit_only_own_offsets(client: AIOKafkaConsumer) -> None:
    """Give up the commit of offsets when the partitions have been shared out anew since they were taken.

    aiokafka tries a commit again until it is accepted, each time as the member that it is by then. A broker that was
    replaced by an empty one would take the offsets of the log that is gone as places in its own, and what is sent
    again up to there would be passed over. Call it once the client has started.
    """
    coordinator: Any = client._coordinator
    send = coordinator._do_commit_offsets

    async def commit(assignment: Any, offsets: Any) -> None:
        subscription = client._subscription.subscription
        shared_out_anew = subscription is None or subscription.assignment is not assignment
        if shared_out_anew or subscription._reassignment_in_progress or membership(client) is None:
            raise IllegalGenerationError(coordinator.group_id)
        await send(assignment, offsets)

    coordinator._do_commit_offsets = commit


def leave_without_a_word(client: AIOKafkaConsumer) -> None:
    """Let the client forget its group when it stops, rather than tell it: it is missed after its session time.

    Nothing to do for one that has not got as far as having a group.
    """
    coordinator: Any = client._coordinator
    if coordinator is not None:

        async def forget() -> None:
            coordinator.reset_generation()

        coordinator._maybe_leave_group = forget
