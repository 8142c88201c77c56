"""Participants of every ownership, relative to a case worker of our municipality and a facilitator of our programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from shared.fields.case_reference import case_reference_key
from tests.authorisation.matrix import FOREIGN, MUNICIPALITY, OTHER_MUNICIPALITY, taskforce_of

if TYPE_CHECKING:
    import asyncpg

    from shared.http.policy import Caller, Ownership
    from shared.product.vocabulary import Programme

PROGRAMME: Final[Programme] = "smaajob_effort"
"""The facilitator's."""
_OTHER_PROGRAMME: Final[Programme] = "training_track"
_ROWS: Final[dict[tuple[Ownership, str], tuple[str, Programme]]] = {
    # The other taskforce's first: a statement that forgets to filter finds the row that was written first.
    ("other taskforce", ""): (MUNICIPALITY, PROGRAMME),
    ("own", ""): (MUNICIPALITY, PROGRAMME),
    # What differs for the role in question is one thing only.
    ("other municipality", "caseworker"): (OTHER_MUNICIPALITY, PROGRAMME),
    ("other municipality", ""): (OTHER_MUNICIPALITY, _OTHER_PROGRAMME),
    ("other programme", "facilitator"): (MUNICIPALITY, _OTHER_PROGRAMME),
    ("other programme", ""): (OTHER_MUNICIPALITY, _OTHER_PROGRAMME),
}
"""Municipality and programme by ownership and caller."""


@dataclass(frozen=True)
class Registered:
    """A participant, by the text that shows it."""

    id: UUID
    case_reference: str


class Participants:
    """The participants of a world."""

    def __init__(self) -> None:
        self._by_row = {
            (ownership, caller): Registered(
                uuid4(), f"S-{caller or 'any'} {FOREIGN if ownership == 'other taskforce' else ownership}"
            )
            for ownership, caller in _ROWS
        }

    async def fill(self, superuser: asyncpg.Connection[asyncpg.Record]) -> None:
        """Save them, and a target group of each taskforce."""
        for ownership in ("other taskforce", "own"):
            await superuser.execute(
                """
                insert into target_group_codes (taskforce_id, code, danish, english, valid_from, changed_at)
                values ($1, $2, $3, $3, '2020-01-01', now())
                """,
                taskforce_of(ownership),
                ownership.replace(" ", "-"),
                f"Gruppe {FOREIGN if ownership == 'other taskforce' else ownership}",
            )
        for (ownership, caller), (municipality, programme) in _ROWS.items():
            one = self._by_row[ownership, caller]
            await superuser.execute(
                """
                insert into participants.participants
                       (taskforce_id, id, version, municipality, case_reference, case_reference_key, programme, status,
                        registered_at)
                values ($1, $2, 1, $3, $4, $5, $6, 'active', now())
                """,
                taskforce_of(ownership),
                one.id,
                municipality,
                one.case_reference,
                case_reference_key(one.case_reference),
                programme,
            )

    def of(self, caller: Caller, ownership: Ownership) -> Registered:
        """A participant of this ownership for the caller; for `missing`, one that does not exist."""
        missing = Registered(uuid4(), "findes ikke")
        return self._by_row.get((ownership, caller)) or self._by_row.get((ownership, "")) or missing
