"""The page that corrects a hire. Two case workers who do so at once see both versions side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from services.pledges.hires import commands, queries
from services.pledges.hires.access import edits_hires_as, sees_person
from services.pledges.hires.change_schemas import CorrectionIn
from services.pledges.hires.pages.choices import training_choices
from services.pledges.hires.refusals import HireNotFound, HireRevoked, OtherMunicipality, StaleHire
from services.pledges.pledges.access import HIRE, Caseworker
from services.pledges.pledges.dependencies import limits
from services.pledges.pledges.forms import read_as, uuid_or_none
from services.pledges.pledges.history import NOTHING, Difference
from services.pledges.pledges.rendering import render
from services.pledges.pledges.schemas import TypedId
from shared.fields.dates import iso_date
from shared.fields.numbers import point_decimal
from shared.http.dependencies import Db
from shared.http.idempotency import sent_by_principal
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import END_REASONS, JOB_TYPES
from shared.refusals import Refusal
from shared.ui.formats import date_text, number_text
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.pledges.hires.schemas import HireOut
    from shared.db.database import Database
    from shared.fields.validation import FieldError
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

_FIELDS: Final = {
    "/steps": "start_date",
    "/steps/0/from": "start_date",
    "/steps/0/paid_weekly_hours": "paid",
    "/steps/0/praktik_weekly_hours": "praktik",
    "/steps/0/job_type": "job_type",
    "/paid_weekly_hours": "paid",
    "/weekly_hours": "paid",
    "/company": "company.name",
}
"""The name on the page of each field that has another one in the API."""


class _Company(BaseModel):
    name: str | None = None
    cvr: str | None = None


class HireCorrectionForm(BaseModel):
    """What the page sends. `CorrectionIn` validates it. The hours are those of the first step."""

    id: TypedId | None = None
    version: int | None = None
    start_date: str | None = None
    paid: str | None = None
    praktik: str | None = None
    job_type: str | None = None
    company: _Company = _Company()
    training_hire_id: TypedId | None = None
    ended_on: str | None = None
    end_reason: str | None = None
    note: str | None = None

    def body(self, hire: HireOut) -> dict[str, Any]:
        """Return the API's body. The later steps stay."""
        first = {
            "from": iso_date(self.start_date) if self.start_date else None,
            "paid_weekly_hours": point_decimal(self.paid) if self.paid else "0",
            "praktik_weekly_hours": point_decimal(self.praktik) if self.praktik else "0",
            "job_type": self.job_type,
        }
        later = [step.model_dump(mode="json", by_alias=True) for step in hire.steps[1:]]
        company = {"name": self.company.name or "", "cvr": self.company.cvr or None}
        training = uuid_or_none(self.training_hire_id)
        return {
            "steps": [first, *later],
            # Sent only if it was corrected: it is matched with the register again.
            "company": company if company != {"name": hire.company.name, "cvr": hire.company.cvr} else None,
            "training_hire_id": str(training) if training else None,
            "without_training": training is None,
            "ended_on": iso_date(self.ended_on) if self.ended_on else None,
            "end_reason": self.end_reason or None,
            "note": self.note,
        }


@router.get("/hires/{hire_id:uuid}/correct")
@concerns(HIRE)
async def show_hire_correction(hire_id: UUID, request: Request, db: Db, principal: Caseworker) -> Response:
    """Show the form with what is confirmed now."""
    hire = await _hire(db, principal, hire_id)
    return await _page(request, db, principal, hire, blank(id=uuid4(), **_values(hire)))


@router.post("/hires/{hire_id:uuid}/correct")
@concerns(HIRE)
async def correct_hire(hire_id: UUID, request: Request, db: Db, principal: Caseworker) -> Response:
    """Correct the hire, or show the form again: with what is wrong, or beside what somebody else has saved."""
    form = await read_form(request, HireCorrectionForm)
    hire = await _hire(db, principal, hire_id)
    if form.data is None:
        return await _page(request, db, principal, hire, form, status_code=422)
    body = form.data.body(hire)
    correction = read_as(CorrectionIn, body)
    if isinstance(correction, list):
        return await _page(request, db, principal, hire, form.refused(_by_field(correction)), status_code=422)
    try:
        await commands.correct_hire(
            db,
            principal.taskforce,
            hire_id,
            correction.correction(),
            by=edits_hires_as(principal),
            request=sent_by_principal(request, str(uuid_or_none(form.data.id) or uuid4()), [str(hire_id), body]),
            limits=limits(request),
            note=correction.note,
            seen_version=form.data.version,
        )
    except StaleHire as refusal:
        # Sent again, it replaces what is shown beside it. A page from before the end has not asked about it.
        mine: Form[Any] = replace(form, values={**_end_values(hire), **form.values, "version": hire.version})
        mine = mine.refused({"": _("Somebody has changed the hire while you were correcting it. Compare below.")})
        theirs = _differences(hire, form.data, dict(await training_choices(db, principal, hire=hire)))
        status_code = problem_of(refusal).status
        return await _page(request, db, principal, hire, mine, differences=theirs, status_code=status_code)
    except (HireNotFound, OtherMunicipality):
        raise
    except Refusal as refusal:
        problem = problem_of(refusal)
        errors = _by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
        return await _page(request, db, principal, hire, form.refused(errors), status_code=problem.status)
    return RedirectResponse(f"/hires/{hire_id}?done=correct", 303)


