"""The forms of a hire's page: what each of them sends, and what they begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel

from services.pledges.pledges.forms import read_as, uuid_or_none, without_empty
from services.pledges.pledges.schemas import TypedId
from shared.fields.phone import TypedPhone, phone_text
from shared.http.idempotency import sent_by_principal
from shared.ui.formats import number_text
from shared.ui.forms import Form, blank

if TYPE_CHECKING:
    from datetime import date

    from fastapi import Request

    from services.pledges.hires.domain import HireEditor
    from services.pledges.hires.schemas import HireOut, StepOut
    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.naming import NamedParticipant
    from services.pledges.pledges.domain import Limits
    from shared.db.database import Database
    from shared.db.idempotency import IdempotentRequest
    from shared.fields.validation import FieldError
    from shared.http.auth import Principal

Body = TypeVar("Body", bound=BaseModel)

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "step": {
        "/from": "step.starts_on",
        "/paid_weekly_hours": "step.paid",
        "/praktik_weekly_hours": "step.praktik",
        "/job_type": "step.job_type",
    },
    "end": {"/ended_on": "end.on", "/reason": "end.reason", "/position": "end.position", "/note": "end.note"},
    "contact-person": {
        "/person_id": "contact.person_id",
        "/name": "contact.name",
        "/phone": "contact.phone",
        "/email": "contact.email",
    },
    "citizen": {"/participant_id": "citizen.reference"},
    "support": {
        "/contacted_on": "support.contacted_on",
        "/contacted_by": "support.contacted_by",
        "/agreed": "support.agreed",
    },
}
"""The name on the page of each field of the API, by the name of the change."""


class _Step(BaseModel):
    starts_on: str | None = None
    paid: str | None = None
    praktik: str | None = None
    job_type: str | None = None


class _End(BaseModel):
    on: str | None = None
    reason: str | None = None
    position: str | None = None
    note: str | None = None


class _ContactPerson(BaseModel):
    person_id: TypedId | None = None
    name: str | None = None
    phone: TypedPhone | None = None
    email: str | None = None


class _Citizen(BaseModel):
    reference: str | None = None


class _Support(BaseModel):
    id: TypedId | None = None
    version: int | None = None
    contacted_on: str | None = None
    contacted_by: str | None = None
    agreed: str | None = None
    solved: bool = False


class ChangeForm(BaseModel):
    """What any of the forms sends: each fills in its own part.

    Attributes:
        id: the form's own: sent twice, it has one effect.
        version: the hire's version that the page showed.
        citizen: a case reference; none: the hire names nobody.
        months, answer: of a checkpoint; no answer takes one back.
        starts_on: the first day of the step to remove.
        support: a call to write down; with its id and version one that was written down before.
    """

    id: TypedId | None = None
    version: int | None = None
    step: _Step = _Step()
    end: _End = _End()
    contact: _ContactPerson = _ContactPerson()
    citizen: _Citizen = _Citizen()
    support: _Support = _Support()
    months: int | None = None
    answer: str | None = None
    starts_on: str | None = None


class WrongFieldsError(Exception):
    """The form cannot be read.

    Attributes:
        errors: what is wrong, by the name of the field.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors)
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that somebody asks for."""

    request: Request
    db: Database
    participants: ParticipantsDatabase
    principal: Principal
    hire_id: UUID
    by: HireEditor
    limits: Limits
    form: ChangeForm

    @property
    def taskforce_id(self) -> UUID:
        """The principal's taskforce."""
        return self.principal.taskforce

    @property
    def idempotent(self) -> IdempotentRequest:
        """The request, to be recognised when it comes again."""
        key = str(uuid_or_none(self.form.id) or uuid4())
        return sent_by_principal(self.request, key, [self.request.scope["path"], self.form.model_dump(mode="json")])


def read_body(model: type[Body], body: Mapping[str, Any], change: str) -> Body:
    """Return the body of the API. Raises `WrongFieldsError`."""
    read = read_as(model, without_empty(body))
    if isinstance(read, list):
        raise WrongFieldsError(by_field(read, change))
    return read


def by_field(errors: Sequence[FieldError], change: str) -> dict[str, str]:
    """Return the first error of each field, by its name on the page."""
    found: dict[str, str] = {}
    for error in errors:
        found.setdefault(FIELDS.get(change, {}).get(error.pointer, ""), error.message)
    return found


def blank_forms(hire: HireOut, citizen: NamedParticipant | None, today: date) -> dict[str, Form[Any]]:
    """Return the forms as they are before anything is typed, by the names of their changes."""
    last: StepOut = hire.steps[-1]
    contact = hire.contact_person
    return {
        "step": blank(
            step__starts_on=max(today, last.starts_on + timedelta(days=1)).isoformat(),
            step__paid=number_text(last.paid_weekly_hours) if last.paid_weekly_hours else "",
            step__praktik=number_text(last.praktik_weekly_hours) if last.praktik_weekly_hours else "",
        ),
        "end": blank(end__on=today.isoformat(), end__position="reopen"),
        "contact-person": blank(
            contact__person_id=hire.contact_person_id or "",
            contact__name=contact.name if contact else "",
            contact__phone=phone_text(contact.phone) if contact and contact.phone else "",
            contact__email=(contact.email or "") if contact else "",
        ),
        "citizen": blank(citizen__reference=citizen.case_reference if citizen else ""),
        "support": blank(support__contacted_on=today.isoformat()),
    }
