"""A correction in requests: a merge patch of a pledge (RFC 7396), and the page's form."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.pledges.pledges.domain import Contact, Pledge, PledgeTerms
from services.pledges.pledges.refusals import ContactNameMissing
from services.pledges.pledges.schemas import Task, TypedModel, WeeklyHours, without_repeats
from services.pledges.register.domain import TypedCompany
from shared.contracts.message import MunicipalityCode
from shared.contracts.pledges import JobType
from shared.fields.cvr import TypedCvr
from shared.fields.dates import Day
from shared.fields.email import Email
from shared.fields.numbers import TypedNumber
from shared.fields.p_number import PNumber
from shared.fields.phone import Phone
from shared.fields.text import FreeText, Name, NoneIfBlank


def _left_out() -> Any:
    """Return the value of a field that the patch leaves as it is. Nothing reads it: `model_fields_set` lacks the field.

    As a factory, so that the JSON schema does not offer it: these fields cannot be removed by null.
    """
    return None


class _Patch(TypedModel):
    def sent(self, *names: str) -> dict[str, Any]:
        """Return the fields among `names` that the patch changes."""
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}


class CompanyPatch(_Patch):
    """Changes of the company as typed."""

    id: UUID | None = Field(None, description="the register's id; recognised anew where the name or CVR number changes")
    name: Name = Field(default_factory=_left_out)
    cvr: Annotated[Annotated[TypedCvr, StringConstraints(max_length=60)] | None, NoneIfBlank] = None
    municipality: Annotated[MunicipalityCode | None, NoneIfBlank] = None
    p_number: Annotated[PNumber | None, NoneIfBlank] = None

    def applied_to(self, company: TypedCompany, company_id: UUID | None) -> TypedCompany:
        """Return the changed company; the same object where nothing changes.

        Args:
            company_id: the registered company that it matches now.
        """
        changed = replace(company, **self.sent("name", "cvr", "municipality", "p_number"))
        if changed == company and self.id in {None, company_id}:
            return company
        meant = self.id
        if "id" not in self.model_fields_set and (changed.name, changed.cvr) == (company.name, company.cvr):
            meant = company_id
        return replace(changed, id=meant)


class ContactPatch(_Patch):
    """Changes of the person to call or write to."""

    name: Name = Field(default_factory=_left_out)
    phone: Annotated[Phone | None, NoneIfBlank] = None
    email: Annotated[Email | None, NoneIfBlank] = None

    def applied_to(self, contact: Contact | None) -> Contact | None:
        """Return the changed contact.

        Raises:
            ContactNameMissing: the pledge has no contact, or it was erased, and the new one has no name.
        """
        changes = self.sent("name", "phone", "email")
        if contact is not None:
            return replace(contact, **changes)
        if "name" not in changes and any(changes.values()):
            raise ContactNameMissing
        return Contact(**changes) if "name" in changes else None


class HoursPatch(_Patch):
    """Changes of the hours a week."""

    start: WeeklyHours = Field(alias="from", default_factory=_left_out)
    to: WeeklyHours = Field(default_factory=_left_out)


class PledgePatch(_Patch):
    """A correction of a pledge: a merge patch (RFC 7396) of the pledge's fields, with the reason for it.

    A field that is left out stays as it is; null removes the event, the earliest start, and a part of company or
    contact that may be missing. `tasks` replaces the whole list.
    """

    reason: Annotated[FreeText, Field(min_length=1, max_length=500)] = Field(
        description="why it is corrected, in words; no names", examples=["Eva rang: de mangler to, ikke tre."]
    )
    event_id: UUID | None = None
    company: CompanyPatch = Field(default_factory=CompanyPatch)
    contact: ContactPatch = Field(default_factory=ContactPatch)
    job_type: JobType = Field(default_factory=_left_out)
    positions: Annotated[int, Field(ge=1), TypedNumber] = Field(default_factory=_left_out, examples=[2])
    weekly_hours: HoursPatch = Field(default_factory=HoursPatch)
    tasks: Annotated[list[Task], Field(max_length=50), AfterValidator(without_repeats)] = Field(
        default_factory=_left_out, examples=[["shelf_stocking"]]
    )
    earliest_start: Day | None = None

    def applied_to(self, pledge: Pledge) -> PledgeTerms:
        """Return the corrected terms of a pledge.

        Raises:
            ContactNameMissing: see `ContactPatch.applied_to`.
        """
        terms, hours = pledge.terms, self.weekly_hours
        changes = self.sent("event_id", "job_type", "positions", "earliest_start")
        changes |= {"tasks": tuple(self.tasks)} if "tasks" in self.model_fields_set else {}
        changes |= {f"hours_{name}": value for name, value in _renamed(hours).items()}
        return replace(
            terms,
            **changes,
            company=self.company.applied_to(terms.company, pledge.company_id),
            contact=self.contact.applied_to(terms.contact),
        )


def _renamed(hours: HoursPatch) -> dict[str, Any]:
    return {{"start": "from"}.get(name, name): value for name, value in hours.sent("start", "to").items()}