async def _hire(db: Database, principal: Principal, hire_id: UUID) -> HireOut:
    """Return a hire that the case worker may correct."""
    async with db.read(principal.taskforce) as conn:
        hire = await queries.hire(conn, principal.taskforce, hire_id)
    if hire is None:
        raise HireNotFound
    if not sees_person(principal, hire.caseworker_municipality):
        raise OtherMunicipality
    if not hire.counted:
        raise HireRevoked
    return hire


def _values(hire: HireOut) -> dict[str, Any]:
    first = hire.steps[0]
    return {
        "version": hire.version,
        "start_date": first.starts_on.isoformat(),
        "paid": number_text(first.paid_weekly_hours) if first.paid_weekly_hours else "",
        "praktik": number_text(first.praktik_weekly_hours) if first.praktik_weekly_hours else "",
        "job_type": first.job_type,
        "company__name": hire.company.name,
        "company__cvr": hire.company.cvr,
        "training_hire_id": hire.training_hire_id or "",
        **_end_values(hire),
    }


def _end_values(hire: HireOut) -> dict[str, Any]:
    return {"ended_on": hire.ended_on.isoformat() if hire.ended_on else "", "end_reason": hire.end_reason or ""}


def _differences(hire: HireOut, typed: HireCorrectionForm, trainings: Mapping[str, str]) -> list[Difference]:
    """Return what differs between the hire now and the correction that was not saved."""
    now = _facts(HireCorrectionForm.model_validate(_nested(_values(hire))), trainings)
    if typed.ended_on is None:
        typed = typed.model_copy(update=_end_values(hire))
    mine = _facts(typed, trainings)
    return [Difference(label, now[label], mine[label]) for label in now if now[label] != mine[label]]


def _nested(values: dict[str, Any]) -> dict[str, Any]:
    company = {"name": values.pop("company__name"), "cvr": values.pop("company__cvr")}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()} | {
        "company": company
    }


def _facts(form: HireCorrectionForm, trainings: Mapping[str, str]) -> dict[str, str]:
    job_types: dict[str, str] = {code: _(label) for code, label in JOB_TYPES.items()}
    end_reasons: dict[str, str] = {code: _(label) for code, label in END_REASONS.items()}
    facts = {
        _("First day"): _day(form.start_date),
        _("Hours with pay"): form.paid or "0",
        _("Hours of work placement"): form.praktik or "0",
        _("Kind of job"): job_types.get(form.job_type or ""),
        _("Company"): form.company.name,
        _("CVR number"): form.company.cvr,
        _("Which training led to it?"): trainings.get(form.training_hire_id or ""),
        _("First day without the job"): _day(form.ended_on),
        _("Why did it end?"): end_reasons.get(form.end_reason or ""),
    }
    return {label: value or NOTHING for label, value in facts.items()}


def _day(typed: str | None) -> str | None:
    """Return a day as it is written on pages; what cannot be read, as it was typed."""
    read = read_as(CorrectionIn, {"start_date": iso_date(typed) if typed else None})
    return typed if isinstance(read, list) or read.start_date is None else date_text(read.start_date)


def _by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """Return the first error of each field, by its name on the page."""
    found: dict[str, str] = {}
    for error in errors:
        name = _FIELDS.get(error.pointer) or ".".join(error.pointer.split("/")[1:])
        found.setdefault(name, error.message)
    return found


async def _page(
    request: Request,
    db: Database,
    principal: Principal,
    hire: HireOut,
    form: Form[Any],
    *,
    differences: Sequence[Difference] | None = None,
    status_code: int = 200,
) -> Response:
    trainings = await training_choices(db, principal, hire=hire)
    return render(
        request,
        "hire_correction.html",
        status_code=status_code,
        hire=hire,
        form=form,
        differences=differences,
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        trainings=trainings,
        end_reasons=[(code, _(label)) for code, label in END_REASONS.items()],
    )
