"""The page on which a case worker logs a job that they have found for a participant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from services.pledges.catalogue.store import load_catalogue
from services.pledges.participants.access import (
    PARTICIPANT,
    ParticipantEditor,
    ParticipantsDb,
    case_worker,
    disclose_participants,
)
from services.pledges.participants.found_jobs.commands import log_found_job
from services.pledges.participants.queries import participant as find_participant
from services.pledges.participants.refusals import ParticipantNotFound, UnknownParticipant
from services.pledges.pledges.access import logs_as
from services.pledges.pledges.commands import NewPledge
from services.pledges.pledges.dependencies import limits
from services.pledges.pledges.forms import read_as, uuid_or_none, without_empty
from services.pledges.pledges.refusals import IdTaken
from services.pledges.pledges.rendering import render
from services.pledges.pledges.schemas import PledgeIn, TypedId
from services.pledges.register import queries as register
from services.pledges.register.access import COMPANY
from shared.db.idempotency import IdempotencyKeyReused
from shared.fields.dates import iso_date
from shared.fields.numbers import point_decimal
from shared.fields.phone import TypedPhone
from shared.http.idempotency import sent_by_principal
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.messaging import outbox
from shared.privacy.access_log import PLACEMENT
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.participants.access import ParticipantsDatabase
    from shared.fields.validation import FieldError
    from shared.http.auth import Principal

router = APIRouter(prefix="/participants/{participant_id:uuid}/found-job", include_in_schema=False)


class _Named(BaseModel):
    name: str | None = None
    cvr: str | None = None
    phone: TypedPhone | None = None
    email: str | None = None


class FoundJobForm(BaseModel):
    """What the page sends. `PledgeIn` validates it."""

    id: TypedId | None = None
    company: _Named = _Named()
    contact: _Named = _Named()
    job_type: str | None = None
    hours_from: str | None = None
    hours_to: str | None = None
    tasks: list[str] = []
    earliest_start: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the API's body without the id and the time, which the server adds."""
        return without_empty(
            {
                "company": {"name": self.company.name, "cvr": self.company.cvr},
                "contact": {"name": self.contact.name, "phone": self.contact.phone, "email": self.contact.email},
                "job_type": self.job_type,
                "positions": 1,
                "weekly_hours": {
                    "from": point_decimal(self.hours_from or self.hours_to or ""),
                    "to": point_decimal(self.hours_to or self.hours_from or ""),
                },
                "tasks": self.tasks,
                "earliest_start": iso_date(self.earliest_start) if self.earliest_start else None,
            }
        )


@router.get("")
@concerns(PARTICIPANT, COMPANY)
async def new_found_job(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Show the form."""
    return await _page(request, db, principal, participant_id, blank(id=uuid4(), job_type="smaajob"))


@router.post("")
@concerns(PARTICIPANT)
async def found_job(
    participant_id: UUID, request: Request, db: ParticipantsDb, principal: ParticipantEditor
) -> Response:
    """Log the pledge and lead to it, or show the form again with what is wrong."""
    form = await read_form(request, FoundJobForm)
    if form.data is None:
        return await _page(request, db, principal, participant_id, form, status_code=422)
    pledge_id = uuid_or_none(form.data.id) or uuid4()
    body, now = form.data.body(), datetime.now(UTC)
    read = read_as(PledgeIn, body | {"id": str(pledge_id), "captured_at": now.isoformat(), "captured_by": "web"})
    errors = _by_field(read) if isinstance(read, list) else {}
    if not form.data.contact.phone and not form.data.contact.email:
        errors["contact.phone"] = _("Write a telephone number or an e-mail address.")
    if isinstance(read, list) or errors:
        return await _page(request, db, principal, participant_id, form.refused(errors), status_code=422)
    # Without the time, which the server adds and which differs when the form is sent again.
    sent = sent_by_principal(request, str(pledge_id), [str(participant_id), body])
    new = NewPledge(read.terms(), logs_as(principal), sent, limits(request), now, outbox.correlation_id())
    try:
        await log_found_job(db, case_worker(principal), participant_id, new, by=principal.person_id)
    except UnknownParticipant:
        raise ParticipantNotFound from None
    except (IdempotencyKeyReused, IdTaken):
        # This form was sent before: show what came of it.
        return RedirectResponse(f"/pledges/{pledge_id}", 303)
    except Refusal as refusal:
        problem = problem_of(refusal)
        errors = _by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
        return await _page(request, db, principal, participant_id, form.refused(errors), status_code=problem.status)
    return RedirectResponse(f"/pledges/{pledge_id}", 303)


def _by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """Return the first error of each field, by its name on the page."""
    names = {
        "/company": "company.name",
        "/contact": "contact.name",
        "/weekly_hours": "hours_from",
        "/weekly_hours/from": "hours_from",
        "/weekly_hours/to": "hours_to",
    }
    found: dict[str, str] = {}
    for error in errors:
        parts = error.pointer.split("/")[1:]
        name = names.get(error.pointer) or ("tasks" if parts[0] == "tasks" else ".".join(parts))
        found.setdefault(name, error.message)
    return found


async def _page(
    request: Request,
    db: ParticipantsDatabase,
    principal: Principal,
    participant_id: UUID,
    form: Form[Any],
    *,
    status_code: int = 200,
) -> Response:
    async with disclose_participants(db, case_worker(principal), purpose=PLACEMENT) as disclosure:
        participant = await find_participant(disclosure, participant_id)
        companies = await register.companies(disclosure.conn, principal.taskforce)
        catalogue = await load_catalogue(disclosure.conn, principal.taskforce)
    return render(
        request,
        "found_job.html",
        status_code=status_code,
        participant=participant,
        form=form,
        companies=sorted(companies, key=lambda one: one.name.casefold()),
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        tasks=catalogue.choices(),
    )
