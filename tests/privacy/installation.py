"""Four databases with two people of one taskforce and one of another, known by the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import asyncpg

from deploy.privacy import data_subjects
from shared.privacy.subjects import SubjectIdentifiers

if TYPE_CHECKING:
    from tests.support.infrastructure import Databases

EVA: Final = SubjectIdentifiers(emails=frozenset({"EVA@firma.example "}), phones=frozenset({"+45 97 85 00 00"}))


class Installation:
    """Four databases with two people of one taskforce, and one of another with the same address."""

    def __init__(self, databases: Databases, taskforce_id: UUID, other: UUID) -> None:
        self.databases = databases
        self.taskforce_id = taskforce_id
        self.other = other
        self.eva, self.ida, self.admin, self.elsewhere = (uuid4() for _ in range(4))
        self.pledges: dict[str, UUID] = {name: uuid4() for name in ("by mail", "by phone", "of ida", "elsewhere")}

    async def all(self, service: str, sql: str, *arguments: Any) -> list[Any]:
        conn = await asyncpg.connect(self.databases.superuser_dsn(service))
        try:
            return list(await conn.fetch(sql, *arguments))
        finally:
            await conn.close()

    async def fill(self) -> None:
        for tenant, slug in ((self.taskforce_id, "struer"), (self.other, "elsewhere")):
            await self.all(
                "events",
                """
                insert into taskforces (id, slug, name, municipality, since, version, registered_at)
                values ($1, $2, $2, '0671', '2018-05-01', 1, now())
                """,
                tenant,
                slug,
            )
        for tenant, person, email, role in (
            (self.taskforce_id, self.eva, "eva@firma.example", "member"),
            (self.taskforce_id, self.ida, "ida@firma.example", "member"),
            (self.taskforce_id, self.admin, "admin@firma.example", "admin"),
            (self.other, self.elsewhere, "eva@firma.example", "member"),
        ):
            await self.all(
                "events",
                """
                insert into people (taskforce_id, id, name, email, language, added_at)
                values ($1, $2, 'Eva Holm', $3, 'da', now())
                """,
                tenant,
                person,
                email,
            )
            await self.all("events", "insert into person_roles values ($1, $2, $3)", tenant, person, role)
        for name, (tenant, phone, email) in {
            "by mail": (self.taskforce_id, None, "eva@Firma.example"),
            "by phone": (self.taskforce_id, "0045 9785 0000", "andet@firma.example"),
            "of ida": (self.taskforce_id, "97 85 00 01", "ida@firma.example"),
            "elsewhere": (self.other, "97 85 00 00", "eva@firma.example"),
        }.items():
            await self._contact(tenant, self.pledges[name], phone, email)
        await self.all(
            "notifications",
            """
            insert into deliveries
                   (taskforce_id, id, rule, about_id, recipient_kind, recipient_id, facts, happened_at, status,
                    settled_at)
            values ($1, $2, 'pledge_received', $2, 'pledge_contact', $2, '{}', now(), 'sent', now())
            """,
            self.taskforce_id,
            self.pledges["by phone"],
        )

    async def _contact(self, tenant: UUID, pledge: UUID, phone: str | None, email: str) -> None:
        await self.all(
            "pledges",
            """
            insert into pledges
                   (taskforce_id, id, company_name, company_cvr, job_type, position_count, weekly_hours_from,
                    weekly_hours_to, tasks, captured_by, logged_with_pass, captured_at, received_at, pledged_on, flags,
                    request_fingerprint, version, status)
            values ($1, $2, 'Smedens værksted', '24 25 67 90', 'smaajob', 1, 5, 5, '{}', 'web', false,
                    now() - interval '2 years', now() - interval '2 years', current_date - 700, '{}', '\\x00', 1,
                    'logged')
            """,
            tenant,
            pledge,
        )
        await self.all(
            "pledges", "insert into pledge_contacts values ($1, $2, 'Eva', $3, $4)", tenant, pledge, phone, email
        )

    async def contacts(self) -> set[str]:
        left = {row["id"] for row in await self.all("pledges", "select id from pledge_contacts")}
        return {name for name, pledge in self.pledges.items() if pledge in left}

    async def accounts(self) -> set[UUID]:
        return {row["id"] for row in await self.all("events", "select id from people")}

    async def find(self, identifiers: SubjectIdentifiers = EVA) -> list[data_subjects.Found]:
        return await data_subjects.find(self.databases.subjects_dsn, self.taskforce_id, identifiers)

    async def erase(self, identifiers: SubjectIdentifiers = EVA) -> dict[str, Any]:
        return await data_subjects.erase(
            self.databases.subjects_dsn, self.taskforce_id, await self.find(identifiers), by=None
        )

    async def keys(self, **known: Any) -> dict[str, set[UUID]]:
        """Return the keys of what is found, by table."""
        return {
            group.entry.table: {row[group.lookup.key] for row in group.rows}
            for one in await self.find(SubjectIdentifiers(**known))
            for group in one.held
            if group.rows and group.lookup.erase
        }

    async def letter(self, value: bytes) -> UUID:
        """Record a dead letter."""
        [row] = await self.all(
            "pledges",
            """
            insert into dead_letters
                   (consumer_group, topic, partition, "offset", value_digest, value, headers, reason, detail)
            values ('x', 'x', 0, 0, sha256($1), $1, '{}', 'x', '')
            returning id
            """,
            value,
        )
        key: UUID = row["id"]
        return key
