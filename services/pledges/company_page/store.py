"""SQL that loads and saves companies' links and answers. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.pledges.company_page.domain import CompanyAnswer, CompanyLink

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection

_LINK: Final = "taskforce_id, id, company_id, issued_at, issued_by, expires_at, revoked_at, revoked_by"
ANSWER: Final = (
    "taskforce_id",
    "id",
    "company_id",
    "kind",
    "version",
    "answered_at",
    "pledge_id",
    "hire_id",
    "event_id",
    "months",
    "answer",
    "seen_by",
    "seen_at",
    "undone_by",
    "undone_at",
)
"""The columns of the table `company_answers`."""
_ANSWER: Final = ", ".join(ANSWER)


async def load_link(conn: Connection, taskforce_id: UUID, link_id: UUID, *, lock: bool = False) -> CompanyLink | None:
    """Return a link, or None. `lock`: until the transaction ends, so that it is not revoked while it is used."""
    row = await conn.fetchrow(
        f"""
        select {_LINK}
          from company_links
         where taskforce_id = $1
           and id = $2
           {"for update" if lock else ""}
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        link_id,
    )
    return CompanyLink(**row) if row else None


async def link_in_use(
    conn: Connection, taskforce_id: UUID, company_id: UUID, *, lock: bool = False
) -> CompanyLink | None:
    """Return the link of a company that is not revoked; it may have expired. `lock`: until the transaction ends."""
    row = await conn.fetchrow(
        f"""
        select {_LINK}
          from company_links
         where taskforce_id = $1
           and company_id = $2
           and revoked_at is null
           {"for update" if lock else ""}
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        company_id,
    )
    return CompanyLink(**row) if row else None


async def lock_links(conn: Connection, taskforce_id: UUID, company_id: UUID) -> None:
    """Wait for other transactions that make or revoke the company's link, until this transaction ends."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"links of {company_id} in {taskforce_id}"
    )


async def insert_link(conn: Connection, link: CompanyLink) -> None:
    """Save a new link."""
    await conn.execute(
        f"insert into company_links ({_LINK}) values ($1, $2, $3, $4, $5, $6, $7, $8)",  # noqa: S608
        link.taskforce_id,
        link.id,
        link.company_id,
        link.issued_at,
        link.issued_by,
        link.expires_at,
        link.revoked_at,
        link.revoked_by,
    )


async def save_link(conn: Connection, link: CompanyLink) -> None:
    """Save how long a link works."""
    await conn.execute(
        """
        update company_links
           set expires_at = $3,
               revoked_at = $4,
               revoked_by = $5
         where taskforce_id = $1
           and id = $2
        """,
        link.taskforce_id,
        link.id,
        link.expires_at,
        link.revoked_at,
        link.revoked_by,
    )


async def company_exists(conn: Connection, taskforce_id: UUID, company_id: UUID) -> bool:
    """Whether the register has the company."""
    found = await conn.fetchval(
        """
        select true
          from companies
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        company_id,
    )
    return bool(found)


async def insert_answer(conn: Connection, answer: CompanyAnswer) -> None:
    """Save a new answer."""
    places = ", ".join(f"${number}" for number in range(1, len(ANSWER) + 1))
    await conn.execute(
        f"insert into company_answers ({_ANSWER}) values ({places})",  # noqa: S608
        *(getattr(answer, column) for column in ANSWER),
    )


async def load_answer(
    conn: Connection, taskforce_id: UUID, answer_id: UUID, *, lock: bool = False
) -> CompanyAnswer | None:
    """Return an answer, or None. `lock`: until the transaction ends."""
    row = await conn.fetchrow(
        f"""
        select {_ANSWER}
          from company_answers
         where taskforce_id = $1
           and id = $2
           {"for update" if lock else ""}
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        answer_id,
    )
    return CompanyAnswer(**row) if row else None


