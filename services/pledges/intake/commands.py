"""Receiving what phones have captured: pledges, for the figures or for practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.pledges.pledges.commands import LoggedPledge, NewPledge, log_each
from services.pledges.practice.commands import log_practice_pledge
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.pledges.guest_access import Intake


@dataclass(frozen=True, slots=True)
class Received:
    """A pledge that came in, and whether it is practice."""

    pledge: NewPledge
    practice: bool


async def receive_pledges(
    intake: Intake, taskforce_id: UUID, received: Sequence[Received], *, patience_seconds: float
) -> list[LoggedPledge | Refusal]:
    """Log each pledge exactly once, whatever becomes of the others (`log_each`); practice apart.

    Returns:
        For each, in their order, the pledge as it was logged, or why it was refused.
    """
    real = iter(
        await log_each(
            intake.database,
            taskforce_id,
            [one.pledge for one in received if not one.practice],
            patience_seconds=patience_seconds,
            group_commit=intake.group_commit,
        )
    )
    outcomes: list[LoggedPledge | Refusal] = []
    for one in received:
        if not one.practice:
            outcomes.append(next(real))
            continue
        try:
            outcomes.append(await log_practice_pledge(intake.database, taskforce_id, one.pledge))
        except Refusal as refusal:
            outcomes.append(refusal)
    return outcomes
