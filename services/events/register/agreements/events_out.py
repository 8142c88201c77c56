"""The messages about agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared.contracts.events import AgreementState

if TYPE_CHECKING:
    from uuid import UUID

    from services.events.register.agreements.domain import Agreement

AgreementMessage = TypeVar("AgreementMessage", bound=AgreementState)


def agreement_state(message: type[AgreementMessage], taskforce_id: UUID, agreement: Agreement) -> AgreementMessage:
    """Return the message about an agreement's last change.

    Args:
        message: what has happened to it, such as `AgreementMade`.
    """
    return message(
        taskforce_id=taskforce_id,
        version=agreement.version,
        recorded_at=agreement.changed_at,
        agreement_id=agreement.id,
        company_id=agreement.company_id,
        role=agreement.terms.role,
        trainees=agreement.terms.trainees,
        starts_on=agreement.terms.starts_on,
        ends_on=agreement.terms.ends_on,
    )
