"""Whether a participant and a pledge's positions fit: the SQL that judges a pair, the same in both directions.

Each criterion is true, false or null. Null is not known, and is never counted as agreement.

- `job_type`: the participant looks for this kind of job.
- `hours`: the weekly hours of both overlap.
- `tasks`: false if the participant cannot do one of the tasks. Otherwise true if they can or would like to do at least
  one: the tasks of a pledge are what may be part of the job. Tasks that they have not been asked about are named in
  the reason. Without a task on either side that decides it, null.
- `place`: the company is in the participant's municipality, or its main town is at most as far from theirs as they
  accept, in whole kilometres as the crow flies.
- `weekdays`: the participant can work on all the days on which somebody is needed, or the days can be agreed on.
- `transport`: whoever walks, cycles, drives or is driven gets there by themselves: how far is a matter of `place`. For
  the others, whether a bus or train goes there.
- `start`: the participant can start when the job does, which is today for a vacant position without an earliest
  start; or later, if the company says that it can wait until then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.matching.domain import CRITERIA, Fact

if TYPE_CHECKING:
    from services.pledges.matching.domain import Criterion

TODAY: Final = "$2::date"
_VERDICTS: Final[dict[Criterion, str]] = {
    "job_type": "pledge.job_type = any (participant.job_types)",
    "hours": """pledge.weekly_hours_from <= participant.weekly_hours_to
                and participant.weekly_hours_from <= pledge.weekly_hours_to""",
    "tasks": """case when pledge.tasks && participant.tasks_cannot then false
                     when pledge.tasks && (participant.tasks_can || participant.tasks_want) then true
                end""",
    "place": """case when pledge.municipality = participant.municipality then true
                     else ($3::jsonb ->> (participant.municipality || pledge.municipality))::integer
                          <= participant.max_distance_km
                end""",
    "weekdays": """case when need.any_weekday then true
                        else need.weekdays <@ participant.weekdays
                   end""",
    "transport": """case when participant.transport = 'public' then need.public_transport
                         else participant.transport is not null or null
                    end""",
    "start": f"""case when participant.available_from <= greatest(pledge.earliest_start, {TODAY}) then true
                      else participant.available_from <= need.latest_start
                 end""",
}
_COMPANY_IS_ASKED: Final[dict[Criterion, str]] = {
    "job_type": "false",
    "hours": "false",
    "tasks": "pledge.tasks = '{}'",
    "place": "pledge.municipality is null",
    "weekdays": "need.weekdays is null",
    "transport": "participant.transport is not null",
    "start": "participant.available_from is not null",
}
"""Who can say what is not known. Where neither side has said it, the side whose answer may be enough."""

NOES: Final = " + ".join(
    f"case when not verdict.{criterion} then {1 << number} else 0 end" for number, criterion in enumerate(CRITERIA)
)
"""The criteria that are false, as a sum of bits: see `domain.criteria_of`."""
UNKNOWNS: Final = " + ".join(
    f"""case when verdict.{criterion} is not null then 0
             when {_COMPANY_IS_ASKED[criterion]} then {Fact(criterion, "company").bit}
             else {Fact(criterion, "participant").bit}
        end"""
    for criterion in CRITERIA
)
"""The facts that are not known, as a sum of bits: see `domain.facts_of`."""

PAIRS: Final = f"""participants.participants as participant
 cross join pledges as pledge
  left join pledge_needs as need
    on need.taskforce_id = pledge.taskforce_id
   and need.pledge_id = pledge.id
 cross join lateral (select {", ".join(f"{sql} as {criterion}" for criterion, sql in _VERDICTS.items())}
                     offset 0) as verdict
 where participant.taskforce_id = $1
   and pledge.taskforce_id = $1"""
"""Pairs of participants and pledges with `verdict`, to be limited to one of either.

`$1` is the taskforce, `$2` today, and `$3` the km between municipalities, by the participant's and the company's codes
one after the other.
"""
