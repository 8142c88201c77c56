"""What is known about the participants of scenarios: their availability, tasks, target group and card."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from deploy.scenarios.company import TASKS
from deploy.scenarios.model import Card, Citizen
from services.pledges.participants.domain import Availability, ParticipantTerms, TargetGroup, Tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from deploy.scenarios.model import SeededRandom
    from services.pledges.participants.domain import Transport, Weekday

_TARGET_GROUPS: Final = ("6.2", "6.2", "6.3", "6.3", "6.7", "6.11")
_HOURS: Final = ((5, 8), (5, 10), (5, 15), (8, 12), (8, 15), (10, 15))
_WEEKDAYS: Final[tuple[tuple[Weekday, ...], ...]] = ((1, 2, 3, 4, 5), (1, 2, 3, 4, 5), (1, 3, 5), (2, 4), (1, 2, 3, 4))
_TRANSPORTS: Final[tuple[Transport, ...]] = ("bicycle", "bicycle", "public", "public", "walk", "car", "lift")
_DISTANCES: Final = (0, 10, 15, 25, 30)
_EVERY_TASK: Final = tuple(sorted({task for tasks in TASKS.values() for task in tasks}))

CARDS: Final = (
    Card(
        "Tove",
        "Jeg møder til tiden, og jeg kan lide, når hylderne står pænt. Om formiddagen har jeg mest energi.",
        ("shelf_stocking", "tidying"),
        1,
    ),
    Card(
        "Yusuf",
        "Jeg har passet lager i mit hjemland og kører gerne palleløfter. Jeg taler dansk og arabisk.",
        ("warehouse", "packing"),
        2,
    ),
    Card(
        "Kim",
        "Jeg vil helst være ude. Jeg ved, hvordan man behandler en hæk, og jeg bliver ikke ked af regn.",
        ("green_areas", "snow_clearing", "tidying"),
        3,
    ),
    Card("Leila", "Jeg er hurtig til opvask og vant til travle køkkener.", ("dishwashing", "canteen")),
    Card(
        "Birthe",
        "Jeg har arbejdet på kontor i mange år. Jeg er omhyggelig, og jeg vil gerne begynde roligt igen.",
        ("scanning", "office"),
        4,
    ),
    Card("Marek", "Jeg er god med hænderne og holder værktøjet i orden.", ("assembly", "tidying"), 5),
    Card("Signe", "Jeg gør grundigt rent, og jeg hilser på alle.", ("light_cleaning", "waste_sorting")),
    Card(
        "Ole",
        "Jeg har kørt lastbil det meste af mit liv. Nu vasker jeg dem gerne.",
        ("vehicle_washing", "warehouse"),
        6,
    ),
    Card("Pia", "Jeg kan lide at hjælpe, når der sker noget, også om aftenen.", ("event_help", "canteen")),
    Card("Nuur", "Jeg lærer hurtigt, og jeg tager cyklen i al slags vejr.", ("packing", "shelf_stocking"), 7),
)
"""Fictional first names; the pictures are drawn."""


def terms(rng: SeededRandom, tasks: Sequence[str], case_worker: UUID, registered_on: date) -> ParticipantTerms:
    """Return what is known about somebody who looks for a småjob with some of the tasks."""
    can = rng.sample(tasks, min(len(tasks), 2))
    fewest, most = rng.choose(_HOURS)
    return ParticipantTerms(
        programme="smaajob_effort",
        caseworker_id=case_worker,
        availability=Availability(
            available_from=registered_on,
            weekly_hours_from=Decimal(fewest),
            weekly_hours_to=Decimal(most),
            weekdays=frozenset(rng.choose(_WEEKDAYS)),
            max_distance_km=rng.choose(_DISTANCES),
            transport=rng.choose(_TRANSPORTS),
            job_types=frozenset({"smaajob"}),
        ),
        tasks=Tasks(
            can=frozenset(can),
            want=frozenset(rng.sample(can, 1)),
            cannot=frozenset(rng.sample([task for task in _EVERY_TASK if task not in tasks], rng.below(3))),
        ),
        target_groups=(TargetGroup(rng.choose(_TARGET_GROUPS), registered_on),),
    )


def waiting(
    rng: SeededRandom,
    references: Sequence[str],
    cards: Sequence[Card],
    case_workers: Sequence[UUID],
    since: date,
) -> Iterator[Citizen]:
    """Yield participants who have no job yet. About some of them not everything is known, and two are paused.

    Args:
        references: a case reference for each.
        cards: for the first of them; they can and would like to do what their card says.
        since: the day on which they were registered.
    """
    for number, reference in enumerate(references):
        card = cards[number] if number < len(cards) else None
        tasks = card.tasks if card else TASKS[rng.choose(tuple(TASKS))]
        known = terms(rng, tasks, rng.choose(case_workers), since)
        if card:
            known = replace(known, tasks=replace(known.tasks, can=frozenset(tasks), want=frozenset(tasks[:1])))
        elif number % 6 == 0:
            known = replace(known, availability=replace(known.availability, transport=None, max_distance_km=None))
        elif number % 6 == 1:
            known = replace(known, availability=replace(known.availability, weekdays=None))
        elif number % 6 == 2:
            known = replace(known, availability=Availability(), tasks=Tasks())
        elif number % 6 == 3:
            known = replace(known, status="paused")
        yield Citizen(reference, since, known, card)
