"""Rows of any age in the database of pledges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    import asyncpg


def months_ago(months: int, *, days: int = 0) -> date:
    """Return the day that many months and days ago."""
    today = datetime.now(UTC).date()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(today.day, last)) - timedelta(days=days)


def at(day: date) -> datetime:
    """Return noon of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


class AgedRows:
    """Inserts rows of any age as superuser, and returns the remaining ones."""

    def __init__(self, conn: asyncpg.Connection[asyncpg.Record], taskforce_id: UUID) -> None:
        self.conn = conn
        self.taskforce_id = taskforce_id

    async def pledge(self, day: date, *, received: date | None = None, company_id: UUID | None = None) -> UUID:
        id_ = uuid4()
        await self.conn.execute(
            """
            insert into pledges
                   (taskforce_id, id, company_name, company_cvr, company_p_number, company_id, job_type,
                    position_count, weekly_hours_from, weekly_hours_to, tasks, captured_by, logged_with_pass,
                    captured_at, received_at, pledged_on, flags, request_fingerprint, version, status)
            values ($1, $2, 'Smedens værksted', '24256790', '0101901234', $3, 'smaajob', 1, 5, 5, '{}', 'web', false,
                    $4, $4, $5, '{}', '\\x00', 1, 'logged')
            """,
            self.taskforce_id,
            id_,
            company_id,
            at(received or day),
            day,
        )
        await self.conn.execute(
            "insert into positions (taskforce_id, id, pledge_id, number, status) values ($1, $2, $2, 1, 'open')",
            self.taskforce_id,
            id_,
        )
        await self.conn.execute(
            "insert into pledge_contacts (taskforce_id, id, name, phone) values ($1, $2, 'Eva', '97')",
            self.taskforce_id,
            id_,
        )
        await self._published(id_)
        return id_

    async def visit(self, day: date) -> UUID:
        """A visit to a company on that day. Returns its id."""
        id_ = uuid4()
        await self.conn.execute(
            """
            insert into outreach
                   (taskforce_id, id, company_id, kind, made_on, note, new_company, counted, logged_at, changed_at,
                    version)
            values ($1, $2, $2, 'visit', $3, 'Talte med Eva', false, true, $4, $4, 1)
            """,
            self.taskforce_id,
            id_,
            day,
            at(day),
        )
        await self._published(id_)
        return id_

    async def correction(self, day: date, *, pledge_id: UUID | None = None) -> UUID:
        """A correction of a pledge of that day, with what it has replaced. Returns the id of the correction."""
        id_, pledge_id = uuid4(), pledge_id or await self.pledge(day)
        await self.conn.execute(
            """
            insert into pledge_changes
                   (taskforce_id, id, pledge_id, version, kind, note, changed_at)
            values ($1, $2, $3, 2, 'corrected', 'Ring til Eva på 97 85 00 00', $4)
            """,
            self.taskforce_id,
            id_,
            pledge_id,
            at(day),
        )
        await self.conn.execute(
            """
            insert into position_changes
                   (taskforce_id, id, pledge_id, position_id, version, kind, before, status, effective_on, note,
                    changed_at)
            values ($1, $2, $3, $3, 3, 'matched', '{}', 'matched', $4, 'Ring til Eva på 97 85 00 00', $5)
            """,
            self.taskforce_id,
            id_,
            pledge_id,
            day,
            at(day),
        )
        await self.conn.execute(
            """
            insert into pledge_former_terms
                   (taskforce_id, id, pledge_id, version, company_name, company_cvr, company_p_number, job_type,
                    position_count, weekly_hours_from, weekly_hours_to, tasks, pledged_on, flags, corrected_at)
            values ($1, $2, $3, 2, 'Smedens værksted', '24256790', '0101901234', 'smaajob', 1, 5, 5, '{}', $4, '{}', $5)
            """,
            self.taskforce_id,
            id_,
            pledge_id,
            day,
            at(day),
        )
        await self.conn.execute(
            "insert into pledge_former_contacts (taskforce_id, id, name, phone) values ($1, $2, 'Eva', '97')",
            self.taskforce_id,
            id_,
        )
        return id_

    async def hire(self, start: date, *, ended: date | None = None, pledge_id: UUID | None = None) -> UUID:
        id_ = uuid4()
        await self.conn.execute(
            """
            insert into hires
                   (taskforce_id, id, pledge_id, position_id, position_number, company_name, job_type, start_date,
                    weekly_hours, confirmed_at, flags, request_fingerprint, version, ended_on, end_reason)
            values ($1, $2, $3, $3, $4, 'Smedens værksted', 'smaajob', $5, 5, $6, '{}', '\\x00', 1, $7, $8)
            """,
            self.taskforce_id,
            id_,
            pledge_id,
            1 if pledge_id else None,
            start,
            at(start),
            ended,
            "health" if ended else None,
        )
        await self.conn.execute(
            "insert into hire_contacts (taskforce_id, id, name) values ($1, $2, 'Jonas')", self.taskforce_id, id_
        )
        await self._published(id_)
        return id_

    async def hire_correction(self, day: date) -> UUID:
        """A correction of a hire's company on that day, with what it has replaced. Returns the id of the correction."""
        id_, hire_id = uuid4(), await self.hire(day)
        await self.conn.execute(
            """
            insert into hire_changes (taskforce_id, id, hire_id, version, kind, before, reason, note, changed_at)
            values ($1, $2, $3, 2, 'corrected', '{}', 'health', 'Ring til Jonas på 97 85 00 00', $4)
            """,
            self.taskforce_id,
            id_,
            hire_id,
            at(day),
        )
        await self.conn.execute(
            """
            insert into hire_former_companies
                   (taskforce_id, id, hire_id, company_name, company_cvr, flags, start_date, corrected_at)
            values ($1, $2, $3, 'Smedens værksted', '24256790', '{}', $4, $5)
            """,
            self.taskforce_id,
            id_,
            hire_id,
            day,
            at(day),
        )
        return id_

    async def support_contact(self, day: date) -> UUID:
        """A call about a hire on that day. Returns the id of the entry."""
        id_, hire_id = uuid4(), await self.hire(day)
        await self.conn.execute(
            """
            insert into support_contacts
                   (taskforce_id, id, hire_id, contacted_on, contacted_by, agreed, solved, logged_at)
            values ($1, $2, $3, $4, 'employer', 'Ring til Eva på 97 85 00 00', true, $5)
            """,
            self.taskforce_id,
            id_,
            hire_id,
            day,
            at(day),
        )
        return id_

    async def _published(self, id_: UUID) -> None:
        await self.conn.execute(
            """
            insert into outbox (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, correlation_id)
            values ($1, $2, 'pledges.pledge', $1, 1, 'x', '{}', $1)
            """,
            id_,
            self.taskforce_id,
        )

    async def left(self, table: str, condition: str = "true") -> set[UUID]:
        rows = await self.conn.fetch(f"select id from {table} where {condition}")
        return {row["id"] for row in rows}
