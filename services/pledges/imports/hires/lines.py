"""Turning a line of a list into the confirmation of a hire, or into the errors of its cells. No I/O."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.pledges.hires.schemas import HireIn
from services.pledges.imports.columns import job_type_code
from services.pledges.imports.contents import (
    fingerprint_of,
    id_by_content,
    id_by_reference,
    phone_key,
    plain,
    references_like,
)
from services.pledges.imports.hires.columns import HIRES, LATER_STEPS, column_of, end_reason_words, step_column
from services.pledges.imports.judging import Judged
from services.pledges.pledges.forms import read_as, without_empty
from shared.fields.cvr import cvr_digits
from shared.fields.email import email_key
from shared.fields.numbers import point_decimal
from shared.fields.text import text_key
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import SecretStr

    from services.pledges.hires.confirmation import HireConfirmation
    from services.pledges.imports.report import Row
    from services.pledges.imports.spreadsheet import Line
    from shared.refusals import Refusal

_NO_ID: Final = UUID(int=0)


@dataclass(slots=True)
class JudgedHire(Judged):
    """A line with its verdict so far.

    Attributes:
        confirmation: what it says; None if it has errors.
        fingerprint: of its content.
        likely_ids: the ids of references that a spreadsheet may have changed into this one, by id.
        steps: the numbers of its steps after the first one.
        flags: of its hire.
    """

    confirmation: HireConfirmation | None = None
    fingerprint: bytes = b""
    likely_ids: Mapping[UUID, str] = field(default_factory=dict)
    steps: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether it becomes a hire."""
        return self.confirmation is not None and not self.known and not self.errors

    def refuse_by_rule(self, refusal: Refusal) -> None:
        """Add the error of a rule of hires."""
        values = {
            name: date_text(value) if isinstance(value, date) else value for name, value in refusal.values.items()
        }
        # What is not said of a field is said of the pledge.
        column = column_of(refusal.field, self.steps) or "tilsagn"
        self.refuse(column, f"{_(refusal.title)}. {_(refusal.detail, **values)}")

    def row(self) -> Row:
        """Return the verdict."""
        hire_id = self.confirmation.id if self.confirmation else None
        return self.verdict(HIRES, hire_id=hire_id, flags=self.flags)


def judge_hires(taskforce_id: UUID, lines: Iterable[Line], request_key: SecretStr) -> Iterator[JudgedHire]:
    """Return every line with what it says and the errors of its cells, in the current language.

    The rules that need other hires and pledges are still to be applied. Takes about 0.3 ms a line.
    """
    references: set[str] = set()
    numbers: Counter[bytes] = Counter()
    for line in lines:
        judged = JudgedHire(line.number)
        if not judged.refuse_line(line):
            cells = judged.read_cells(line, HIRES)
            judged.read_reference(cells, references)
            confirmation = _confirmation(cells, judged)
            if confirmation is not None:
                judged.fingerprint = fingerprint_of(_content(confirmation), request_key)
                judged.confirmation = replace(confirmation, id=_id(taskforce_id, judged, numbers, request_key))
        yield judged


def _id(taskforce_id: UUID, judged: JudgedHire, numbers: Counter[bytes], key: SecretStr) -> UUID:
    if judged.reference:
        judged.likely_ids = {
            id_by_reference(taskforce_id, other, key, of="hire"): other for other in references_like(judged.reference)
        }
        return id_by_reference(taskforce_id, judged.reference, key, of="hire")
    numbers[judged.fingerprint] += 1
    return id_by_content(taskforce_id, judged.fingerprint, numbers[judged.fingerprint], key, of="hire")


def _confirmation(cells: Mapping[str, str], judged: JudgedHire) -> HireConfirmation | None:
    """Return what a line says, still without an id; None if it has errors."""
    body = _body(cells, judged)
    faulty = {error.column for error in judged.errors}
    hire_in = read_as(HireIn, without_empty(body) | {"id": str(_NO_ID)})
    if not isinstance(hire_in, list):
        return None if judged.errors else hire_in.confirmation()
    for error in hire_in:
        column = column_of(error.pointer, judged.steps)
        if column not in faulty:
            judged.refuse(column, error.message)
            faulty.add(column)
    return None


