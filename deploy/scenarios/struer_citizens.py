"""The participants of the Struer scenario, and the contacts with its companies. Always the same, like the scenario.

Since the system is there, hires name their citizen. What was reported before counts as one citizen each.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid5

from deploy.scenarios import citizens
from deploy.scenarios.model import Citizen, Outreach, SeededRandom, weekday

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deploy.scenarios.model import Hire, Person, Pledge
    from shared.contracts.pledges import OutreachKind

_NAMED_SINCE: Final = date(2025, 6, 1)
_REGISTERED_FIRST: Final = date(2025, 5, 12)
_REGISTERED_LAST: Final = date(2026, 4, 13)
_WAITING: Final = 14
_VISITED_SINCE: Final = date(2026, 1, 1)
_KINDS: Final[tuple[tuple[OutreachKind, str], ...]] = (
    ("visit", "Vi så på, hvor der kunne være et småjob."),
    ("call", "De ville gerne høre mere om småjob."),
    ("card", "Kortet ligger nu hos lederen."),
)


def name_citizens(hires: Sequence[Hire], people: Sequence[Person]) -> tuple[tuple[Hire, ...], tuple[Citizen, ...]]:
    """Return the hires with the citizen of each of the latest, and the citizens.

    Somebody whose småjob has ended may have got a job of another type: then both are one citizen's. Each småjob is
    another citizen's, as the published figure says.
    """
    rng = SeededRandom("struer citizens")
    [case_worker] = [person.id for person in people if person.role == "caseworker"]
    named: list[Hire] = []
    known: list[Citizen] = []
    free: list[Hire] = []
    for hire in hires:
        if hire.start_date < _NAMED_SINCE:
            named.append(hire)
            continue
        earlier = next((one for one in free if one.ended_on and one.ended_on <= hire.start_date), None)
        if hire.job_type != "smaajob" and earlier is not None:
            free.remove(earlier)
            named.append(replace(hire, citizen=earlier.citizen))
            continue
        registered_on = weekday(max(_REGISTERED_FIRST, hire.start_date - timedelta(days=90 + rng.below(60))))
        reference = _reference(registered_on, len(known))
        known.append(
            Citizen(reference, registered_on, citizens.terms(rng, hire.company.tasks, case_worker, registered_on))
        )
        named.append(replace(hire, citizen=reference))
        if hire.job_type == "smaajob":
            free.append(named[-1])
    references = [_reference(_REGISTERED_LAST, len(known) + number) for number in range(_WAITING)]
    waiting = citizens.waiting(rng, references, citizens.CARDS[::2], [case_worker], _REGISTERED_LAST)
    return tuple(named), (*known, *waiting)


def outreach(pledges: Sequence[Pledge]) -> Iterator[Outreach]:
    """Yield a contact before each of the latest pledges that was not made at an event."""
    earlier = {pledge.company.id for pledge in pledges if pledge.captured_at.date() < _VISITED_SINCE}
    for pledge in pledges:
        made_on = weekday(pledge.captured_at.date() - timedelta(days=5))
        if pledge.event_id is not None or made_on < _VISITED_SINCE:
            continue
        kind, note = SeededRandom(f"outreach {pledge.id}").choose(_KINDS)
        yield Outreach(
            id=uuid5(pledge.id, "outreach"),
            company=pledge.company,
            kind=kind,
            made_on=made_on,
            note=note,
            new_company=pledge.company.id not in earlier,
        )
        earlier.add(pledge.company.id)


def _reference(registered_on: date, number: int) -> str:
    return f"STR-{registered_on.year}-{number + 1:03}"
