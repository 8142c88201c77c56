"""The calls after an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.pledges.queries import ALIVE, COUNTED
from services.pledges.queue.due import DueKind, OnNextWorkingDay, Source
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.queue.due import Due

# As on the call list: whoever logged the pledge rings, unless a coordinator or the case's owner has changed that.
_CALLER: Final = "coalesce(call.assigned_to, pledge.assigned_to, pledge.logged_by)"
_EVENT_DAY: Final = "(least(event.ends_at, event.closed_at) at time zone 'Europe/Copenhagen')::date"
_CALL: Final = """call.taskforce_id = pledge.taskforce_id
   and call.id = pledge.id"""


def _reason(due: Due) -> str:
    event = due.detail.get("event")
    if due.detail.get("again"):
        return _("%(company)s is to be rung again on %(day)s", company=due.company, day=date_text(due.day))
    return _("%(company)s pledged at %(event)s and has not been rung yet", company=due.company, event=event)


def _url(due: Due) -> str:
    assert due.pledge is not None
    return f"/pledges/calls?event={due.pledge.event_id}&who=all" if due.pledge.event_id else f"/pledges/{due.pledge.id}"


CALL: Final = DueKind(
    code="call",
    label=N_("Call to make"),
    button=lambda _due: _("Go to the call list"),
    reason=_reason,
    next_step=lambda _due: _("Ring, and write down what came of it."),
    url=_url,
    sources=(
        # Never rung. When the event is longer ago than a position may wait, the vacant positions remind.
        Source(
            tables=f"""employer_events as event
  join pledges as pledge
    on pledge.taskforce_id = event.taskforce_id
   and pledge.event_id = event.id
  left join calls as call
    on {_CALL}""",
            where=f"""event.taskforce_id = :taskforce
   and event.status in ('open', 'closed')
   and event.starts_at > :today::date - :vacant::integer - 7
   and {_EVENT_DAY} > :today::date - :vacant::integer
   and pledge.status in ('logged', 'affirmed')
   and {COUNTED}
   and call.outcome is null""",
            day=_EVENT_DAY,
            id="pledge.id",
            owner=_CALLER,
            about="pledge",
            pledge_id="pledge.id",
            detail="jsonb_build_object('event', event.title)",
            schedule=OnNextWorkingDay(),
        ),
        Source(
            tables=f"""calls as call
  join pledges as pledge
    on {_CALL}""",
            where=f"""call.taskforce_id = :taskforce
   and call.outcome = 'again'
   and {ALIVE}
   and {COUNTED}""",
            day="call.again_on",
            id="call.id",
            owner=_CALLER,
            about="pledge",
            pledge_id="pledge.id",
            detail="""'{"again": true}'::jsonb""",
        ),
    ),
)