def _body(cells: Mapping[str, str], judged: JudgedHire) -> dict[str, Any]:
    """Return the API's body without the id; `HireIn` validates it."""
    start = judged.day("startdato", cells)
    first = _hours("", cells) | {"from": start, "job_type": _job_type("jobtype", cells)}
    return {
        "pledge_id": cells.get("tilsagn"),
        "company": {
            "name": cells.get("virksomhed"),
            "cvr": cells.get("cvr"),
            "p_number": cells.get("p-nummer"),
            "municipality": cells["kommune"].zfill(4) if "kommune" in cells else None,
        },
        "start_date": start,
        "steps": [without_empty(first), *_later_steps(cells, judged)],
        "job_type": first["job_type"],
        "contact_person": {
            "name": cells.get("kontaktperson"),
            "phone": cells.get("telefon"),
            "email": cells.get("e-mail"),
        },
        **_end(start, cells, judged),
    }


def _later_steps(cells: Mapping[str, str], judged: JudgedHire) -> list[dict[str, Any]]:
    steps = []
    for number in LATER_STEPS:
        column = step_column(number, "fra")
        hours = _hours(step_column(number, ""), cells)
        job_type = _job_type(step_column(number, "jobtype"), cells)
        if column not in cells:
            if job_type or any(hours.values()):
                judged.refuse(column, _("Write the first day of this step, or leave its other cells empty."))
            continue
        judged.steps += (number,)
        steps.append(without_empty({"from": judged.day(column, cells), **hours, "job_type": job_type}))
    return steps


def _hours(prefix: str, cells: Mapping[str, str]) -> dict[str, Any]:
    return {
        "paid_weekly_hours": point_decimal(cells.get(f"{prefix}betalte timer", "")),
        "praktik_weekly_hours": point_decimal(cells.get(f"{prefix}praktiktimer", "")),
    }


def _job_type(column: str, cells: Mapping[str, str]) -> str | None:
    return job_type_code(cells[column]) if column in cells else None


def _end(start: str, cells: Mapping[str, str], judged: JudgedHire) -> dict[str, Any]:
    """Return the first day without the job, and the reason. A list has the last day in the job."""
    last = judged.day("slutdato", cells)
    typed = cells.get("slutårsag", "")
    reason = end_reason_words().exact(typed) if typed else None
    if typed and reason is None:
        judged.refuse("slutårsag", _("Is no reason that is known here."))
    if not last:
        if typed and "slutdato" not in cells:
            judged.refuse("slutdato", _("Write the last day in the job, or leave the reason empty."))
        return {}
    if start and last < start:
        judged.refuse("slutdato", _("Lies before the first day."))
        return {}
    return {"ended_on": (date.fromisoformat(last) + timedelta(days=1)).isoformat(), "end_reason": reason}


def _content(confirmation: HireConfirmation) -> dict[str, str | None]:
    """Return what a line says, in one spelling."""
    company, contact = confirmation.company, confirmation.contact_person
    return {
        "virksomhed": text_key(company.name) if company else "",
        "cvr": (cvr_digits(company.cvr) or text_key(company.cvr or "")) if company else "",
        "p-nummer": (company.p_number or "") if company else "",
        "kommune": (company.municipality or "") if company else "",
        "tilsagn": str(confirmation.pledge_id or ""),
        "trin": ";".join(
            f"{step.starts_on} {plain(step.paid_weekly_hours)} {plain(step.praktik_weekly_hours)} {step.job_type or ''}"
            for step in confirmation.steps
        ),
        "slutdato": str(confirmation.ended_on or ""),
        "slutårsag": confirmation.end_reason or "",
        "kontaktperson": text_key(contact.name),
        "telefon": phone_key(contact.phone or ""),
        "e-mail": email_key(contact.email or ""),
    }
