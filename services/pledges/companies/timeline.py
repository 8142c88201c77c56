"""SQL for reading a company's timeline: everything that happened with it, of every kind, the latest first.

Each branch selects the entries of one kind as `(on_day, at, part, id, facts)`: the day it happened, when it was
recorded, what kind of entry it is, the row's id, and what its line says. `$1` is the taskforce, `$2` the company, `$3`
today in Europe/Copenhagen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.companies.cursors import LatestFirst
    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entries.

    Attributes:
        label: English, translated where it is shown.
        branches: the SQL of its entries.
    """

    label: str
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline.

    Attributes:
        on: the day on which it happened, which may lie ahead.
        at: when it was recorded.
        part: what the line is about: `pledge`, `hire`, `hire_ended`, …
        facts: what the line says: codes, numbers and texts.
    """

    on: date
    at: datetime
    part: str
    id: UUID
    facts: Mapping[str, Any]


_PLEDGED: Final = """
select pledge.pledged_on as on_day,
       pledge.received_at as at,
       'pledge' as part,
       pledge.id,
       jsonb_build_object(
         'job_type', pledge.job_type,
         'positions', pledge.position_count,
         'hours_from', pledge.weekly_hours_from,
         'hours_to', pledge.weekly_hours_to,
         'status', pledge.status,
         'review', pledge.review,
         'event', event.title
       ) as facts
  from pledges as pledge
  left join employer_events as event
    on event.taskforce_id = pledge.taskforce_id
   and event.id = pledge.event_id
 where pledge.taskforce_id = $1
   and pledge.company_id = $2"""

# The step of the hours ladder that is in force, or else the first one.
_STEP: Final = """
  left join lateral (
       select step.job_type, step.paid_weekly_hours, step.praktik_weekly_hours
         from hire_steps as step
        where step.taskforce_id = hire.taskforce_id
          and step.hire_id = hire.id
        order by step.starts_on > $3, case when step.starts_on > $3 then step.starts_on end, step.starts_on desc
        limit 1
       ) as step on true"""
_HIRE_FACTS: Final = """jsonb_build_object(
         'job_type', coalesce(step.job_type, hire.job_type),
         'paid_hours', coalesce(step.paid_weekly_hours, hire.weekly_hours),
         'praktik_hours', coalesce(step.praktik_weekly_hours, 0),
         'start_date', hire.start_date,
         'ended_on', hire.ended_on,
         'end_reason', hire.end_reason,
         'caseworker_municipality', hire.caseworker_municipality,
         'pledge_id', hire.pledge_id
       ) as facts"""

_HIRED: Final = f"""
select hire.start_date as on_day,
       hire.confirmed_at as at,
       'hire' as part,
       hire.id,
       {_HIRE_FACTS}
  from hires as hire{_STEP}
 where hire.taskforce_id = $1
   and hire.company_id = $2
   and hire.counted"""  # noqa: S608  (texts of our own)

_HIRE_ENDED: Final = f"""
select hire.ended_on as on_day,
       hire.confirmed_at as at,
       'hire_ended' as part,
       hire.id,
       {_HIRE_FACTS}
  from hires as hire{_STEP}
 where hire.taskforce_id = $1
   and hire.company_id = $2
   and hire.counted
   and hire.ended_on is not null"""  # noqa: S608  (texts of our own)

_AT_EVENT: Final = """
select (event.starts_at at time zone 'Europe/Copenhagen')::date as on_day,
       event.starts_at as at,
       'event' as part,
       event.id,
       jsonb_build_object(
         'title', event.title,
         'place', event.place,
         'attended', part_taken.attended,
         'status', event.status
       ) as facts
  from (select event_id, bool_or(attended) as attended
          from (select event_id, true as attended
                  from attendances
                 where taskforce_id = $1
                   and company_id = $2
                   and undone_at is null
                 union all
                select event_id, false
                  from registrations
                 where taskforce_id = $1
                   and company_id = $2
                   and cancelled_at is null) as either
         group by event_id) as part_taken
  join employer_events as event
    on event.taskforce_id = $1
   and event.id = part_taken.event_id"""

_OUTREACH: Final = """
select outreach.made_on as on_day,
       outreach.logged_at as at,
       'outreach' as part,
       outreach.id,
       jsonb_build_object(
         'kind', outreach.kind,
         'note', outreach.note,
         'new_company', outreach.new_company,
         'logged_by', outreach.logged_by
       ) as facts
  from outreach
 where outreach.taskforce_id = $1
   and outreach.company_id = $2
   and outreach.counted"""

_ANSWERED: Final = """
select (answer.answered_at at time zone 'Europe/Copenhagen')::date as on_day,
       answer.answered_at as at,
       'answer' as part,
       answer.id,
       jsonb_build_object(
         'kind', answer.kind,
         'event', event.title,
         'undone', answer.undone_at is not null
       ) as facts
  from company_answers as answer
  left join employer_events as event
    on event.taskforce_id = answer.taskforce_id
   and event.id = answer.event_id
 where answer.taskforce_id = $1
   and answer.company_id = $2"""

_MAILED: Final = """
select mail.settled_on as on_day,
       mail.settled_at as at,
       'mail' as part,
       mail.id,
       jsonb_build_object(
         'notice', mail.notice,
         'recipient', mail.recipient,
         'sent', mail.sent,
         'reason', mail.reason,
         'handled', mail.handled_at is not null
       ) as facts
  from mails as mail
 where mail.taskforce_id = $1
   and (mail.pledge_id in (select pledge.id
                             from pledges as pledge
                            where pledge.taskforce_id = $1
                              and pledge.company_id = $2)
        or mail.hire_id in (select hire.id
                              from hires as hire
                             where hire.taskforce_id = $1
                               and hire.company_id = $2))"""

_AGREED: Final = """
select agreement.starts_on as on_day,
       agreement.recorded_at as at,
       'agreement' as part,
       agreement.id,
       jsonb_build_object(
         'role', agreement.role,
         'trainees', agreement.trainees,
         'ends_on', agreement.ends_on,
         'in_force', agreement.starts_on <= $3 and (agreement.ends_on is null or agreement.ends_on >= $3)
       ) as facts
  from agreements as agreement
 where agreement.taskforce_id = $1
   and agreement.company_id = $2"""

_DATES: Final = {"start_date", "ended_on", "ends_on"}
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "pledges": Kind(N_("Pledges"), (_PLEDGED,)),
        "hires": Kind(N_("Hires"), (_HIRED, _HIRE_ENDED)),
        "outreach": Kind(N_("Contact with the company"), (_OUTREACH,)),
        "answers": Kind(N_("Answers of the company"), (_ANSWERED,)),
        "events": Kind(N_("Events"), (_AT_EVENT,)),
        "agreements": Kind(N_("Agreements"), (_AGREED,)),
        "mails": Kind(N_("Mails"), (_MAILED,)),
    }
)
"""By the code in the URL, in the order of the filter."""


async def timeline(
    conn: Connection,
    taskforce_id: UUID,
    company_id: UUID,
    *,
    kind: str | None = None,
    today: date,
    after: LatestFirst | None = None,
    limit: int,
) -> list[Entry]:
    """Return entries of a company's timeline, the latest first.

    Args:
        kind: a code of `KINDS`; None: all kinds.
        after: the sort key of the last row of the previous page; None: the first page.
    """
    kinds = [KINDS[kind]] if kind else KINDS.values()
    branches = "\n union all".join(branch for one in kinds for branch in one.branches)
    rows = await conn.fetch(
        f"""
        select on_day, at, part, id, facts
          from ({branches}) as entry
         where $3::date is not null  -- so that its type is known where no branch reads it
           and ($4::date is null
                or (on_day, at, part, id) < ($4, $5::timestamptz, $6::text, $7::uuid))
         order by on_day desc, at desc, part desc, id desc
         limit $8
        """,  # noqa: S608  (texts of our own)
        taskforce_id,
        company_id,
        today,
        after and after.on,
        after and after.at,
        after and after.part,
        after and after.id,
        limit,
    )
    return [Entry(row["on_day"], row["at"], row["part"], row["id"], _with_dates(row["facts"])) for row in rows]


def _with_dates(facts: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no dates."""
    return {name: date.fromisoformat(said) if name in _DATES and said else said for name, said in facts.items()}
