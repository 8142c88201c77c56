"""What a row of the grid says: a pledge, or what is wrong in which cell. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from services.pledges.pledges.domain import Limits, Person
from services.pledges.pledges.forms import read_as, uuid_or_none, without_empty
from services.pledges.pledges.new_pledge import new_pledge
from services.pledges.pledges.refusals import TooManyPositions
from services.pledges.pledges.schemas import PledgeIn
from services.pledges.pledges.typed_words import job_type_words, task_words
from services.pledges.register.domain import TypedCompany, company_flags
from shared.fields.cpr import contains_cpr_shape
from shared.fields.numbers import point_decimal
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from services.pledges.batch_grid.schemas import SlipForm
    from services.pledges.catalogue.domain import Catalogue
    from services.pledges.pledges.domain import PledgeTerms
    from services.pledges.pledges.typed_words import TypedWords

_CELLS: Final = {
    "/company/cvr": "cvr",
    "/company": "company",
    "/positions": "positions",
    "/weekly_hours/to": "hours_to",
    "/weekly_hours": "hours_from",
    "/contact/phone": "phone",
    "/contact/email": "email",
    "/contact": "contact",
    "/tasks": "tasks",
    "/job_type": "job_type",
}
"""The cell behind a field of the API's body, by the beginning of its pointer."""
_FLAGGED_CELLS: Final = {"cvr_invalid": "cvr", "contact_unreachable": "phone"}
"""The flags that a cell earns by itself."""
_MAY_LOOK_LIKE_CPR: Final = frozenset({"phone"})
"""Telephone numbers have a rule of their own, which accepts foreign ones."""
_NO_TASKFORCE: Final = uuid4()


@dataclass(slots=True)
class Slip:
    """A row of the grid with what was read from it.

    Attributes:
        id: of the pledge.
        body: as the API would get it, without id and time. Equal when the same row is sent again.
        terms: None if the row has errors.
        errors, flags: by cell. A flag does not stop the pledge.
        completed: what a cell says when its words are written out, by cell.
    """

    id: UUID
    body: dict[str, Any]
    terms: PledgeTerms | None = None
    errors: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    completed: dict[str, str] = field(default_factory=dict)


def read_slip(
    row: SlipForm, *, event_id: UUID | None, captured_at: datetime, limits: Limits, catalogue: Catalogue
) -> Slip:
    """Return a row with the pledge that it says, or with its errors, in the current language.

    Args:
        event_id: the event that the slips are from.
        captured_at: see `SlipEvent.captured_at`.
        limits: what this installation allows of a pledge.
        catalogue: the tasks of the taskforce.
    """
    slip = Slip(uuid_or_none(row.id) or uuid4(), {})
    cells = row.cells()
    for name, typed in cells.items():
        if name not in _MAY_LOOK_LIKE_CPR and contains_cpr_shape(typed):
            slip.errors[name] = _("Looks like a CPR number (a date and four digits); please leave it out")
    tasks = _codes("tasks", cells.get("tasks", "").split(","), task_words(catalogue.own), catalogue.labels(), slip)
    job_types = _codes(
        "job_type",
        [cells.get("job_type", "")],
        job_type_words(),
        {code: _(label) for code, label in JOB_TYPES.items()},
        slip,
    )
    hours_from = point_decimal(cells.get("hours_from", ""))
    slip.body = without_empty(
        {
            "event_id": str(event_id) if event_id else None,
            "company": {"name": cells.get("company"), "cvr": cells.get("cvr")},
            "contact": {"name": cells.get("contact"), "phone": cells.get("phone"), "email": cells.get("email")},
            "job_type": job_types[0] if job_types else "smaajob",
            "positions": cells.get("positions"),
            "weekly_hours": {"from": hours_from, "to": point_decimal(cells.get("hours_to", "")) or hours_from},
            "tasks": tasks,
        }
    )
    if company_flags(TypedCompany("", cells.get("cvr")), None):
        slip.flags["cvr"] = "cvr_invalid"
    captured = {"id": str(slip.id), "captured_at": captured_at, "captured_by": "paper"}
    # Missing parts are given, so that each missing field has its own error.
    pledge_in = read_as(PledgeIn, {"company": {}, "contact": {}, "weekly_hours": {}} | slip.body | captured)
    if isinstance(pledge_in, list):
        for error in pledge_in:
            _refuse(slip, error.pointer, error.message, hours_once="hours_to" not in cells)
        return slip
    _apply_rules(slip, pledge_in.terms(), limits)
    return slip


def _refuse(slip: Slip, pointer: str, message: str, *, hours_once: bool) -> None:
    cell = next((cell for prefix, cell in _CELLS.items() if pointer.startswith(prefix)), "company")
    if not (hours_once and cell == "hours_to"):
        slip.errors.setdefault(cell, message)


def _apply_rules(slip: Slip, terms: PledgeTerms, limits: Limits) -> None:
    """Judge the terms by the rules that need neither the event nor the register."""
    try:
        pledge = new_pledge(
            _NO_TASKFORCE,
            replace(terms, event_id=None),
            by=Person(None),
            event=None,
            register=(),
            received_at=max(terms.captured_at, datetime.now(UTC)),
            limits=limits,
        )
    except Refusal as refusal:
        limit = limits.positions if isinstance(refusal, TooManyPositions) else limits.weekly_hours
        cell = "positions" if isinstance(refusal, TooManyPositions) else "hours_to"
        if cell == "hours_to" and terms.hours_from == terms.hours_to:
            cell = "hours_from"
        slip.errors.setdefault(cell, _("Must be at most %(limit)s.", limit=limit))
        return
    slip.flags |= {_FLAGGED_CELLS[flag]: flag for flag in pledge.flags if flag in _FLAGGED_CELLS}
    if not slip.errors:
        slip.terms = terms


def _codes(cell: str, typed: Iterable[str], words: TypedWords, labels: Mapping[Any, str], slip: Slip) -> list[str]:
    """Return the codes of the words in a cell, and complete it, or refuse it."""
    codes: list[str] = []
    for word in filter(None, map(str.strip, typed)):
        meant = words.beginning_with(word)
        if len(meant) == 1:
            codes += meant
        elif meant:
            several = ", ".join(sorted(labels[code] for code in meant if code in labels))
            slip.errors.setdefault(cell, _("“%(word)s” may mean: %(several)s. Write more.", word=word, several=several))
        else:
            slip.errors.setdefault(cell, _("“%(word)s” is not in the list.", word=word))
    if codes and cell not in slip.errors:
        slip.completed[cell] = ", ".join(dict.fromkeys(labels.get(code, code) for code in codes))
    return codes


@dataclass(frozen=True, slots=True)
class SlipEvent:
    """An event that slips may come from."""

    id: UUID
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None

    def captured_at(self, now: datetime) -> datetime:
        """Return the moment from which its slips count: now while it is on, else its end. Nobody writes it down."""
        return min(now, self.closed_at or self.ends_at)


def in_order(moment: datetime, count: int) -> list[datetime]:
    """Return a moment for each of several slips, the last at `moment`.

    They are a millisecond apart, so that a list by time has the order of the pile.
    """
    return [moment - timedelta(milliseconds=count - number) for number in range(1, count + 1)]
