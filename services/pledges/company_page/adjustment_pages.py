"""The pages on which a company adjusts its own pledge: the form, and the answers to check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.pledges.catalogue.store import load_catalogue
from services.pledges.company_page import answers
from services.pledges.company_page.access import COMPANY_PAGE
from services.pledges.company_page.routing import CompanyRoute, changed_meanwhile, open_page, own_pledge, say_thanks
from services.pledges.company_page.schemas import AdjustmentForm
from services.pledges.corrections.schemas import PledgePatch
from services.pledges.pledges.dependencies import limits, settings
from services.pledges.pledges.forms import read_as, uuid_or_none
from services.pledges.pledges.history import differences_of, present_terms
from services.pledges.pledges.refusals import StaleVersion
from services.pledges.pledges.rendering import render
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal
from shared.ui.formats import number_text
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.company_page.domain import CompanyLink
    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Database
    from shared.fields.validation import FieldError

_FIELDS: Final = {
    "/weekly_hours": "hours_from",
    "/weekly_hours/from": "hours_from",
    "/weekly_hours/to": "hours_to",
    "/reason": "note",
}
"""The name on the page of each field that has another one in the API."""

router = APIRouter(
    prefix="/company/{token}/pledges/{pledge_id:uuid}/adjust", route_class=CompanyRoute, include_in_schema=False
)


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """A pledge that a company is adjusting."""

    request: Request
    db: Database
    token: str
    link: CompanyLink
    pledge: PledgeOut

    @classmethod
    async def of(cls, request: Request, db: Database, token: str, pledge_id: UUID) -> _Adjusted:
        """Open the link. Raises `LinkRefused`, `NotOfCompany`, `PledgeEnded`."""
        link = await open_page(request, db, token)
        return cls(request, db, token, link, await own_pledge(db, link, pledge_id))

    async def form_page(self, form: Form[Any], *, status_code: int = 200) -> Response:
        """Return the form."""
        async with self.db.read(self.link.taskforce_id) as conn:
            catalogue = await load_catalogue(conn, self.link.taskforce_id)
        # A task that is hidden stays on the pledges that have it.
        labels = catalogue.labels()
        tasks = dict(catalogue.choices()) | {task: labels.get(task, task) for task in self.pledge.tasks}
        return render(
            self.request,
            "company_adjust.html",
            status_code=status_code,
            token=self.token,
            pledge=self.pledge,
            form=form,
            task_choices=list(tasks.items()),
            positions_max=max(settings(self.request).positions_max, self.pledge.positions),
        )

    async def check_page(self, form: Form[AdjustmentForm], patch: PledgePatch, *, status_code: int = 200) -> Response:
        """Return what the adjustment changes, to be checked; the form where it changes nothing."""
        async with self.db.read(self.link.taskforce_id) as conn:
            tasks = (await load_catalogue(conn, self.link.taskforce_id)).labels()
        now = present_terms(self.pledge)
        differences = differences_of(
            now,
            replace(
                now,
                positions=patch.positions,
                hours_from=patch.weekly_hours.start,
                hours_to=patch.weekly_hours.to,
                tasks=tuple(patch.tasks),
                earliest_start=patch.earliest_start,
            ),
            tasks,
        )
        if not differences:
            return await self.form_page(form.refused({"": _("You have changed nothing.")}), status_code=422)
        return render(
            self.request,
            "company_adjust_check.html",
            status_code=status_code,
            token=self.token,
            pledge=self.pledge,
            form=form,
            differences=differences,
        )

    async def confirm(self, form: Form[AdjustmentForm], data: AdjustmentForm, patch: PledgePatch) -> Response:
        """Adjust the pledge, or show again what is wrong, or what somebody else has changed."""
        try:
            answer = await answers.adjust(
                self.db,
                self.link,
                self.pledge.id,
                patch,
                answer_id=uuid_or_none(data.id) or uuid4(),
                limits=limits(self.request),
                note=patch.reason if data.note else None,
                seen_version=data.version,
            )
        except StaleVersion as refusal:
            # Sent again, it replaces what is shown beside it.
            mine = changed_meanwhile(form, self.pledge)
            return await self.check_page(mine, patch, status_code=problem_of(refusal).status)
        except Refusal as refusal:
            problem = problem_of(refusal)
            errors = _by_field(problem.errors) or {"": f"{problem.title}. {problem.detail}"}
            return await self.form_page(form.refused(errors), status_code=problem.status)
        return say_thanks(self.token, answer)


@router.get("")
@concerns(COMPANY_PAGE)
async def show_adjustment(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Show the form with what is pledged now."""
    adjusted = await _Adjusted.of(request, db, token, pledge_id)
    return await adjusted.form_page(blank(**_values(adjusted.pledge)))


@router.post("")
@concerns(COMPANY_PAGE)
async def adjust(token: str, pledge_id: UUID, request: Request, db: Db, _principal: Anybody) -> Response:
    """Go on to the answers to check, go back to the form, or adjust the pledge."""
    adjusted = await _Adjusted.of(request, db, token, pledge_id)
    form = await read_form(request, AdjustmentForm)
    if form.data is None:
        return await adjusted.form_page(form, status_code=422)
    if form.data.step == "edit":
        return await adjusted.form_page(form)
    patch = read_as(PledgePatch, form.data.patch())
    if isinstance(patch, list):
        return await adjusted.form_page(form.refused(_by_field(patch)), status_code=422)
    if form.data.step == "confirm":
        return await adjusted.confirm(form, form.data, patch)
    return await adjusted.check_page(form, patch)


def _values(pledge: PledgeOut) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "version": pledge.version,
        "positions": pledge.positions,
        "hours_from": number_text(pledge.weekly_hours.start),
        "hours_to": number_text(pledge.weekly_hours.to),
        "tasks": pledge.tasks,
        "earliest_start": pledge.earliest_start and pledge.earliest_start.isoformat(),
    }


def _by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """Return the first error of each field, by its name on the page."""
    found: dict[str, str] = {}
    for error in errors:
        parts = error.pointer.split("/")[1:]
        name = "tasks" if parts[:1] == ["tasks"] else _FIELDS.get(error.pointer, ".".join(parts))
        found.setdefault(name, error.message)
    return found
