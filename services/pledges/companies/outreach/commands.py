"""Logging and changing contacts with companies. Each use case owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.companies import queries
from services.pledges.companies.outreach import store
from services.pledges.companies.outreach.domain import Outreach
from services.pledges.companies.outreach.events_out import outreach_state
from services.pledges.companies.outreach.refusals import NoCardHandedOver, OutreachNotFound, UnknownOwnerOfCard
from services.pledges.companies.refusals import CompanyNotFound
from services.pledges.participants.access import disclosure_in
from services.pledges.participants.cards_handed_over import insert_card_handed_over
from services.pledges.participants.naming import named_participants
from services.pledges.participants.store import find_participant
from services.pledges.pledges.refusals import IdTaken
from shared.contracts.pledges import OutreachCorrected, OutreachLogged, OutreachRestored, OutreachWithdrawn
from shared.messaging import outbox
from shared.privacy.access_log import PLACEMENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from services.pledges.companies.outreach.domain import OutreachTerms
    from services.pledges.participants.access import Reader
    from services.pledges.pledges.terms import Editor
    from shared.contracts.pledges import OutreachState
    from shared.db.database import Database


async def log_outreach(
    db: Database,
    taskforce_id: UUID,
    outreach_id: UUID,
    company_id: UUID,
    terms: OutreachTerms,
    *,
    by: UUID | None,
    reader: Reader | None = None,
    card_of: str | None = None,
    at: datetime | None = None,
) -> None:
    """Log a contact with a company of the register. The same again changes nothing.

    Args:
        db: a `ParticipantsDatabase` where somebody's card was handed over.
        outreach_id: made by the client.
        reader: as whom a case worker looks at participants; only needed for somebody's card.
        card_of: the case reference of the participant whose card was handed over.
        at: when the request came; None: now.

    Raises:
        CompanyNotFound: the register has no such company, or its messages have not arrived.
        IdTaken: something else was logged under the id.
        OutreachAhead, OutreachLongAgo: see `Outreach.log`.
        NoCardHandedOver: a participant is named, and it is another contact.
        UnknownOwnerOfCard: the reader sees no such participant.
    """
    if card_of is not None and terms.kind != "card":
        raise NoCardHandedOver
    outreach = Outreach.log(taskforce_id, outreach_id, company_id, terms, by=by, at=at or datetime.now(UTC))
    async with db.change(taskforce_id) as conn:
        if await queries.company(conn, taskforce_id, company_id) is None:
            raise CompanyNotFound
        if await store.insert_outreach(conn, outreach):
            await outbox.add(conn, outreach_state(OutreachLogged, outreach))
            if card_of is not None:
                assert reader is not None  # only a route without participants has none
                disclosure = await disclosure_in(conn, reader, purpose=PLACEMENT, action="change")
                found = await named_participants(disclosure, taskforce_id, case_reference=card_of)
                # Locked, so that nobody is erased between the look-up and the card.
                if not found or await find_participant(disclosure, found[0].id, lock=True) is None:
                    raise UnknownOwnerOfCard
                await insert_card_handed_over(disclosure, outreach_id, found[0].id)
            return
        known = await store.load_outreach(conn, taskforce_id, outreach_id)
    if known is None or (known.company_id, known.terms, known.logged_by) != (company_id, terms, by):
        raise IdTaken


async def correct_outreach(
    db: Database,
    taskforce_id: UUID,
    company_id: UUID,
    outreach_id: UUID,
    terms: OutreachTerms,
    *,
    by: Editor,
    seen_version: int | None = None,
) -> None:
    """Correct what was logged. The same again changes nothing.

    Raises:
        OutreachNotFound: the company has no such contact.
        OutreachOfAnother, StaleOutreach, OutreachAhead, OutreachLongAgo: see `Outreach.correct`.
    """
    now = datetime.now(UTC)
    await _change(
        db,
        taskforce_id,
        (company_id, outreach_id),
        OutreachCorrected,
        lambda outreach: outreach.correct(terms, by=by, at=now, seen_version=seen_version),
    )


async def withdraw_outreach(
    db: Database, taskforce_id: UUID, company_id: UUID, outreach_id: UUID, *, by: Editor, seen_version: int | None
) -> None:
    """Record that a contact has never been made. It raises what `correct_outreach` raises."""
    now = datetime.now(UTC)
    await _change(
        db,
        taskforce_id,
        (company_id, outreach_id),
        OutreachWithdrawn,
        lambda outreach: outreach.withdraw(by=by, at=now, seen_version=seen_version),
    )


async def restore_outreach(
    db: Database, taskforce_id: UUID, company_id: UUID, outreach_id: UUID, *, by: Editor, seen_version: int | None
) -> None:
    """Undo `withdraw_outreach`. It raises what `correct_outreach` raises."""
    now = datetime.now(UTC)
    await _change(
        db,
        taskforce_id,
        (company_id, outreach_id),
        OutreachRestored,
        lambda outreach: outreach.restore(by=by, at=now, seen_version=seen_version),
    )


async def _change(
    db: Database,
    taskforce_id: UUID,
    which: tuple[UUID, UUID],
    message: type[OutreachState],
    change: Callable[[Outreach], bool],
) -> None:
    company_id, outreach_id = which
    async with db.change(taskforce_id) as conn:
        outreach = await store.lock_outreach(conn, taskforce_id, outreach_id)
        if outreach is None or outreach.company_id != company_id:
            raise OutreachNotFound
        if change(outreach):
            await store.save_outreach(conn, outreach)
            await outbox.add(conn, outreach_state(message, outreach))
