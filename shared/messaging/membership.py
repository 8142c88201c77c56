"""Corrections to how aiokafka handles a consumer's membership of its group.

All of it uses private names of the pinned version of aiokafka; each function says which behaviour it corrects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka.errors import IllegalGenerationError

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer


def membership(client: AIOKafkaConsumer | None) -> tuple[str, int] | None:
    """Return the client's member id and the generation of its group; None while it is not a member.

    The generation alone would not do: every broker counts from the same number.
    """
    coordinator: Any = client._coordinator if client is not None else None
    if coordinator is None or coordinator.generation < 0:
        return None
    return coordinator.member_id, coordinator.generation


def commit_only_own_offsets(client: AIOKafkaConsumer) -> None:
    """Make the client fail a commit of offsets when the group has rebalanced since the records were fetched.

    aiokafka retries a commit until it succeeds, with the membership it has by then. If a broker was replaced by an
    empty one, the new broker would accept offsets of the old log, and the consumer would skip everything that is sent
    again up to there. Call it after the client has started.
    """
    coordinator: Any = client._coordinator
    send = coordinator._do_commit_offsets

    async def commit(assignment: Any, offsets: Any) -> None:
        subscription = client._subscription.subscription
        rebalanced = subscription is None or subscription.assignment is not assignment
        if rebalanced or subscription._reassignment_in_progress or membership(client) is None:
            raise IllegalGenerationError(coordinator.group_id)
        await send(assignment, offsets)

    coordinator._do_commit_offsets = commit


def skip_leave_group(client: AIOKafkaConsumer) -> None:
    """Make the client stop without a LeaveGroup request, so that the broker notices by the session timeout.

    Does nothing for a client that has not joined a group yet.
    """
    coordinator: Any = client._coordinator
    if coordinator is not None:

        async def forget() -> None:
            coordinator.reset_generation()

        coordinator._maybe_leave_group = forget
