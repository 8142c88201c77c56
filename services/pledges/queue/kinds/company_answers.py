"""What companies have answered on their own page, until a colleague has seen it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from services.pledges.queue.due import DueKind, Source
from services.pledges.queue.kinds.hires import OVERSEEN, OWNER
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.queue.due import Due

_REASONS: Final = MappingProxyType(
    {
        "affirmed": N_("%(company)s has affirmed its pledge on %(day)s"),
        "adjusted": N_("%(company)s has adjusted its pledge on %(day)s"),
        "withdrawn": N_("%(company)s has withdrawn its pledge on %(day)s"),
        "still_employed": N_("%(company)s has said on %(day)s whether the person is still employed"),
        "registered": N_("%(company)s has registered for %(event)s on %(day)s"),
        "unregistered": N_("%(company)s does not come to %(event)s after all"),
    }
)
_UNSEEN: Final = """answer.taskforce_id = :taskforce
   and answer.seen_at is null"""
_DAY: Final = "(answer.answered_at at time zone 'Europe/Copenhagen')::date"


def _reason(due: Due) -> str:
    words = {"company": due.company, "day": date_text(due.day), "event": due.detail.get("event", "")}
    sentence = _REASONS[due.detail["kind"]]
    return _(sentence) % words


COMPANY_ANSWER: Final = DueKind(
    code="company_answer",
    label=N_("Answer of a company"),
    button=lambda _due: _("See the answer"),
    reason=_reason,
    next_step=lambda _due: _("See the answer, and tick it off or undo it."),
    url=lambda due: f"/pledges/company-answers/{due.id}",
    sources=(
        Source(
            tables="""company_answers as answer
  join pledges as pledge
    on pledge.taskforce_id = answer.taskforce_id
   and pledge.id = answer.pledge_id""",
            where=_UNSEEN,
            day=_DAY,
            id="answer.id",
            owner="pledge.assigned_to",
            about="pledge",
            pledge_id="pledge.id",
            detail="jsonb_build_object('kind', answer.kind)",
        ),
        Source(
            tables="""company_answers as answer
  join hires as hire
    on hire.taskforce_id = answer.taskforce_id
   and hire.id = answer.hire_id""",
            where=f"""{_UNSEEN}
   and {OVERSEEN}""",
            day=_DAY,
            id="answer.id",
            owner=OWNER,
            about="hire",
            hire_id="hire.id",
            detail="jsonb_build_object('kind', answer.kind)",
        ),
        Source(
            tables="""company_answers as answer
  join employer_events as event
    on event.taskforce_id = answer.taskforce_id
   and event.id = answer.event_id
  left join companies as company
    on company.taskforce_id = answer.taskforce_id
   and company.id = answer.company_id""",
            where=_UNSEEN,
            day=_DAY,
            id="answer.id",
            owner="null::uuid",
            about=None,
            detail="""jsonb_build_object(
           'kind', answer.kind,
           'event', event.title,
           'company', coalesce(company.name, ''))""",
        ),
    ),
)
