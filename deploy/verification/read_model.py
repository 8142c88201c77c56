"""Queries on the dashboard's read model: the highest version of each aggregate in the serving generation.

The columns have the same names as those of `source_records`. `versions` is the number of stored versions. It must equal
`version`; otherwise the history has a gap and *as known at* would be wrong.
"""

from __future__ import annotations

from typing import Final

_SERVED: Final = "(select generation from generations where state = 'serving')"


def _highest(table: str, key: str, columns: str) -> str:
    return f"""
        select distinct on (row.taskforce_id, row.{key})
               row.taskforce_id,
               row.{key} as id,
               row.version,
               {columns},
               count(*) over (partition by row.taskforce_id, row.{key}) as versions
          from {table} as row
         where row.generation = {_SERVED}
         order by row.taskforce_id, row.{key}, row.version desc
    """  # noqa: S608  (our own words)


_PLEDGE: Final = """
    status, job_type, positions, positions_filled, positions_cancelled, weekly_hours_from, weekly_hours_to,
    event_id, company_id, municipality, captured_at, received_at, pledged_on, counted, ended_on, affirmed_on,
    array(select position_id || ' ' || day from unnest(matched) order by 1) as matched,
    array(select position_id || ' ' || day from unnest(cancelled) order by 1) as cancelled
"""
_HIRE: Final = """
    pledge_id, position_id, event_id, company_id, municipality, job_type, start_date, weekly_hours, confirmed_at,
    ended_on, counted, citizen_id,
    array(select months || ' ' || answer from unnest(answers) order by 1) as answers
"""

_MEETING: Final = """
    as_of, known_at, decisions_open,
    array(select concat_ws(' ', item_id, minutes, shows) from unnest(agenda) with ordinality
           as item (item_id, minutes, shows, place) order by place) as agenda
"""

ROWS: Final = {
    "taskforce": _highest("taskforces", "taskforce_id", "slug, name, municipality, since"),
    "company": _highest("companies", "company_id", "personally_owned, name, cvr, municipality, industry, member"),
    "event": _highest(
        "employer_events",
        "event_id",
        "kind, status, title, place, starts_at, ends_at, goal_positions, held_on",
    ),
    "meeting": _highest("meetings", "meeting_id", _MEETING),
    "target": _highest("targets", "target_id", "measure, job_type, value, starts_on, ends_on, dropped"),
    "check-in": _highest("attendances", "attendance_id", "event_id, company_id, checked_in_at, undone_at"),
    "pledge": _highest("pledge_versions", "pledge_id", _PLEDGE),
    "hire": _highest("hire_versions", "hire_id", _HIRE),
    "contact": _highest("outreach_versions", "outreach_id", "company_id, kind, made_on, new_company, counted"),
}


def _miscounted(table: str, key: str, *of_company: str) -> str:
    """Aggregates whose contribution is missing, superfluous, or not that of their highest version.

    A first day that is too late leaves it out of what was known at a moment. Workers of earlier releases write none.
    """
    compared = ("version", "deltas", *of_company)
    columns = ", ".join(compared)
    differs = " or ".join(f"counted.{one} is distinct from highest.{one}" for one in compared)
    return f"""
        select taskforce_id, id
          from (select distinct on (taskforce_id, {key}) taskforce_id, {key} as id, {columns}
                  from {table}
                 where generation = {_SERVED}
                 order by taskforce_id, {key}, version desc) as highest
          full join (select taskforce_id, aggregate_id as id, first_day, {columns}
                       from contributions
                      where generation = {_SERVED}
                        and aggregate = '{table}') as counted
         using (taskforce_id, id)
         where {differs}
            or counted.first_day > (select min(day) from unnest(counted.deltas))
         order by taskforce_id, id
    """  # noqa: S608  (our own words)


MISCOUNTED: Final = {
    "check-in": _miscounted("attendances", "attendance_id", "company_id"),
    "pledge": _miscounted("pledge_versions", "pledge_id", "company_id", "municipality"),
    "hire": _miscounted("hire_versions", "hire_id", "company_id", "municipality"),
    "citizen": _miscounted("citizen_versions", "citizen_id"),
}
"""Aggregates whose deltas are not those of their highest version; the figures add up the deltas."""
