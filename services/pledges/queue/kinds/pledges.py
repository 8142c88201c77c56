"""Pledges that wait for a coordinator: whether they count, and whether two are the same promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.pledges.queries import ALIVE
from services.pledges.pledges.queries import HELD as HELD_PLEDGES
from services.pledges.queue.due import DueKind, Source
from services.pledges.queue.kinds.words import pledge_url
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.queue.due import Due


_PAIRS: Final = """duplicate_proposals as proposal
  join pledges as pledge
    on pledge.taskforce_id = proposal.taskforce_id
   and pledge.id = proposal.first_id{of_person}
  join pledges as other
    on other.taskforce_id = proposal.taskforce_id
   and other.id = proposal.second_id"""


def _held_step(due: Due) -> str:
    if due.decides:
        return _("Decide whether it counts.")
    return _("A coordinator has to decide whether it counts.")


HELD: Final = DueKind(
    code="held",
    label=N_("Pledge that is not counted yet"),
    button=lambda _due: _("See the pledge"),
    reason=lambda due: _(
        "The pledge of %(company)s from %(day)s is not counted yet", company=due.company, day=date_text(due.day)
    ),
    next_step=_held_step,
    url=pledge_url,
    sources=(
        Source(
            tables="pledges as pledge",
            where=f"""pledge.taskforce_id = :taskforce
   and {HELD_PLEDGES}""",
            day="(pledge.received_at at time zone 'Europe/Copenhagen')::date",
            id="pledge.id",
            owner="pledge.assigned_to",
            about="pledge",
            pledge_id="pledge.id",
        ),
    ),
)


def _duplicate_step(due: Due) -> str:
    if due.decides:
        return _("Compare the two, and merge them or keep both.")
    return _("A coordinator has to compare the two.")


def _duplicate_url(due: Due) -> str:
    return f"/pledges/duplicates#pair-{due.id}" if due.decides else pledge_url(due)


DUPLICATE: Final = DueKind(
    code="duplicate",
    label=N_("Pledge that may be there twice"),
    button=lambda due: _("Compare") if due.decides else _("See the pledge"),
    reason=lambda due: _("%(company)s may have pledged the same twice", company=due.company),
    next_step=_duplicate_step,
    url=_duplicate_url,
    sources=(
        Source(
            tables=_PAIRS.format(of_person=""),
            # The same condition as that of the owner, as far as it is known before the other pledge is looked up.
            tables_of_person=_PAIRS.format(
                of_person="\n   and (pledge.assigned_to = :person or pledge.assigned_to is null)"
            ),
            where=f"""proposal.taskforce_id = :taskforce
   and proposal.status = 'open'
   and {ALIVE}
   and {ALIVE.replace("pledge.", "other.")}""",
            day="(proposal.proposed_at at time zone 'Europe/Copenhagen')::date",
            id="proposal.id",
            owner="coalesce(pledge.assigned_to, other.assigned_to)",
            about="pledge",
            pledge_id="pledge.id",
        ),
    ),
)
