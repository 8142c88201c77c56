"""What a company answers on its page. Each answer is a version of what it is about, saved with it in one transaction.

Sent again, an answer has no further effect. What a use case returns has been committed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.company_page import queries, store
from services.pledges.company_page.domain import CompanyAnswer
from services.pledges.company_page.events_out import registration_requested
from services.pledges.company_page.links import use_link
from services.pledges.company_page.refusals import (
    AlreadyAnswered,
    CallInstead,
    EventNotAhead,
    NothingChanged,
    NotOfCompany,
)
from services.pledges.corrections.commands import correct_locked
from services.pledges.hires import store as hires_store
from services.pledges.hires.commands.locking import save_change
from services.pledges.hires.domain import HireChange
from services.pledges.pledges import store as pledges_store
from services.pledges.pledges.commands import lock_for_change
from services.pledges.pledges.domain import Change, Editor
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.refusals import PledgeNotFound
from services.pledges.withdrawals.commands import withdraw_locked
from shared.contracts.pledges import CheckpointAnswered, PledgeAffirmed, registration_request_id
from shared.messaging import outbox
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from services.pledges.company_page.domain import AnswerKind, CompanyLink
    from services.pledges.corrections.schemas import PledgePatch
    from services.pledges.pledges.domain import Limits, Pledge
    from shared.contracts.pledges import CheckpointAnswer, CheckpointMonths
    from shared.db.database import Connection, Database


async def affirm(
    db: Database, link: CompanyLink, pledge_id: UUID, *, answer_id: UUID, seen_version: int | None = None
) -> CompanyAnswer:
    """Say that the company's own pledge still holds. The arguments are as of `adjust`.

    Raises:
        LinkRefused, NotOfCompany.
        NothingChanged: the company has affirmed it before.
        StaleVersion, PledgeEnded: see `Pledge.affirm`.
    """

    async def make(conn: Connection, now: datetime) -> CompanyAnswer:
        pledge = await _lock_own(conn, link, pledge_id)
        if not pledge.affirm(on=local_date(now), seen_version=seen_version):
            raise NothingChanged
        await pledges_store.save_state(conn, pledge)
        await pledges_store.insert_change(conn, pledge, Change("affirmed", None, now))
        await outbox.add(conn, pledge_state(PledgeAffirmed, pledge, recorded_at=now))
        return _about(link, answer_id, pledge, now, kind="affirmed")

    return await _answer(db, link, answer_id, make)


async def adjust(
    db: Database,
    link: CompanyLink,
    pledge_id: UUID,
    patch: PledgePatch,
    *,
    answer_id: UUID,
    limits: Limits,
    note: str | None = None,
    seen_version: int | None = None,
) -> CompanyAnswer:
    """Correct the company's own pledge: more or fewer positions, other hours, tasks, another earliest start.

    Args:
        note: why, in the company's words.
        seen_version: the version that the page showed; None: any.

    Raises:
        LinkRefused, NotOfCompany, NothingChanged.
        Refusal: see `corrections.domain.correct`. Nothing has changed.
    """

    async def make(conn: Connection, now: datetime) -> CompanyAnswer:
        pledge = await _lock_own(conn, link, pledge_id)
        change = Change("corrected", None, now, note=note)
        if not await correct_locked(
            conn, pledge, patch.applied_to(pledge), change, limits=limits, seen_version=seen_version
        ):
            raise NothingChanged
        return _about(link, answer_id, pledge, now, kind="adjusted")

    return await _answer(db, link, answer_id, make)


async def withdraw(
    db: Database,
    link: CompanyLink,
    pledge_id: UUID,
    *,
    answer_id: UUID,
    note: str | None = None,
    seen_version: int | None = None,
) -> CompanyAnswer:
    """Withdraw what is left of the company's own pledge. It has counted until today. The arguments are as of `adjust`.

    Raises:
        LinkRefused, NotOfCompany.
        CallInstead: somebody has been found for a position.
        StaleVersion, PledgeEnded, PositionsFilled: see `Pledge.withdraw`.
    """

    async def make(conn: Connection, now: datetime) -> CompanyAnswer:
        pledge = await _lock_own(conn, link, pledge_id)
        if any(position.status in {"matched", "trial"} for position in pledge.positions):
            raise CallInstead
        change = Change("withdrawn", None, now, "company_withdrew", note)
        await withdraw_locked(conn, pledge, "company_withdrew", change, seen_version=seen_version)
        return _about(link, answer_id, pledge, now, kind="withdrawn")

    return await _answer(db, link, answer_id, make)


async def answer_checkpoint(
    db: Database,
    link: CompanyLink,
    hire_id: UUID,
    months: CheckpointMonths,
    answer: CheckpointAnswer,
    *,
    answer_id: UUID,
    note: str | None = None,
) -> CompanyAnswer:
    """Say whether somebody is still employed.

    Args:
        note: what else there is to say, in the company's words.

    Raises:
        LinkRefused, NotOfCompany.
        AlreadyAnswered: somebody has answered it before.
        Refusal: see `Hire.answer_checkpoint`. Nothing has changed.
    """

    async def make(conn: Connection, now: datetime) -> CompanyAnswer:
        hire = await hires_store.lock_hire(conn, link.taskforce_id, hire_id)
        if hire is None or hire.company_id != link.company_id or not hire.counted:
            raise NotOfCompany
        if any(one.months == months and one.answer is not None for one in hire.checkpoints):
            raise AlreadyAnswered
        change = HireChange("checkpoint_answered", hire.snapshot(), None, now, note=note)
        hire.answer_checkpoint(months, answer, answered_from="company", by=None, today=local_date(now))
        await save_change(conn, hire, change, CheckpointAnswered)
        return CompanyAnswer(
            link.taskforce_id,
            answer_id,
            link.company_id,
            "still_employed",
            hire.version,
            now,
            hire_id=hire_id,
            months=months,
            answer=answer,
        )

    return await _answer(db, link, answer_id, make)


async def register_for_event(
    db: Database, link: CompanyLink, event_id: UUID, *, answer_id: UUID, wanted: bool
) -> CompanyAnswer:
    """Ask `events` to register the company for an event, or to take it off the list.

    The answer is the registration, which `events` publishes.

    Raises:
        LinkRefused.
        EventNotAhead: it has begun, was cancelled, or is not for companies.
        NothingChanged: the company has asked for the same before.
    """

    async def make(conn: Connection, now: datetime) -> CompanyAnswer:
        if not await queries.events_ahead(conn, link.taskforce_id, link.company_id, event_id=event_id):
            raise EventNotAhead
        version = await store.request_registration(
            conn,
            link.taskforce_id,
            registration_request_id(event_id, link.company_id),
            event_id,
            link.company_id,
            wanted=wanted,
        )
        if version is None:
            raise NothingChanged
        await outbox.add(
            conn,
            registration_requested(
                link.taskforce_id, event_id, link.company_id, wanted=wanted, version=version, recorded_at=now
            ),
        )
        return CompanyAnswer(
            link.taskforce_id,
            answer_id,
            link.company_id,
            "registered" if wanted else "unregistered",
            version,
            now,
            event_id=event_id,
        )

    return await _answer(db, link, answer_id, make)


async def keep_link(db: Database, link: CompanyLink) -> None:
    """Let the link work for another 90 days: somebody at the company has asked for it.

    Raises:
        LinkRefused
    """
    async with db.change(link.taskforce_id) as conn:
        await use_link(conn, link, at=datetime.now(UTC))


async def _answer(
    db: Database,
    link: CompanyLink,
    answer_id: UUID,
    make: Callable[[Connection, datetime], Awaitable[CompanyAnswer]],
) -> CompanyAnswer:
    """Give an answer once, with a link that works. The lock on the link lets repeated requests wait for each other."""
    now = datetime.now(UTC)
    async with db.change(link.taskforce_id) as conn:
        await use_link(conn, link, at=now)
        earlier = await store.load_answer(conn, link.taskforce_id, answer_id)
        if earlier is not None:
            if earlier.company_id != link.company_id:
                raise NotOfCompany
            return earlier
        answer = await make(conn, now)
        await store.insert_answer(conn, answer)
    return answer


async def _lock_own(conn: Connection, link: CompanyLink, pledge_id: UUID) -> Pledge:
    """Return the company's own pledge, locked until the end of the transaction. Raises `NotOfCompany`."""
    try:
        return await lock_for_change(conn, link.taskforce_id, pledge_id, Editor(None, company_id=link.company_id))
    except PledgeNotFound:
        raise NotOfCompany from None


def _about(link: CompanyLink, answer_id: UUID, pledge: Pledge, now: datetime, *, kind: AnswerKind) -> CompanyAnswer:
    return CompanyAnswer(link.taskforce_id, answer_id, link.company_id, kind, pledge.version, now, pledge_id=pledge.id)
