"""Targets of the taskforce that slip."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from services.pledges.queue.due import DueKind, Source
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.targets import TARGET_MEASURES
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text, number_text, percent_text

if TYPE_CHECKING:
    from services.pledges.queue.due import Due


def _target(due: Due) -> str:
    """Return the target in words: `Hires, småjob: 200 by 31.12.2026`."""
    measure = TARGET_MEASURES.get(due.detail["measure"])
    job_type = next((_(label) for code, label in JOB_TYPES.items() if code == due.detail["job_type"]), "")
    value = due.detail["value"]
    percent = measure is not None and measure.unit == "percent"
    return _(
        "%(what)s: %(value)s by %(day)s",
        what=", ".join(part for part in (_(measure.label) if measure else "", job_type.lower()) if part),
        value=percent_text(value / 100) if percent else number_text(value),
        day=date_text(date.fromisoformat(due.detail["ends_on"])),
    )


def _reason(due: Due) -> str:
    if due.detail["status"] == "out_of_reach":
        return _("The target is out of reach: %(target)s", target=_target(due))
    return _("The target is slipping: %(target)s", target=_target(due))


def _step(due: Due) -> str:
    until = due.detail["reachable_until"]
    if due.detail["status"] == "out_of_reach" or not until:
        return _("See how far it has come, and decide with the taskforce what to do.")
    return _(
        "See how far it has come. It can be reached until %(day)s, at the pace of the best quarter.",
        day=date_text(date.fromisoformat(until)),
    )


TARGET: Final = DueKind(
    code="target",
    label=N_("Target that is slipping"),
    button=lambda _due: _("See the target"),
    reason=_reason,
    next_step=_step,
    url=lambda due: f"/dashboard/targets#target-{due.id}",
    sources=(
        Source(
            tables="""target_judgements as judged
  join targets as target
    on target.taskforce_id = judged.taskforce_id
   and target.id = judged.id""",
            where="""judged.taskforce_id = :taskforce
   and judged.status in ('at_risk', 'out_of_reach')
   and :decides::boolean
   and not target.dropped""",
            day="judged.judged_on",
            id="judged.id",
            owner="null::uuid",
            about=None,
            detail="""jsonb_build_object('measure', target.measure, 'job_type', target.job_type, 'value', target.value,
                                        'ends_on', target.ends_on, 'status', judged.status,
                                        'reachable_until', judged.reachable_until)""",
        ),
    ),
)
