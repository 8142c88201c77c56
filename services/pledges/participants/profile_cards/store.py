"""SQL that saves and loads profile cards and their links. Everything takes a `Disclosure`; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.pledges.participants.profile_cards.domain import CardContent, CardLink, Photo, ProfileCard
from shared.privacy.access_log import discloses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    import asyncpg

    from services.pledges.participants.profile_cards.domain import LinkKind
    from shared.db.database import Connection
    from shared.privacy.access_log import Disclosure

TABLE: Final = "participants.profile_cards"
"""As the access log and the data inventory name it."""

_KEY: Final = ("taskforce_id", "participant_id")
_CHANGING: Final = (
    "version",
    "preferred_name",
    "words",
    "tasks",
    "language",
    "photo",
    "photo_type",
    "photo_alt",
    "basis",
    "consented_on",
    "valid_from",
    "valid_until",
    "withdrawn_at",
    "changed_by",
    "changed_at",
    "citizen_changed_at",
)
COLUMNS: Final = (*_KEY, *_CHANGING)
"""The columns of the table `participants.profile_cards`."""
_LINK_COLUMNS: Final = (
    "taskforce_id",
    "id",
    "participant_id",
    "kind",
    "secret_hash",
    "made_by",
    "made_at",
    "expires_at",
    "revoked_at",
)

_SAVE: Final = f"""
    insert into participants.profile_cards
           ({", ".join(COLUMNS)})
    values ({", ".join(f"${number}" for number in range(1, len(COLUMNS) + 1))})
        on conflict (taskforce_id, participant_id) do update
       set {", ".join(f"{column} = excluded.{column}" for column in _CHANGING)}
"""  # noqa: S608  (our own columns)


@discloses(TABLE, key=lambda card: card.participant_id)
async def cards(
    conn: Connection, taskforce_id: UUID, participant_ids: Sequence[UUID], *, lock: bool = False
) -> list[ProfileCard]:
    """Return the cards of those participants that the transaction sees, in no order; withdrawn and expired ones, too.

    Args:
        lock: whether they stay locked until the transaction ends.
    """
    rows = await conn.fetch(
        f"""
        select {", ".join(COLUMNS)}
          from participants.profile_cards
         where taskforce_id = $1
           and participant_id = any ($2)
           {"for update" if lock else ""}
        """,  # noqa: S608  (our own columns)
        taskforce_id,
        list(participant_ids),
    )
    return [_card(row) for row in rows]


@discloses(TABLE, key=lambda card: card.participant_id)
async def valid_cards(
    conn: Connection, taskforce_id: UUID, participant_ids: Sequence[UUID], *, day: date
) -> list[ProfileCard]:
    """Return the cards that may be shown on a day, of those participants that the transaction sees, in no order.

    A card that is withdrawn, expired or not yet valid is not among them, nor is that of somebody who has left.
    """
    rows = await conn.fetch(
        f"""
        select {", ".join(f"card.{column}" for column in COLUMNS)}
          from participants.profile_cards as card
          join participants.participants as participant
            on participant.taskforce_id = card.taskforce_id
           and participant.id = card.participant_id
         where card.taskforce_id = $1
           and card.participant_id = any ($2)
           and card.withdrawn_at is null
           and $3 between card.valid_from and card.valid_until
           and participant.status <> 'left'
        """,  # noqa: S608  (our own columns)
        taskforce_id,
        list(participant_ids),
        day,
    )
    return [_card(row) for row in rows]


async def find_card(disclosure: Disclosure, participant_id: UUID, *, lock: bool = False) -> ProfileCard | None:
    """Return a participant's card; None where there is none that the transaction sees."""
    found = await cards(disclosure, disclosure.taskforce_id, [participant_id], lock=lock)
    return found[0] if found else None


async def valid_card(disclosure: Disclosure, participant_id: UUID, *, day: date) -> ProfileCard | None:
    """Return a participant's card if it may be shown on a day: see `valid_cards`."""
    found = await valid_cards(disclosure, disclosure.taskforce_id, [participant_id], day=day)
    return found[0] if found else None


