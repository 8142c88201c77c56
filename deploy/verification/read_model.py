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


def _kept(present: str, table: str, key: str, columns: str) -> str:
    """Read the table of highest versions, where there is one, because the figures read it too."""
    return f"""
        select row.taskforce_id,
               row.{key} as id,
               row.version,
               {columns},
               (select count(*)
                  from {table} as past
                 where past.taskforce_id = row.taskforce_id
                   and past.generation = row.generation
                   and past.{key} = row.{key}) as versions
          from {present} as row
         where row.generation = {_SERVED}
         order by row.taskforce_id, row.{key}
    """  # noqa: S608


_PLEDGE: Final = """
    status, job_type, positions, positions_filled, positions_cancelled, weekly_hours_from, weekly_hours_to,
    event_id, company_id, municipality, captured_at, received_at, pledged_on
"""
_HIRE: Final = """
    pledge_id, position_id, event_id, company_id, municipality, job_type, start_date, weekly_hours, confirmed_at,
    ended_on
"""

ROWS: Final = {
    "taskforce": _highest("taskforces", "taskforce_id", "slug, name, municipality, since"),
    "company": _highest("companies", "company_id", "personally_owned, name, cvr, municipality, industry, member"),
    "event": _highest(
        "employer_events",
        "event_id",
        "kind, status, title, place, starts_at, ends_at, goal_positions, held_on",
    ),
    "check-in": _highest("attendances", "attendance_id", "event_id, company_id, checked_in_at"),
    "pledge": _kept("pledges", "pledge_versions", "pledge_id", _PLEDGE),
    "hire": _kept("hires", "hire_versions", "hire_id", _HIRE),
}

ORPHANED_VERSIONS: Final = {
    "pledge": f"""
        select distinct past.taskforce_id, past.pledge_id as id
          from pledge_versions as past
         where past.generation = {_SERVED}
           and not exists (select from pledges as present
                            where present.taskforce_id = past.taskforce_id
                              and present.generation = past.generation
                              and present.pledge_id = past.pledge_id)
    """,  # noqa: S608
    "hire": f"""
        select distinct past.taskforce_id, past.hire_id as id
          from hire_versions as past
         where past.generation = {_SERVED}
           and not exists (select from hires as present
                            where present.taskforce_id = past.taskforce_id
                              and present.generation = past.generation
                              and present.hire_id = past.hire_id)
    """,  # noqa: S608
}
"""Aggregates that have versions in the history table and no row in the table of highest versions."""
