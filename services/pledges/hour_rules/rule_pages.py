"""The page of the rules about hours: what is in force when, and adding, ending and withdrawing rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.hour_rules import commands
from services.pledges.hour_rules.access import HOUR_RULE, RULE_EDITORS, RuleEditor, RuleReader
from services.pledges.hour_rules.schemas import EndForm, RuleForm
from services.pledges.hour_rules.store import load_rules
from services.pledges.hour_rules.words import STATES, counts_text
from services.pledges.pledges.rendering import render
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.refusals import problem_of
from shared.i18n.translations import current_language
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal
from shared.ui.formats import local_date
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/participants/rules", include_in_schema=False)


@router.get("")
@concerns(HOUR_RULE)
async def show_rules(
    request: Request, db: Db, principal: RuleReader, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show the rules. `done`: what has just been done."""
    return await _page(request, db, principal, _empty_form(), done=done)


@router.post("")
@concerns()
async def add_rule(request: Request, db: Db, principal: RuleEditor) -> Response:
    """Add a rule."""
    form = await read_form(request, RuleForm)
    if form.data is None:
        return await _page(request, db, principal, form, status_code=422)
    rule = form.data.rule(by=principal.person_id)
    try:
        await commands.add_rule(db, principal.taskforce, rule)
    except Refusal as refusal:
        problem = problem_of(refusal)
        refused = form.refused({refusal.field.removeprefix("/"): f"{problem.title}. {problem.detail}"})
        return await _page(request, db, principal, refused, status_code=problem.status)
    return RedirectResponse(f"/participants/rules?done=added#rule-{rule.id}", 303)


@router.post("/{rule_id:uuid}/end")
@concerns(HOUR_RULE)
async def end_rule(rule_id: UUID, request: Request, db: Db, principal: RuleEditor) -> Response:
    """Say which is the last day of a rule."""
    form = await read_form(request, EndForm)
    if form.data is None:
        return await _page(request, db, principal, _empty_form(), ending=(rule_id, form), status_code=422)
    await commands.end_rule(db, principal.taskforce, rule_id, form.data.last_day, by=principal.person_id)
    return RedirectResponse(f"/participants/rules?done=ended#rule-{rule_id}", 303)


@router.post("/{rule_id:uuid}/withdraw")
@concerns(HOUR_RULE)
async def withdraw_rule(rule_id: UUID, db: Db, principal: RuleEditor) -> Response:
    """Withdraw a rule that was added by mistake."""
    await commands.withdraw_rule(db, principal.taskforce, rule_id, by=principal.person_id)
    return RedirectResponse(f"/participants/rules?done=withdrawn#rule-{rule_id}", 303)


def _empty_form() -> Form[Any]:
    return blank(months=12, job_types=["smaajob", "ordinaer"])


async def _page(
    request: Request,
    db: Db,
    principal: Principal,
    form: Form[Any],
    *,
    done: str = "",
    ending: tuple[UUID, Form[Any]] | None = None,
    status_code: int = 200,
) -> Response:
    async with db.read(principal.taskforce) as conn:
        rules = await load_rules(conn, principal.taskforce, language=current_language())
    today = local_date(datetime.now(UTC))
    listed = [*rules.valid, *(rule for rule in rules.rules if rule.withdrawn_at is not None)]
    return render(
        request,
        "hour_rules.html",
        status_code=status_code,
        form=form,
        rules=[(rule, rule.state(today), rules.version(rule), counts_text(rule)) for rule in listed],
        state_words={state: _(label) for state, label in STATES.items()},
        names={rule.code: rule.name for rule in reversed(rules.valid)},
        job_type_choices=[(code, _(label)) for code, label in JOB_TYPES.items()],
        may_edit=principal.has(*RULE_EDITORS),
        ending=ending,
        end_form=blank(last_day=today.isoformat()),
        done=done,
    )
