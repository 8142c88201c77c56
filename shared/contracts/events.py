"""Messages of `events`: the register of taskforces, companies, employer events and attendance."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.message import Message, MunicipalityCode

Cvr = Annotated[str, StringConstraints(pattern=r"^\d{8}$")]
AgreementRole = Literal["trains", "hires", "both"]
"""What a company with a standing agreement does."""
EventKind = Literal["employer_event", "taskforce_meeting", "network_session", "company_visit"]
EventStatus = Literal["draft", "published", "open", "closed", "cancelled"]
AgendaView = Literal["changes", "figures", "events", "lasting", "targets", "decisions"]
"""What the projector can show during an item of an agenda."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]
TargetUnit = Literal["count", "percent"]


class TaskforceRegistered(Message):
    """A taskforce was registered, or its facts have changed."""

    aggregate: ClassVar[str] = "events.taskforce"

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    name: str
    municipality: MunicipalityCode
    since: date = Field(description="the first day that its figures include")

    @property
    def aggregate_id(self) -> UUID:
        return self.taskforce_id


class CompanyRegistered(Message):
    """A company was registered, or its facts have changed.

    The name of a personally owned company is personal data: `name` and `cvr` are then absent.
    """

    aggregate: ClassVar[str] = "events.company"

    company_id: UUID
    personally_owned: bool = False
    name: str | None = None
    cvr: Cvr | None = None
    municipality: MunicipalityCode | None = None
    industry: str | None = Field(None, description="DB07 code")
    member: bool = Field(False, description="whether the company is a member of the taskforce")

    @property
    def aggregate_id(self) -> UUID:
        return self.company_id


class AgreementState(Message):
    """The whole public state of a company's standing agreement."""

    aggregate: ClassVar[str] = "events.agreement"

    agreement_id: UUID
    company_id: UUID
    role: AgreementRole
    trainees: int | None = Field(None, description="how many trainees it can take at a time; null: not said")
    starts_on: date
    ends_on: date | None = Field(None, description="the last day; null: until further notice")

    @property
    def aggregate_id(self) -> UUID:
        return self.agreement_id


class AgreementMade(AgreementState):
    """A company has made a standing agreement."""


class AgreementChanged(AgreementState):
    """What was agreed has changed."""


class AgreementEnded(AgreementState):
    """Somebody has set the agreement's last day."""


class EmployerEventState(Message):
    """The whole public state of an employer event."""

    aggregate: ClassVar[str] = "events.employer_event"

    event_id: UUID
    kind: EventKind = "employer_event"
    status: EventStatus
    title: str
    place: str | None = None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    opened_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    goal_positions: int | None = Field(None, description="the goal: number of pledged positions")
    pass_generation: int = Field(1, description="event passes of an older generation are revoked")

    @property
    def aggregate_id(self) -> UUID:
        return self.event_id


class EventDrafted(EmployerEventState):
    """A coordinator has drafted an event."""


class EventPublished(EmployerEventState):
    """The event was published."""


class EventOpened(EmployerEventState):
    """The event was opened: companies check in, pledges are taken, the event pass works."""


class EventClosed(EmployerEventState):
    """The event was closed. Pledges captured while it was open are still accepted, and flagged."""


class EventCancelled(EmployerEventState):
    """The event was cancelled. An open event can only be closed."""


class EventPassRevoked(EmployerEventState):
    """All passes of the event were revoked; a new generation begins."""


class AttendanceState(Message):
    """The whole public state of a company's attendance at an event."""

    aggregate: ClassVar[str] = "events.attendance"

    event_id: UUID
    company_id: UUID
    checked_in_at: AwareDatetime

    @property
    def aggregate_id(self) -> UUID:
        return attendance_id(self.event_id, self.company_id)


class CompanyCheckedIn(AttendanceState):
    """A company has checked in at an event."""


class CheckInUndone(AttendanceState):
    """The check-in was a mistake and has been undone. The company may check in again."""

    undone_at: AwareDatetime


def attendance_id(event_id: UUID, company_id: UUID) -> UUID:
    """Return the id of a company's attendance at an event."""
    return uuid5(event_id, str(company_id))


class RegistrationState(Message):
    """The whole public state of a company's registration for an event: whether it is expected there."""

    aggregate: ClassVar[str] = "events.registration"

    event_id: UUID
    company_id: UUID
    registered_at: AwareDatetime

    @property
    def aggregate_id(self) -> UUID:
        return registration_id(self.event_id, self.company_id)


class RegistrationMade(RegistrationState):
    """A company is expected at an event."""


