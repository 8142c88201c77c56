"""Participants of any age in the database of pledges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from shared.fields.case_reference import case_reference_key
from tests.privacy.aged_rows import at, months_ago

if TYPE_CHECKING:
    from datetime import date

    import asyncpg

JPEG = b"\xff\xd8\xff\xe0picture"
TABLES = (
    "target_groups",
    "notes",
    "changes",
    "matches",
    "pledges",
    "cards_handed_over",
    "profile_cards",
    "links",
    "participants",
)


class Participants:
    """Inserts participants of any age as superuser."""

    def __init__(self, conn: asyncpg.Connection[asyncpg.Record], taskforce_id: UUID) -> None:
        self.conn = conn
        self.taskforce_id = taskforce_id

    async def add(
        self,
        *,
        left: date | None = None,
        registered: date | None = None,
        reference: str | None = None,
        municipality: str = "0671",
    ) -> UUID:
        """A participant, whose id is also their number at hires."""
        id_ = uuid4()
        reference = reference or f"S-{id_}"
        await self.conn.execute(
            """
            insert into participants.participants
                   (taskforce_id, id, version, municipality, case_reference, case_reference_key, citizen_id, status,
                    left_on, weekly_hours_from, weekly_hours_to, tasks_want, registered_at)
            values ($1, $2, 1, $3, $4, $5, $2, $6, $7, 5, 12.5, '{packing}', $8)
            """,
            self.taskforce_id,
            id_,
            municipality,
            reference,
            case_reference_key(reference),
            "left" if left else "active",
            left,
            at(registered or months_ago(1)),
        )
        return id_

    async def note(self, participant: UUID, *, until: date, body: str = "Vil gerne arbejde ude") -> UUID:
        return await self._insert("notes", participant, "body, written_at, keep_until", body, at(months_ago(1)), until)

    async def change(self, participant: UUID, day: date) -> UUID:
        columns = "version, kind, before, changed_at"
        return await self._insert("changes", participant, columns, 2, "changed", '{"status": "paused"}', at(day))

    async def match(self, participant: UUID, *, ended: date | None = None) -> UUID:
        columns = "position_id, pledge_id, matched_at, ended_at, outcome"
        outcome = (at(ended), "hired") if ended else (None, None)
        return await self._insert("matches", participant, columns, uuid4(), uuid4(), at(months_ago(40)), *outcome)

    async def card(self, participant: UUID, *, until: date) -> None:
        await self.conn.execute(
            """
            insert into participants.profile_cards
                   (taskforce_id, participant_id, version, preferred_name, words, tasks, language, photo, photo_type,
                    photo_alt, basis, consented_on, valid_from, valid_until, changed_at)
            values ($1, $2, 1, 'Søren', 'Jeg kan lide at være ude', '{packing}', 'da', $3, 'image/jpeg', 'En mand',
                    'consent', $4, $4, $4, now())
            """,
            self.taskforce_id,
            participant,
            JPEG,
            until,
        )

    async def link(self, participant: UUID, *, expires: date, revoked: date | None = None) -> UUID:
        columns = "kind, secret_hash, made_at, expires_at, revoked_at"
        moments = (at(months_ago(12)), at(expires), at(revoked) if revoked else None)
        return await self._insert("links", participant, columns, "card", uuid4().bytes, *moments)

    async def everything(self, participant: UUID) -> None:
        """A row in every other table."""
        await self.note(participant, until=months_ago(-6))
        await self.change(participant, months_ago(2))
        await self.match(participant)
        await self.card(participant, until=months_ago(-6))
        await self.link(participant, expires=months_ago(-6))
        await self._insert("target_groups", participant, "code, valid_from", "6.1.2", months_ago(3))
        await self.conn.execute(
            """
            insert into participants.cards_handed_over (taskforce_id, outreach_id, participant_id)
            values ($1, gen_random_uuid(), $2)
            """,
            self.taskforce_id,
            participant,
        )
        await self.conn.execute(
            """
            insert into participants.pledges (taskforce_id, pledge_id, participant_id, found_at)
            values ($1, gen_random_uuid(), $2, now())
            """,
            self.taskforce_id,
            participant,
        )

    async def left(self, table: str = "participants", column: str = "id") -> set[UUID]:
        rows = await self.conn.fetch(f"select {column} from participants.{table}")
        return {row[0] for row in rows}

    async def _insert(self, table: str, participant: UUID, columns: str, *values: Any) -> UUID:
        id_ = uuid4()
        numbers = ", ".join(f"${number}" for number in range(4, 4 + len(values)))
        await self.conn.execute(
            f"insert into participants.{table} (taskforce_id, id, participant_id, {columns}) "
            f"values ($1, $2, $3, {numbers})",
            self.taskforce_id,
            id_,
            participant,
            *values,
        )
        return id_
