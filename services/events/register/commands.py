"""Use cases of taskforces and companies: one function each, which owns its transaction.

Ids are made by the client, so sending the same request again changes nothing; other facts under an id that is in use
raise `IdTaken`. `at` is when it happened, by default now; a scenario passes moments in the past.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg

from services.events import events_out
from services.events.register import store
from services.events.register.domain import IdTaken, SlugTaken, Taskforce, TaskforceUnknown
from shared.messaging import outbox

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from services.events.register.domain import Company
    from shared.db.database import Connection, Database


async def register_taskforce(
    db: Database,
    *,
    id: UUID,
    slug: str,
    name: str,
    municipality: str,
    since: date,
    at: datetime | None = None,
) -> None:
    """Register a taskforce, or change its facts. The same facts again change nothing.

    Args:
        slug: its name in URLs: lower-case letters, digits and hyphens, at most 63.
        municipality: four-digit code as text.
        since: the first day its figures count from.

    Raises:
        SlugTaken: another taskforce has the slug.
    """
    taskforce = Taskforce(id, slug, name, municipality, since)
    at = at or datetime.now(UTC)
    try:
        async with db.change(id) as conn:
            known = await store.lock_taskforce(conn, id)
            if known is not None and known[0] == taskforce:
                return
            version = 1 if known is None else known[1] + 1
            await store.save_taskforce(conn, taskforce, version=version, at=at)
            await outbox.add(conn, events_out.taskforce_registered(taskforce, version=version, at=at))
    except asyncpg.UniqueViolationError as error:
        raise SlugTaken from error


async def register_company(db: Database, taskforce_id: UUID, company: Company, *, at: datetime | None = None) -> None:
    """Register a company.

    Raises:
        IdTaken: another company, or this one with other facts, has the id.
        TaskforceUnknown.
    """
    try:
        async with db.change(taskforce_id) as conn:
            await add_company(conn, taskforce_id, company, at or datetime.now(UTC))
    except asyncpg.ForeignKeyViolationError as error:
        raise TaskforceUnknown from error


async def add_company(conn: Connection, taskforce_id: UUID, company: Company, at: datetime) -> bool:
    """Register a company in the caller's transaction.

    Returns:
        Whether it is new.

    Raises:
        IdTaken: another company, or this one with other facts, has the id.
    """
    if not await store.insert_company(conn, taskforce_id, company, at=at):
        known, version = await store.load_company(conn, taskforce_id, company.id)
        # `clear_company` may have changed the ownership since; a retry of the registration is still the same request.
        if known != (company if version == 1 else replace(company, personally_owned=known.personally_owned)):
            raise IdTaken
        return False
    await outbox.add(conn, events_out.company_registered(taskforce_id, company, version=1, at=at))
    return True


async def clear_company(db: Database, taskforce_id: UUID, company_id: UUID, *, at: datetime | None = None) -> None:
    """Record that a company is not personally owned: its name is published from now on. Idempotent.

    Raises:
        CompanyNotFound.
    """
    async with db.change(taskforce_id) as conn:
        company, version = await store.lock_company(conn, taskforce_id, company_id)
        if not company.personally_owned:
            return
        cleared, version = replace(company, personally_owned=False), version + 1
        await store.save_ownership(conn, taskforce_id, cleared, version=version)
        at = at or datetime.now(UTC)
        await outbox.add(conn, events_out.company_registered(taskforce_id, cleared, version=version, at=at))
