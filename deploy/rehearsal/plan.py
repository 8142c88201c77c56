"""Plans an evening from a seed: which phone types which pledges, for which companies."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.pledges.catalogue.built_in import TASKS
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPANIES: Final = 80
PHONES: Final = 30
PLEDGES: Final = 104
"""The evenings as they were: 80 companies in Struer, 104 pledges in Holstebro."""

_FIRST_NAMES: Final = ("Anne", "Børge", "Cecilie", "Dorte", "Erik", "Frode", "Gurli", "Hanne", "Åse", "Øjvind", "Zoë")
_LAST_NAMES: Final = ("Holm", "Sørensen", "Bæk", "Kjær", "Nygaard", "Østergaard", "Vad", "d'Arc", "Ångström")
_HOURS: Final = ("5", "10", "15", "20")


@dataclass(frozen=True, slots=True)
class GuestCompany:
    """A company at the event."""

    name: str
    cvr: str | None


@dataclass(frozen=True, slots=True)
class TypedPledge:
    """What a person types for one pledge.

    Attributes:
        contact_name: unique in the plan, so that the pledge is recognised among those that were stored.
        contact_phone, contact_email: one of them is None.
        hours: the weekly hours of a button, or "own".
        own_hours: from and to, if `hours` is "own", as a Dane types them (`7,5`).
        tasks: codes of the task catalogue.
    """

    company: GuestCompany
    contact_name: str
    contact_phone: str | None
    contact_email: str | None
    positions: int
    hours: str
    own_hours: tuple[str, str] | None
    tasks: tuple[str, ...]
    job_type: str


@dataclass(frozen=True, slots=True)
class Plan:
    """An evening.

    Attributes:
        pledges: of each phone, in the order in which they are typed.
    """

    seed: int
    pledges: tuple[tuple[TypedPledge, ...], ...]

    @property
    def count(self) -> int:
        """The number of pledges."""
        return sum(map(len, self.pledges))


def plan_evening(seed: int, companies: Sequence[GuestCompany], *, phones: int = PHONES, pledges: int = PLEDGES) -> Plan:
    """Return the plan of an evening. The same arguments always give the same plan.

    Args:
        companies: those that are at the event.
        phones: the number of phones; each types at least one pledge.
        pledges: the number of pledges, at least `phones`.

    Raises:
        ValueError: fewer pledges than phones, or no companies.
    """
    if pledges < phones or not companies:
        raise ValueError("an evening needs companies, and a pledge for each phone")
    rng = random.Random(seed)  # noqa: S311  (a plan, not a secret)
    # Every phone types one; the others are typed where there is somebody to type them.
    of_phone = [*range(phones), *(rng.randrange(phones) for _ in range(pledges - phones))]
    typed: list[list[TypedPledge]] = [[] for _ in range(phones)]
    for number, phone in enumerate(of_phone, start=1):
        typed[phone].append(_pledge(rng, number, rng.choice(companies)))
    return Plan(seed, tuple(map(tuple, typed)))


def _pledge(rng: random.Random, number: int, company: GuestCompany) -> TypedPledge:
    by_phone = rng.random() < 0.6
    own = rng.random() < 0.2
    contact_name = f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)} {_letters(number)}"
    return TypedPledge(
        company=company,
        contact_name=contact_name,
        contact_phone=f"20{rng.randrange(10**6):06}" if by_phone else None,
        contact_email=None if by_phone else f"kontakt{number}@virksomhed.example",
        positions=rng.choice((1, 1, 1, 1, 2, 2, 3, 5)),
        hours="own" if own else rng.choice(_HOURS),
        own_hours=rng.choice((("7,5", "12"), ("4", "6"), ("12", "18,5"))) if own else None,
        tasks=tuple(rng.sample(sorted(TASKS), rng.randrange(4))),
        job_type=rng.choice(("smaajob", "smaajob", "smaajob", *JOB_TYPES)),
    )


def _letters(number: int) -> str:
    """Return the number in letters: 1 is A, 27 is AA. Digits would be odd in a person's name."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
