"""Use cases of agreements: one function each, which owns its transaction. A repeated request changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.events.register import store as register_store
from services.events.register.agreements import store
from services.events.register.agreements.domain import Agreement
from services.events.register.agreements.events_out import agreement_state
from services.events.register.domain import IdTaken
from shared.contracts.events import AgreementChanged, AgreementEnded, AgreementMade
from shared.messaging import outbox

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from services.events.register.agreements.domain import AgreementTerms
    from shared.db.database import Database


async def make_agreement(
    db: Database, taskforce_id: UUID, agreement_id: UUID, company_id: UUID, terms: AgreementTerms, *, by: str
) -> None:
    """Write down an agreement with a company.

    Args:
        agreement_id: made by the client.
        by: the subject of the principal.

    Raises:
        CompanyNotFound, AgreementEndsBeforeStart.
        IdTaken: something else was agreed under the id.
    """
    agreement = Agreement(agreement_id, company_id, terms.checked(), by, datetime.now(UTC))
    async with db.change(taskforce_id) as conn:
        await register_store.load_company(conn, taskforce_id, company_id)
        if not await store.insert_agreement(conn, taskforce_id, agreement):
            known = {one.id: one for one in await store.agreements(conn, taskforce_id, company_id)}
            if agreement_id not in known or known[agreement_id].terms != agreement.terms:
                raise IdTaken
            return
        await outbox.add(conn, agreement_state(AgreementMade, taskforce_id, agreement))


async def change_agreement(
    db: Database,
    taskforce_id: UUID,
    company_id: UUID,
    agreement_id: UUID,
    terms: AgreementTerms,
    *,
    by: str,
    expected_version: int | None = None,
) -> None:
    """Change what was agreed.

    Raises:
        AgreementNotFound, AgreementEndsBeforeStart, StaleAgreement.
    """
    async with db.change(taskforce_id) as conn:
        agreement = await store.lock_agreement(conn, taskforce_id, company_id, agreement_id)
        if agreement.change(terms, datetime.now(UTC), by=by, expected_version=expected_version):
            await store.save_agreement(conn, taskforce_id, agreement)
            await outbox.add(conn, agreement_state(AgreementChanged, taskforce_id, agreement))


async def end_agreement(
    db: Database,
    taskforce_id: UUID,
    company_id: UUID,
    agreement_id: UUID,
    on: date,
    *,
    by: str,
    expected_version: int | None = None,
) -> None:
    """Let an agreement end; `on` is its last day. It raises what `change_agreement` raises."""
    async with db.change(taskforce_id) as conn:
        agreement = await store.lock_agreement(conn, taskforce_id, company_id, agreement_id)
        if agreement.end(on, datetime.now(UTC), by=by, expected_version=expected_version):
            await store.save_agreement(conn, taskforce_id, agreement)
            await outbox.add(conn, agreement_state(AgreementEnded, taskforce_id, agreement))
