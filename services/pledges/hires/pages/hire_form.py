"""What the form of a hire sends, read as the body of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from services.pledges.hires.schemas import HireIn
from services.pledges.participants.refusals import UnknownParticipant
from services.pledges.pledges.forms import read_as, uuid_or_none, without_empty
from services.pledges.pledges.schemas import TypedId
from shared.fields.dates import iso_date
from shared.fields.numbers import point_decimal
from shared.fields.phone import TypedPhone, phone_text
from shared.i18n.translations import gettext as _
from shared.ui.formats import number_text
from shared.ui.forms import Form

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from services.pledges.hires.prefill import ContactPerson, Prefilled
    from services.pledges.participants.naming import NamedParticipant
    from services.pledges.pledges.schemas import PledgeOut
    from services.pledges.register.queries import CompanyRow
    from shared.fields.validation import FieldError

_FIELDS: Final = {
    "/company": "company.name",
    "/participant_id": "citizen",
    "/steps": "praktik_hours",
    "/steps/0/from": "start_date",
    "/steps/0/paid_weekly_hours": "weekly_hours",
    "/steps/0/praktik_weekly_hours": "praktik_hours",
    "/paid_weekly_hours": "weekly_hours",
}
"""The name on the page of each field that has another one in the API."""
_PARTS: Final = ("company", "contact_person")


class _Company(BaseModel):
    name: str | None = None
    cvr: str | None = None


class _Person(BaseModel):
    name: str | None = None
    phone: TypedPhone | None = None
    email: str | None = None


class HireForm(BaseModel):
    """What the page sends. `HireIn` validates it.

    `step` is what the pressed button asks for: to `check` the answers, to `edit` them (`edit:field-job-type` one of
    them), or to `confirm`. `company` is asked for where there is no pledge. `citizen` is a case reference.
    """

    id: TypedId | None = None
    version: str | None = None
    step: str | None = None
    position: str | None = None
    citizen: str | None = None
    company: _Company = _Company()
    start_date: str | None = None
    weekly_hours: str | None = None
    praktik_hours: str | None = None
    job_type: str | None = None
    contact_person: _Person = _Person()
    contact_person_id: TypedId | None = None
    training_hire_id: TypedId | None = None

    def body(self, pledge: PledgeOut | None, citizen: NamedParticipant | None) -> dict[str, Any]:
        """Return the API's body."""
        hours: dict[str, Any] = {"weekly_hours": point_decimal(self.weekly_hours) if self.weekly_hours else None}
        start_date = iso_date(self.start_date) if self.start_date else None
        if self.praktik_hours and start_date:
            step = {
                "from": start_date,
                "paid_weekly_hours": hours["weekly_hours"] or "0",
                "praktik_weekly_hours": point_decimal(self.praktik_hours),
                "job_type": self.job_type,
            }
            hours = {"steps": [without_empty(step)]}
        body = without_empty(
            {
                "id": str(uuid_or_none(self.id) or uuid4()),
                "pledge_id": str(pledge.id) if pledge else None,
                "position": self.position,
                "participant_id": str(citizen.id) if citizen else None,
                "company": None if pledge else self.company.model_dump(),
                "start_date": start_date,
                **hours,
                "job_type": self.job_type,
                "contact_person": self.contact_person.model_dump(),
                "contact_person_id": str(uuid_or_none(self.contact_person_id) or ""),
                "training_hire_id": str(uuid_or_none(self.training_hire_id) or ""),
            }
        )
        # A part without its name is refused for the name, and not for the part.
        missing = {} if self.contact_person.name else {"contact_person": {"name": ""}}
        if pledge is None and not self.company.name:
            missing["company"] = {"name": ""}
        return body | missing

    def read(
        self, pledge: PledgeOut | None, citizen: NamedParticipant | None
    ) -> tuple[dict[str, Any], HireIn | dict[str, str]]:
        """Return the API's body, and the hire in it or what is wrong with it by field.

        Args:
            citizen: whose case reference was typed.
        """
        body = self.body(pledge, citizen)
        hire = read_as(HireIn, body)
        errors = by_field(hire) if isinstance(hire, list) else {}
        if not self.contact_person.phone:
            errors["contact_person.phone"] = _("Write a number that employer and employee can ring.")
        if self.citizen and citizen is None:
            errors["citizen"] = _(UnknownParticipant.detail)
        if pledge is not None and pledge.vacant and not self.position:
            errors["position"] = _("Choose the position.")
        return body, errors if isinstance(hire, list) or errors else hire


def filled_in(data: HireForm) -> Form[HireForm]:
    """Return a form with these values."""
    values = data.model_dump(exclude=set(_PARTS))
    parts = {f"{part}.{name}": value for part in _PARTS for name, value in getattr(data, part)}
    return Form(values | parts, data=data)


def from_draft(draft: Any) -> Form[HireForm] | None:
    """Return the form that was filled in before; None if it is no such form."""
    try:
        return filled_in(HireForm.model_validate(draft))
    except ValidationError:
        return None


def form_of(pledge: PledgeOut, answers: Prefilled, citizen: NamedParticipant | None) -> Form[HireForm]:
    """Return a form about a position of a pledge, filled in with the likeliest answers.

    Args:
        citizen: for whom the position was found.
    """
    return filled_in(
        HireForm(
            id=str(uuid4()),
            version=str(pledge.version),
            position=str(answers.position),
            citizen=citizen.case_reference if citizen else None,
            start_date=answers.start_date.isoformat(),
            weekly_hours=number_text(answers.weekly_hours),
            job_type=answers.job_type,
            **_person(answers.contact_person),
        )
    )


def form_without_pledge(company: CompanyRow | None, person: ContactPerson | None, today: date) -> Form[HireForm]:
    """Return a form about a hire without a pledge, perhaps at a company that is known."""
    known = _Company(name=company.name, cvr=company.cvr) if company else _Company()
    return filled_in(HireForm(id=str(uuid4()), company=known, start_date=today.isoformat(), **_person(person)))


def _person(known: ContactPerson | None) -> dict[str, Any]:
    if known is None:
        return {}
    person, phone = known.person, known.person.phone
    return {
        "contact_person": _Person(name=person.name, phone=phone and phone_text(phone), email=person.email),
        "contact_person_id": str(known.account) if known.account else None,
    }


def by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """Return the first error of each field, by its name on the page."""
    found: dict[str, str] = {}
    for error in errors:
        name = _FIELDS.get(error.pointer) or ".".join(error.pointer.split("/")[1:])
        found.setdefault(name, error.message)
    return found
