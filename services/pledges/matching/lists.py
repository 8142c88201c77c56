"""Who fits a position, and which positions fit somebody, as pages and programs show it. What is shown is logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from services.pledges.catalogue.store import load_catalogue
from services.pledges.matching import queries
from services.pledges.matching.domain import Questions, best_questions
from services.pledges.matching.queries import Summary
from services.pledges.matching.words import reasons
from services.pledges.participants.matches import standing_match_of_participant
from services.pledges.participants.store import find_participant, participants

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from services.pledges.matching.domain import Offer, Verdict
    from services.pledges.matching.queries import CurrentJob, Judged, Order
    from services.pledges.matching.words import Reason
    from services.pledges.participants.domain import Participant
    from services.pledges.participants.matches import Match
    from shared.db.database import Connection
    from shared.privacy.access_log import Disclosure

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a position fits or may fit, or about whom it was asked.

    Attributes:
        jobs: those that they have: a fact for whoever decides.
        match: the position that was found for them.
    """

    participant: Participant
    verdict: Verdict
    reasons: list[Reason]
    jobs: list[CurrentJob]
    match: Match | None = None

    @property
    def is_considered(self) -> bool:
        """Whether a position may be found for them now."""
        return self.participant.status == "active" and self.match is None


@dataclass(frozen=True, slots=True)
class Opening:
    """A position that fits or may fit somebody."""

    offer: Offer
    verdict: Verdict
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Found(Generic[Shown]):
    """A page of a list, and what is counted of all of it.

    Attributes:
        last: the last of the page, where more follow.
    """

    shown: list[Shown]
    last: Judged | None
    summary: Summary
    questions: Questions


@dataclass(frozen=True, slots=True)
class FoundCandidates(Found[Candidate]):
    """Candidates.

    Attributes:
        paused, matched: participants who are not considered.
    """

    paused: int
    matched: int


NOBODY: Final = FoundCandidates([], None, Summary.of([]), Questions(), 0, 0)
"""Of a position that is not vacant."""


async def find_candidates(
    disclosure: Disclosure, offer: Offer, *, today: date, after: Order | None, size: int
) -> FoundCandidates:
    """Return a page of those whom a vacant position fits or may fit: see `queries.candidates`."""
    conn, taskforce_id = disclosure.conn, disclosure.taskforce_id
    rows, summary = await queries.candidates(conn, taskforce_id, offer, today=today, after=after, limit=size + 1)
    page = rows[:size]
    paused, matched = await queries.not_considered(conn, taskforce_id)
    return FoundCandidates(
        await candidates(disclosure, offer, {judged.id: judged.verdict for judged in page}, today=today),
        page[-1] if len(rows) > size else None,
        summary,
        best_questions(summary.unknown),
        paused,
        matched,
    )


async def candidates(
    disclosure: Disclosure, offer: Offer, verdicts: Mapping[UUID, Verdict], *, today: date
) -> list[Candidate]:
    """Return participants with how a position fits them, in the order of the verdicts."""
    conn, taskforce_id = disclosure.conn, disclosure.taskforce_id
    people = {one.id: one for one in await participants(disclosure, taskforce_id, list(verdicts))}
    jobs = await queries.current_jobs(conn, taskforce_id, [one.citizen_id for one in people.values()], today=today)
    tasks = await task_words(conn, taskforce_id)
    return [
        Candidate(
            people[id_],
            verdict,
            reasons(verdict, people[id_], offer, tasks, today=today),
            jobs.get(people[id_].citizen_id, []),
        )
        for id_, verdict in verdicts.items()
        if id_ in people
    ]


async def find_candidate(
    disclosure: Disclosure, offer: Offer, participant_id: UUID, *, today: date
) -> Candidate | None:
    """Return how a position fits one participant, considered or not; None where the transaction sees nobody."""
    verdicts = await queries.judge(disclosure.conn, disclosure.taskforce_id, offer, [participant_id], today=today)
    found = await candidates(disclosure, offer, verdicts, today=today)
    if not found:
        return None
    [one] = found
    match = await standing_match_of_participant(disclosure, participant_id)
    return Candidate(one.participant, one.verdict, one.reasons, one.jobs, match)


@dataclass(frozen=True, slots=True)
class FoundOpenings(Found[Opening]):
    """Openings for somebody.

    Attributes:
        jobs, match: as of a candidate.
    """

    participant: Participant
    jobs: list[CurrentJob]
    match: Match | None


async def find_openings(
    disclosure: Disclosure, participant_id: UUID, *, today: date, after: queries.OfferOrder | None, size: int
) -> FoundOpenings | None:
    """Return a page of the vacant positions that fit or may fit somebody; None where the transaction sees nobody."""
    conn, taskforce_id = disclosure.conn, disclosure.taskforce_id
    participant = await find_participant(disclosure, participant_id)
    if participant is None:
        return None
    rows, summary = await queries.openings(conn, taskforce_id, participant, today=today, after=after, limit=size + 1)
    page = rows[:size]
    offers = await queries.offers(conn, taskforce_id, [judged.id for judged in page])
    jobs = await queries.current_jobs(conn, taskforce_id, [participant.citizen_id], today=today)
    tasks = await task_words(conn, taskforce_id)
    return FoundOpenings(
        [
            Opening(
                offers[judged.id],
                judged.verdict,
                reasons(judged.verdict, participant, offers[judged.id], tasks, today=today),
            )
            for judged in page
            if judged.id in offers
        ],
        page[-1] if len(rows) > size else None,
        summary,
        best_questions(summary.unknown),
        participant,
        jobs.get(participant.citizen_id, []),
        await standing_match_of_participant(disclosure, participant_id),
    )


async def task_words(conn: Connection, taskforce_id: UUID) -> dict[str, str]:
    """Return the words of a taskforce's tasks in the current language, by code."""
    return {task.code: task.label for task in (await load_catalogue(conn, taskforce_id)).tasks}