async def save_card(disclosure: Disclosure, card: ProfileCard) -> None:
    """Save a card in its current state."""
    content, photo = card.content, card.photo
    await disclosure.conn.execute(
        _SAVE,
        card.taskforce_id,
        card.participant_id,
        card.version,
        content.preferred_name,
        content.words,
        list(content.tasks),
        content.language,
        photo.content if photo else None,
        photo.media_type if photo else None,
        photo.alt if photo else None,
        content.basis,
        content.consented_on,
        content.valid_from,
        content.valid_until,
        card.withdrawn_at,
        card.changed_by,
        card.changed_at,
        card.citizen_changed_at,
    )
    await disclosure.log(TABLE, [card.participant_id])


async def find_link(disclosure: Disclosure, secret_hash: bytes) -> CardLink | None:
    """Return the link with a secret; None where the transaction sees none. It is not a person's data."""
    row = await disclosure.conn.fetchrow(
        f"""
        select {", ".join(_LINK_COLUMNS)}
          from participants.links
         where taskforce_id = $1
           and secret_hash = $2
        """,  # noqa: S608  (our own columns)
        disclosure.taskforce_id,
        secret_hash,
    )
    return CardLink(**dict(row)) if row else None


async def links_in_use(disclosure: Disclosure, participant_id: UUID, *, at: datetime) -> dict[LinkKind, CardLink]:
    """Return the links of a participant's card that work, by their kind."""
    rows = await disclosure.conn.fetch(
        f"""
        select {", ".join(_LINK_COLUMNS)}
          from participants.links
         where taskforce_id = $1
           and participant_id = $2
           and revoked_at is null
           and expires_at > $3
         order by made_at
        """,  # noqa: S608  (our own columns)
        disclosure.taskforce_id,
        participant_id,
        at,
    )
    return {row["kind"]: CardLink(**dict(row)) for row in rows}


async def insert_link(disclosure: Disclosure, link: CardLink) -> None:
    """Save a new link."""
    await disclosure.conn.execute(
        f"""
        insert into participants.links
               ({", ".join(_LINK_COLUMNS)})
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,  # noqa: S608  (our own columns)
        *(getattr(link, column) for column in _LINK_COLUMNS),
    )


async def revoke_links(
    disclosure: Disclosure, participant_id: UUID, *, kinds: Sequence[LinkKind], at: datetime
) -> None:
    """Let the links of these kinds open the participant's card no longer."""
    await disclosure.conn.execute(
        """
        update participants.links
           set revoked_at = $4
         where taskforce_id = $1
           and participant_id = $2
           and kind = any ($3)
           and revoked_at is null
        """,
        disclosure.taskforce_id,
        participant_id,
        list(kinds),
        at,
    )


async def let_links_expire(disclosure: Disclosure, participant_id: UUID, *, at: datetime, now: datetime) -> None:
    """Let the links that work now open the participant's card until a moment. Expired ones stay so."""
    await disclosure.conn.execute(
        """
        update participants.links
           set expires_at = $3
         where taskforce_id = $1
           and participant_id = $2
           and revoked_at is null
           and expires_at > $4
        """,
        disclosure.taskforce_id,
        participant_id,
        at,
        now,
    )


def _card(row: asyncpg.Record) -> ProfileCard:
    stored: dict[str, Any] = dict(row)
    return ProfileCard(
        taskforce_id=row["taskforce_id"],
        participant_id=row["participant_id"],
        version=row["version"],
        content=CardContent(
            preferred_name=row["preferred_name"],
            words=row["words"],
            tasks=tuple(row["tasks"]),
            language=row["language"],
            basis=row["basis"],
            consented_on=row["consented_on"],
            valid_from=row["valid_from"],
            valid_until=row["valid_until"],
        ),
        photo=None if row["photo"] is None else Photo(row["photo"], row["photo_type"], row["photo_alt"] or ""),
        **{name: stored[name] for name in ("withdrawn_at", "changed_by", "changed_at", "citizen_changed_at")},
    )
