"""Compares what was typed on the phones with what the installation has stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deploy.rehearsal.plan import TypedPledge


@dataclass
class Outcome:
    """What became of the pledges of an evening.

    Attributes:
        typed, stored: how many.
        lost: contact names of pledges that were typed and not stored.
        doubled: contact names of pledges that were stored more than once.
        unknown: contact names that are stored and that nobody typed.
        wrong_fields: each with the contact's name, the field, what was typed and what is stored.
    """

    typed: int = 0
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    wrong_fields: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Whether everything that was typed is stored once, as it was typed, and nothing else is."""
        return not (self.lost or self.doubled or self.unknown or self.wrong_fields)


def compare(typed: Iterable[TypedPledge], stored: Sequence[dict[str, Any]]) -> Outcome:
    """Return the outcome.

    Args:
        typed: each with a contact name of its own.
        stored: pledges with their contacts, as the API returns them.
    """
    by_contact: dict[str, list[dict[str, Any]]] = {}
    for pledge in stored:
        by_contact.setdefault((pledge["contact"] or {}).get("name", ""), []).append(pledge)
    outcome = Outcome(stored=len(stored))
    for expected in typed:
        outcome.typed += 1
        found = by_contact.pop(expected.contact_name, [])
        if not found:
            outcome.lost.append(expected.contact_name)
        elif len(found) > 1:
            outcome.doubled.append(expected.contact_name)
        for pledge in found[:1]:
            outcome.wrong_fields += _wrong_fields(expected, pledge)
    outcome.unknown = sorted(by_contact)
    return outcome


def _wrong_fields(typed: TypedPledge, stored: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    start, to = typed.own_hours or (typed.hours, typed.hours)
    phone = stored["contact"]["phone"]
    pairs = {
        "company": (typed.company.name, stored["company"]["name"]),
        "positions": (typed.positions, stored["positions"]),
        "hours": (
            (Decimal(start.replace(",", ".")), Decimal(to.replace(",", "."))),
            (Decimal(str(stored["weekly_hours"]["from"])), Decimal(str(stored["weekly_hours"]["to"]))),
        ),
        "phone": (typed.contact_phone, phone and phone.removeprefix("+45").replace(" ", "")),
        "email": (typed.contact_email, stored["contact"]["email"]),
        "tasks": (sorted(typed.tasks), sorted(stored["tasks"])),
        "job_type": (typed.job_type, stored["job_type"]),
    }
    return [(typed.contact_name, name, left, right) for name, (left, right) in pairs.items() if left != right]
