"""Generated pledges of an event: all different, and the same for the same seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from services.pledges.catalogue.built_in import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPANIES = 80
MUNICIPALITY = "0671"
_NAMES = ("Havgus", "Klitrosen", "Tangtaget", "Lyngbakke", "Muslingekajen", "Vesterled", "Fjordblik", "Sandormen")
_TRADES = (
    "Elektronik A/S",
    "Plast ApS",
    "Planteskole ApS",
    "Skaldyr A/S",
    "Bageri",
    "Transport A/S",
    "Hotel",
    "Smedje",
)
_PEOPLE = ("Eva Holm", "Jens Kirk", "Aase Bæk", "Poul Østergaard", "Kirsten Søe")


def company_name(number: int) -> str:
    """Return the name of a company at the event; `number` counts from 0."""
    round_, which = divmod(number % COMPANIES, len(_NAMES))
    return f"{_NAMES[which]} {_TRADES[round_ % len(_TRADES)]} {round_ + 1}"


def company_id(taskforce_id: UUID, number: int) -> UUID:
    """Return its id in the register."""
    return uuid5(taskforce_id, company_name(number))


def bodies(taskforce_id: UUID, event_id: UUID | None, *, count: int, seed: str) -> Iterator[dict[str, Any]]:
    """Yield `count` pledges as request bodies."""
    chance = random.Random(seed)
    tasks = sorted(TASKS)
    now = datetime.now(UTC)
    for number in range(count):
        which = chance.randrange(COMPANIES)
        hours = chance.choice((5, 7.5, 10))
        yield {
            "id": str(uuid5(taskforce_id, f"{seed}:{number}")),
            "event_id": str(event_id) if event_id else None,
            "company": {"name": company_name(which), "municipality": MUNICIPALITY},
            "contact": {
                "name": chance.choice(_PEOPLE),
                "phone": f"97 {chance.randrange(10, 99)} {chance.randrange(10, 99)} {chance.randrange(10, 99)}",
                "email": f"kontakt{which}@virksomhed.example",
            },
            "job_type": chance.choice(("smaajob",) * 4 + ("praktik", "fleksjob")),
            "positions": chance.choice((1, 1, 2, 3)),
            "weekly_hours": {"from": hours, "to": hours + chance.choice((0, 5))},
            "tasks": chance.sample(tasks, chance.randrange(4)),
            "captured_at": (now - timedelta(seconds=chance.randrange(60))).isoformat(),
            "captured_by": "phone",
        }
