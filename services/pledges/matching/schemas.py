"""Candidates and openings in responses, and what a company answers in a form."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.pledges.matching.domain import Criterion, Fact, Needs, Questions, Side
from services.pledges.matching.lists import Candidate, FoundCandidates, FoundOpenings, Opening
from services.pledges.matching.words import Reason, question_text
from services.pledges.pledges.schemas import HoursOut, TypedModel
from shared.contracts.pledges import JobType, PositionStatus
from shared.fields.dates import Day
from shared.fields.text import FreeText, NoneIfBlank
from shared.http.schemas import ResponseModel


class ReasonOut(ResponseModel):
    """What one criterion says, in the current language."""

    criterion: Criterion
    agrees: bool | None = Field(description="null: it is not known, which never counts as agreement")
    text: str
    asked: Side | None = Field(description="who can say what is not known")

    @classmethod
    def of(cls, reason: Reason) -> ReasonOut:
        """Return a reason as a response."""
        return cls(
            criterion=reason.criterion,
            agrees=reason.agrees,
            text=reason.text,
            asked=reason.question.asked if reason.question else None,
        )


class QuestionOut(ResponseModel):
    """A question, and how many matches its answer alone would open."""

    criterion: Criterion
    asked: Side
    text: str
    opens: int = Field(description="pairs about which nothing else is unknown, and which nothing speaks against")


class QuestionsOut(ResponseModel):
    """The at most three questions whose answers would open most matches."""

    questions: list[QuestionOut]
    open_together: int

    @classmethod
    def of(cls, best: Questions) -> QuestionsOut:
        """Return questions as a response."""
        return cls(
            questions=[_question(one.fact, one.opens) for one in best.questions], open_together=best.open_together
        )


def _question(fact: Fact, opens: int) -> QuestionOut:
    return QuestionOut(criterion=fact.criterion, asked=fact.asked, text=question_text(fact), opens=opens)


class JobOut(ResponseModel):
    """A job that somebody has."""

    hire_id: UUID
    company: str
    job_type: JobType
    weekly_hours: float
    start_date: date


class CandidateOut(ResponseModel):
    """Somebody whom the position fits, or may fit once what is not known has been answered."""

    participant_id: UUID
    case_reference: str
    registered_at: datetime
    fits: bool = Field(description="everything is known and agrees; false: it may fit")
    reasons: list[ReasonOut]
    current_jobs: list[JobOut]

    @classmethod
    def of(cls, candidate: Candidate) -> CandidateOut:
        """Return a candidate as a response."""
        return cls(
            participant_id=candidate.participant.id,
            case_reference=candidate.participant.case_reference,
            registered_at=candidate.participant.registered_at,
            fits=candidate.verdict.fits,
            reasons=[ReasonOut.of(reason) for reason in candidate.reasons],
            current_jobs=[
                JobOut(
                    hire_id=job.hire_id,
                    company=job.company,
                    job_type=job.job_type,
                    weekly_hours=float(job.weekly_hours),
                    start_date=job.start_date,
                )
                for job in candidate.jobs
            ],
        )


class NotListed(ResponseModel):
    """Why others are not listed: how many a criterion speaks against. Several may speak against one."""

    pairs: int
    by_criterion: dict[Criterion, int]


class CandidatePage(QuestionsOut):
    """Candidates for a position: first those whom it fits, and of them whoever was registered first."""

    position_id: UUID
    status: PositionStatus = Field(description="unless it is open, nobody is listed")
    items: list[CandidateOut]
    fits: int = Field(description="how many it fits, on all pages")
    may_fit: int
    not_listed: NotListed
    paused: int
    matched: int = Field(description="participants who are matched with a position already")
    next_page_token: str | None

    @classmethod
    def page(
        cls, position_id: UUID, status: PositionStatus, found: FoundCandidates, token: str | None
    ) -> CandidatePage:
        """Return a page of candidates as a response."""
        return cls(
            position_id=position_id,
            status=status,
            items=[CandidateOut.of(one) for one in found.shown],
            fits=found.summary.fits,
            may_fit=found.summary.may_fit,
            not_listed=NotListed(pairs=found.summary.excluded, by_criterion=found.summary.against),
            paused=found.paused,
            matched=found.matched,
            next_page_token=token,
            **dict(QuestionsOut.of(found.questions)),
        )


class OpeningOut(ResponseModel):
    """A vacant position that fits somebody, or may fit."""

    position_id: UUID
    pledge_id: UUID
    vacant: int = Field(description="how many positions of the pledge are vacant; they are all the same job")
    company: str
    municipality: str | None
    job_type: JobType
    weekly_hours: HoursOut
    tasks: list[str]
    earliest_start: date | None
    pledged_on: date
    fits: bool = Field(description="everything is known and agrees; false: it may fit")
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, opening: Opening) -> OpeningOut:
        """Return an opening as a response."""
        offer = opening.offer
        return cls(
            position_id=offer.position_id,
            pledge_id=offer.pledge_id,
            vacant=offer.vacant,
            company=offer.company,
            municipality=offer.municipality,
            job_type=offer.job_type,
            weekly_hours=HoursOut(start=offer.hours_from, to=offer.hours_to),
            tasks=list(offer.tasks),
            earliest_start=offer.earliest_start,
            pledged_on=offer.waiting_since,
            fits=opening.verdict.fits,
            reasons=[ReasonOut.of(reason) for reason in opening.reasons],
        )


class OpeningPage(QuestionsOut):
    """Openings for a participant: first those that fit, and of them what was pledged first. One for each pledge."""

    participant_id: UUID
    matched_position_id: UUID | None = Field(description="the position that was found for them; then nothing is listed")
    items: list[OpeningOut]
    fits: int = Field(description="how many fit, on all pages")
    may_fit: int
    not_listed: NotListed
    next_page_token: str | None

    @classmethod
    def page(cls, found: FoundOpenings, token: str | None) -> OpeningPage:
        """Return a page of openings as a response."""
        return cls(
            participant_id=found.participant.id,
            matched_position_id=found.match.position_id if found.match else None,
            items=[OpeningOut.of(one) for one in found.shown],
            fits=found.summary.fits,
            may_fit=found.summary.may_fit,
            not_listed=NotListed(pairs=found.summary.excluded, by_criterion=found.summary.against),
            next_page_token=token,
            **dict(QuestionsOut.of(found.questions)),
        )


class LookupForm(TypedModel):
    """A case reference: why is somebody not listed?"""

    case_reference: Annotated[FreeText, Field(min_length=1, max_length=60)]


class NeedsForm(TypedModel):
    """What a company has answered about its positions. What is left out is not known."""

    days: Literal["unknown", "any", "certain"] = "unknown"
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7)] = Field(default_factory=list)
    public_transport: Literal["unknown", "yes", "no"] = "unknown"
    latest_start: Annotated[Day | None, NoneIfBlank] = None

    @model_validator(mode="after")
    def _some_days(self) -> NeedsForm:
        if self.days == "certain" and not self.weekdays:
            raise PydanticCustomError("no_weekdays", "Tick the days on which somebody is needed.")
        return self

    def needs(self) -> Needs:
        """Return the domain's value."""
        return Needs(
            weekdays=frozenset(self.weekdays) if self.days == "certain" else None,
            any_weekday=self.days == "any",
            public_transport={"unknown": None, "yes": True, "no": False}[self.public_transport],
            latest_start=self.latest_start,
        )
