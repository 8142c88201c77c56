"""Turning a line of a list into what it says about a participant, or into the errors of its cells. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from services.pledges.imports.columns import job_type_code
from services.pledges.imports.judging import Judged
from services.pledges.imports.participants.columns import (
    PARTICIPANTS,
    column_of,
    programme_words,
    transport_words,
    weekdays_of,
)
from services.pledges.participants.domain import Participant, ParticipantTerms, TargetGroup
from services.pledges.participants.schemas import ParticipantIn
from services.pledges.pledges.forms import read_as, without_empty
from shared.fields.case_reference import case_reference_key
from shared.fields.numbers import point_decimal
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from services.pledges.imports.report import Row
    from services.pledges.imports.spreadsheet import Line
    from services.pledges.participants.domain import ParticipantChange
    from services.pledges.participants.target_groups import TargetGroupCodes
    from services.pledges.pledges.typed_words import TypedWords

_LISTS: Final = {"kan": "can", "vil gerne": "want", "kan ikke": "cannot"}
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports participants, and what their cells are compared with.

    Attributes:
        municipality: the importer's: every participant is of it.
        tasks: the words of the taskforce's task catalogue.
        codes: the taskforce's target groups.
        today: in Europe/Copenhagen.
    """

    taskforce_id: UUID
    municipality: str
    by: UUID | None
    at: datetime
    today: date
    tasks: TypedWords
    codes: TargetGroupCodes


@dataclass(slots=True)
class JudgedParticipant(Judged):
    """A line with its verdict so far.

    Attributes:
        case_reference: its cell, unless it looks like a CPR number.
        key: the form in which case references are compared; empty if the line has errors.
        said: what it says; None if it has errors.
        target_group, target_group_from: what it says of that.
        participant: the participant as the line leaves them; None until `apply`, and if it is refused.
        changes: what it changes of one who was there before; None for a new one.
    """

    case_reference: str = ""
    key: str = ""
    said: ParticipantIn | None = None
    target_group: str = ""
    target_group_from: date | None = None
    participant: Participant | None = None
    changes: list[ParticipantChange] | None = None

    def apply(self, known: Participant | None, importer: Importer) -> None:
        """Register the participant, or change the one who is known. What a rule refuses is an error of the line."""
        if self.said is None or self.errors:
            return
        try:
            if known is None:
                self.participant = Participant.register(
                    importer.taskforce_id,
                    importer.municipality,
                    self.said.case_reference,
                    self._terms(None, importer),
                    by=importer.by,
                    at=importer.at,
                    codes=importer.codes,
                )
            else:
                self.changes = known.change(self._terms(known, importer), today=importer.today, codes=importer.codes)
                self.participant = known
        except Refusal as refusal:
            values = refusal.values
            self.refuse(column_of(refusal.field) or "sagsnummer", f"{_(refusal.title)}. {_(refusal.detail, **values)}")
            self.participant = None

    def _terms(self, known: Participant | None, importer: Importer) -> ParticipantTerms:
        assert self.said is not None
        terms = self.said.merged(known.terms if known else ParticipantTerms())
        if not self.target_group:
            return terms
        day = self.target_group_from or importer.today
        if known is None:
            return replace(terms, target_groups=(TargetGroup(self.target_group, day),))
        held = known.target_group_on(day)
        if held is not None and held.code == self.target_group:
            return terms
        return replace(terms, target_groups=known.with_target_group(self.target_group, day))

    def row(self) -> Row:
        """Return the verdict. The case reference is shown unless it looks like a CPR number."""
        shown = replace(self.verdict(PARTICIPANTS), case_reference=self.case_reference[:_SHOWN])
        if self.participant is None:
            return shown
        known = self.changes is not None
        return replace(
            shown,
            participant_id=self.participant.id,
            verdict=shown.verdict if not known else "changed" if self.changes else "known",
        )


