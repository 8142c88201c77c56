"""Hires: whether somebody is still employed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.queue.due import DueKind, Source
from shared.i18n.translations import N_, ngettext
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.queue.due import Due

OWNER: Final = """(case
           when hire.assigned_to is not null then hire.assigned_to
           when hire.contact_person_id is not null then hire.contact_person_id
           else hire.confirmed_by
       end)"""
"""Whose case a hire is. An index is by this expression."""


OVERSEEN: Final = """(:decides
        or hire.caseworker_municipality is null
        or hire.caseworker_municipality = :municipality)"""
"""Whether a hire is the work of the reader's municipality, or the reader hands work over as a coordinator."""
SEES_PERSON: Final = """(:confirms
        and (hire.caseworker_municipality is null or hire.caseworker_municipality = :municipality))"""
"""Whether the reader sees what concerns the person of a hire. See `hires.access.sees_person`."""


def _reason(due: Due) -> str:
    assert due.hire is not None
    assert due.number is not None
    return ngettext(
        "Still employed at %(company)s, %(num)s month after %(day)s?",
        "Still employed at %(company)s, %(num)s months after %(day)s?",
        due.number,
        company=due.company,
        day=date_text(due.hire.start_date),
    )


def _url(due: Due) -> str:
    assert due.hire is not None
    return f"/hires/{due.hire.id}#checkpoints"


CHECKPOINT: Final = DueKind(
    code="checkpoint",
    label=N_("Checkpoint"),
    button=lambda _due: _("Answer"),
    reason=_reason,
    next_step=lambda _due: _("Ask whether the person is still employed, and write the answer down."),
    url=_url,
    sources=(
        Source(
            tables="""hire_checkpoints as checkpoint
  join hires as hire
    on hire.taskforce_id = checkpoint.taskforce_id
   and hire.id = checkpoint.hire_id""",
            where=f"""checkpoint.taskforce_id = :taskforce
   and checkpoint.answer is null
   and hire.counted
   and (hire.ended_on is null or hire.ended_on > checkpoint.due_on)
   and {OVERSEEN}""",
            day="checkpoint.due_on",
            id="checkpoint.hire_id",
            owner=OWNER,
            about="hire",
            hire_id="hire.id",
            number="checkpoint.months",
        ),
    ),
)


def _left_reason(due: Due) -> str:
    return _(
        "By the answer from %(day)s the person has left %(company)s, but the hire has not ended",
        company=due.company,
        day=date_text(due.day),
    )


LEFT: Final = DueKind(
    code="left",
    label=N_("Hire to end"),
    button=lambda _due: _("See the hire"),
    reason=_left_reason,
    next_step=lambda _due: _("End the hire, or undo the answer: until then the person counts as employed."),
    url=_url,
    sources=(
        Source(
            tables="""hire_checkpoints as checkpoint
  join hires as hire
    on hire.taskforce_id = checkpoint.taskforce_id
   and hire.id = checkpoint.hire_id""",
            where=f"""checkpoint.taskforce_id = :taskforce
   and checkpoint.answer in ('no', 'elsewhere')
   and hire.counted
   and hire.ended_on is null
   and not exists (select
                     from hire_checkpoints as later
                    where later.taskforce_id = checkpoint.taskforce_id
                      and later.hire_id = checkpoint.hire_id
                      and later.months > checkpoint.months
                      and later.answer <> 'unknown')
   and {OVERSEEN}""",  # noqa: S608  (words of our own)
            day="checkpoint.answered_on",
            id="checkpoint.hire_id",
            owner=OWNER,
            about="hire",
            hire_id="hire.id",
        ),
    ),
)