class RegistrationCancelled(RegistrationState):
    """The company is no longer expected. It may be registered again."""

    cancelled_at: AwareDatetime


def registration_id(event_id: UUID, company_id: UUID) -> UUID:
    """Return the id of a company's registration for an event."""
    return uuid5(event_id, f"registration:{company_id}")


class SignInLinkRequested(Message):
    """A magic link was requested. Only the notifications service gets the link, when it requests it."""

    aggregate: ClassVar[str] = "events.sign_in"

    request_id: UUID
    person_id: UUID
    expires_at: AwareDatetime = Field(description="when the link expires")

    @property
    def aggregate_id(self) -> UUID:
        return self.request_id


class PersonInvited(Message):
    """A person was invited. Only the notifications service gets the address, when it requests it."""

    aggregate: ClassVar[str] = "events.invitation"

    invitation_id: UUID
    person_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return self.invitation_id


class AgendaItem(BaseModel):
    """An item of a meeting's agenda. Its title and its presenter stay in the events service."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    item_id: UUID
    minutes: int | None = Field(None, description="how long it may take; null: not said")
    shows: AgendaView | None = Field(None, description="what the projector shows meanwhile; null: its title alone")


class MeetingState(Message):
    """The whole public state of a taskforce meeting, besides its event: the agenda, and the times of its figures."""

    aggregate: ClassVar[str] = "events.meeting"

    meeting_id: UUID = Field(description="the id of its event, whose kind is taskforce_meeting")
    as_of: date = Field(description="the day its figures are for")
    known_at: AwareDatetime | None = Field(
        None, description="its figures include what was recorded by then; null: not fixed, they follow what is recorded"
    )
    agenda: tuple[AgendaItem, ...] = Field((), description="in the order of the meeting")
    decisions_open: int = Field(0, description="decisions of earlier meetings that come back at this one")

    @property
    def aggregate_id(self) -> UUID:
        return self.meeting_id


class MeetingPlanned(MeetingState):
    """The meeting has an agenda, or another one."""


class MeetingFiguresFixed(MeetingState):
    """The times of the meeting's figures are fixed: from now on they are recomputed for these times."""


class MeetingFiguresReleased(MeetingState):
    """The times of the meeting's figures are no longer fixed."""


class MeetingPackIssued(Message):
    """A person is to be told that the pack of a meeting is ready. It holds no figure, and is fetched after sign-in."""

    aggregate: ClassVar[str] = "events.meeting_pack"

    meeting_id: UUID
    person_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        return uuid5(self.meeting_id, f"pack:{self.person_id}")


class TargetState(Message):
    """The whole public state of a target: which figure is to reach which value by which day."""

    aggregate: ClassVar[str] = "events.target"

    target_id: UUID
    measure: Code = Field(description="the code of a target measure; a later release may add others")
    job_type: Code | None = Field(None, description="the job type that counts; null: the measure has none")
    value: Annotated[int, Field(ge=1)] = Field(description="what is to be reached: a number, or whole percent")
    unit: TargetUnit
    starts_on: date = Field(description="the first day that counts")
    ends_on: date = Field(description="the last day that counts")

    @property
    def aggregate_id(self) -> UUID:
        return self.target_id


class TargetSet(TargetState):
    """A coordinator has set a target, or changed it."""


class TargetDropped(TargetState):
    """The target no longer holds."""


REGISTER: tuple[type[Message], ...] = (
    TaskforceRegistered,
    CompanyRegistered,
    EventDrafted,
    EventPublished,
    EventOpened,
    EventClosed,
    EventCancelled,
    EventPassRevoked,
    CompanyCheckedIn,
    CheckInUndone,
)
"""The messages of the events service that figures are made from."""

REGISTRATIONS: tuple[type[Message], ...] = (RegistrationMade, RegistrationCancelled)
"""Which companies are expected at which events."""

AGREEMENTS: tuple[type[Message], ...] = (AgreementMade, AgreementChanged, AgreementEnded)
"""What companies have agreed to."""

MEETINGS: tuple[type[Message], ...] = (MeetingPlanned, MeetingFiguresFixed, MeetingFiguresReleased)
"""The agendas of meetings, and the times of their figures."""

TARGETS: tuple[type[Message], ...] = (TargetSet, TargetDropped)
"""What the taskforce wants to reach."""

MESSAGES: tuple[type[Message], ...] = (
    *REGISTER,
    *REGISTRATIONS,
    *AGREEMENTS,
    *MEETINGS,
    MeetingPackIssued,
    *TARGETS,
    PersonInvited,
    SignInLinkRequested,
)
