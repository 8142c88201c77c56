"""The messages about targets. The note is not in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.contracts.events import TargetDropped, TargetSet

if TYPE_CHECKING:
    from uuid import UUID

    from services.events.targets.domain import Target


def target_state(taskforce_id: UUID, target: Target) -> TargetSet | TargetDropped:
    """Return the message about a target's last change."""
    terms = target.terms
    return (TargetDropped if target.dropped else TargetSet)(
        taskforce_id=taskforce_id,
        version=target.version,
        recorded_at=target.changed_at,
        target_id=target.id,
        measure=terms.measure,
        job_type=terms.job_type,
        value=terms.value,
        unit=terms.measure_of.unit,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
    )