async def save_answer(conn: Connection, answer: CompanyAnswer) -> None:
    """Save who has seen or undone an answer."""
    await conn.execute(
        """
        update company_answers
           set seen_by = $3,
               seen_at = $4,
               undone_by = $5,
               undone_at = $6
         where taskforce_id = $1
           and id = $2
        """,
        answer.taskforce_id,
        answer.id,
        answer.seen_by,
        answer.seen_at,
        answer.undone_by,
        answer.undone_at,
    )


async def adjusted_terms(conn: Connection, answer: CompanyAnswer) -> dict[str, Any] | None:
    """Return what the pledge's terms were before the company adjusted them, by the names in `PledgeTerms`.

    None where they were corrected again after that.
    """
    row = await conn.fetchrow(
        """
        select former.position_count as positions,
               former.weekly_hours_from as hours_from,
               former.weekly_hours_to as hours_to,
               former.tasks,
               former.earliest_start
          from pledge_changes as change
          join pledge_former_terms as former
            on former.taskforce_id = change.taskforce_id
           and former.id = change.id
         where change.taskforce_id = $1
           and change.pledge_id = $2
           and change.version = $3
           and not exists (select
                             from pledge_changes as later
                            where later.taskforce_id = $1
                              and later.pledge_id = $2
                              and later.version > $3
                              and later.kind = 'corrected')
        """,
        answer.taskforce_id,
        answer.pledge_id,
        answer.version,
    )
    return {**row, "tasks": tuple(row["tasks"])} if row else None


async def request_registration(
    conn: Connection, taskforce_id: UUID, request_id: UUID, event_id: UUID, company_id: UUID, *, wanted: bool
) -> int | None:
    """Save whether a company wants to come to an event. Returns the request's new version; None: nothing changes.

    The same wish again is a new one after an hour: `events` has answered by then, and staff may have decided otherwise.
    """
    version: int | None = await conn.fetchval(
        """
        insert into registration_requests as request
               (taskforce_id, id, version, event_id, company_id, wanted, requested_at)
        values ($1, $2, 1, $3, $4, $5, now())
            on conflict (taskforce_id, id) do update
           set version = request.version + 1,
               wanted = excluded.wanted,
               requested_at = excluded.requested_at
         where request.wanted <> excluded.wanted
            or request.requested_at < now() - interval '1 hour'
        returning version
        """,
        taskforce_id,
        request_id,
        event_id,
        company_id,
        wanted,
    )
    return version


async def mark_asked(
    conn: Connection, taskforce_id: UUID, *, since: date, until: date, at: datetime
) -> list[asyncpg.Record]:
    """Record that companies are asked about the checkpoints due on these days which nobody has answered.

    Returns hire_id, pledge_id, months and due_on of those that were not recorded before.
    """
    return await conn.fetch(
        """
        with due as (
            select checkpoint.hire_id,
                   checkpoint.months,
                   checkpoint.due_on,
                   hire.pledge_id
              from hire_checkpoints as checkpoint
              join hires as hire
                on hire.taskforce_id = checkpoint.taskforce_id
               and hire.id = checkpoint.hire_id
              join pledges as pledge
                on pledge.taskforce_id = hire.taskforce_id
               and pledge.id = hire.pledge_id
               and pledge.company_id = hire.company_id
             where checkpoint.taskforce_id = $1
               and checkpoint.answer is null
               and checkpoint.due_on between $2 and $3
               and hire.counted
               and (hire.ended_on is null or hire.ended_on > checkpoint.due_on)
        ), asked as (
            insert into checkpoint_mails (taskforce_id, hire_id, months, issued_at)
            select $1, hire_id, months, $4
              from due
                on conflict (taskforce_id, hire_id, months) do nothing
            returning hire_id, months
        )
        select due.hire_id, due.pledge_id, due.months, due.due_on
          from asked
          join due
            on due.hire_id = asked.hire_id
           and due.months = asked.months
         order by due.hire_id, due.months
        """,
        taskforce_id,
        since,
        until,
        at,
    )