def judge_participants(lines: Iterable[Line], importer: Importer) -> Iterator[JudgedParticipant]:
    """Return every line with what it says and the errors of its cells, in the current language."""
    keys: set[str] = set()
    for line in lines:
        judged = JudgedParticipant(line.number)
        if not judged.refuse_line(line):
            cells = judged.read_cells(line, PARTICIPANTS)
            judged.case_reference = cells.get("sagsnummer", "")
            judged.said = _said(cells, judged, importer)
            key = case_reference_key(judged.case_reference)
            if key and key in keys:
                judged.refuse("sagsnummer", _("Another line has this case reference."))
            keys.add(key)
            if not judged.errors:
                judged.key = key
        yield judged


def _said(cells: Mapping[str, str], judged: JudgedParticipant, importer: Importer) -> ParticipantIn | None:
    if cells.get("kommune", importer.municipality).zfill(4) != importer.municipality:
        judged.refuse("kommune", _("Is another municipality than yours. You import its own citizens only."))
    _read_target_group(cells, judged)
    body = _body(cells, judged, importer)
    if "sagsnummer" not in cells:
        if not any(error.column == "sagsnummer" for error in judged.errors):
            judged.refuse("sagsnummer", _("Write the case reference of the municipality."))
        body["case_reference"] = "-0"
    faulty = {error.column for error in judged.errors}
    said = read_as(ParticipantIn, without_empty(body))
    if not isinstance(said, list):
        return said
    for error in said:
        column = _typed_column(column_of(error.pointer), cells)
        if column not in faulty:
            judged.refuse(column, error.message)
            faulty.add(column)
    return None


def _typed_column(column: str, cells: Mapping[str, str]) -> str:
    """Return the column to correct: of the two with hours the one that was filled."""
    other = {"timer fra": "timer til", "timer til": "timer fra"}.get(column, column)
    return column if column in cells else other


def _read_target_group(cells: Mapping[str, str], judged: JudgedParticipant) -> None:
    # A spreadsheet writes 6,2 for 6.2.
    judged.target_group = cells.get("målgruppe", "").replace(",", ".")
    day = judged.day("målgruppe fra", cells)
    judged.target_group_from = date.fromisoformat(day) if day else None
    if day and not judged.target_group:
        judged.refuse("målgruppe", _("Write the code, or leave the day empty."))


def _body(cells: Mapping[str, str], judged: JudgedParticipant, importer: Importer) -> dict[str, Any]:
    """Return the API's body; `ParticipantIn` validates it."""
    fewest = cells.get("timer fra") or cells.get("timer til", "")
    return {
        "case_reference": cells.get("sagsnummer"),
        "programme": _code("indsats", programme_words(), cells, judged),
        "availability": {
            "available_from": judged.day("ledig fra", cells),
            "weekly_hours": {"from": point_decimal(fewest), "to": point_decimal(cells.get("timer til", fewest))},
            "weekdays": _weekdays(cells, judged),
            "max_distance_km": cells.get("afstand", "").removesuffix("km").strip(),
            "transport": _code("transport", transport_words(), cells, judged),
            "job_types": [job_type_code(one) for one in _several(cells.get("jobtyper", ""))],
        },
        "tasks": {name: _tasks(column, cells, judged, importer) for column, name in _LISTS.items()},
    }


def _code(column: str, words: TypedWords, cells: Mapping[str, str], judged: JudgedParticipant) -> str | None:
    typed = cells.get(column, "")
    code = words.exact(typed) if typed else None
    if typed and code is None:
        judged.refuse(column, _("Is no word that is known here. The page of the import has the words."))
    return code


def _weekdays(cells: Mapping[str, str], judged: JudgedParticipant) -> list[int] | None:
    typed = cells.get("dage", "")
    days = weekdays_of(typed) if typed else []
    if days is None:
        judged.refuse("dage", _("Must be weekdays like man, ons, fre or man-fre."))
    return days


def _tasks(column: str, cells: Mapping[str, str], judged: JudgedParticipant, importer: Importer) -> list[str]:
    typed = _several(cells.get(column, ""))
    codes = [importer.tasks.exact(task) for task in typed]
    if None in codes:
        judged.refuse(column, _("Is not in the task catalogue."))
    return [code for code in codes if code is not None]


def _several(cell: str) -> list[str]:
    return [one.strip() for one in cell.replace("|", ",").replace(";", ",").split(",") if one.strip()]
