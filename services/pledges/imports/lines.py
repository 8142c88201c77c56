"""Turning a line of a table into a pledge, or into the errors of its cells. No I/O."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.pledges.catalogue.domain import OWN_CODE
from services.pledges.imports.columns import PLEDGES, column_of, job_type_code, task_code
from services.pledges.imports.contents import (
    content_of,
    fingerprint_of,
    former_id_by_content,
    former_id_by_reference,
    id_by_content,
    id_by_reference,
    references_like,
)
from services.pledges.imports.judging import Judged
from services.pledges.pledges.domain import Limits, Person, Pledge
from services.pledges.pledges.forms import read_as, without_empty
from services.pledges.pledges.new_pledge import new_pledge
from services.pledges.pledges.refusals import TooManyPositions
from services.pledges.pledges.schemas import PledgeIn
from services.pledges.pledges.typed_words import task_words
from services.pledges.register.domain import name_key
from shared.db.idempotency import request_fingerprint
from shared.fields.copenhagen import COPENHAGEN, local_moment
from shared.fields.cvr import read_cvr
from shared.fields.numbers import point_decimal
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from pydantic import SecretStr

    from services.pledges.catalogue.domain import Task
    from services.pledges.imports.contents import Content
    from services.pledges.imports.report import Row
    from services.pledges.imports.spreadsheet import Line
    from services.pledges.pledges.domain import PledgeTerms
    from services.pledges.register.domain import EventFacts, RegisteredCompany, TypedCompany

_NO_ID = UUID(int=0)
_NO_IDS: Mapping[str, tuple[UUID, ...]] = MappingProxyType({})


class RegisterIndex:
    """The register's events and companies, indexed for a look-up of every line.

    Args:
        events: with their titles.
        own_tasks: the tasks that the taskforce has added.
    """

    def __init__(
        self,
        events: Iterable[tuple[EventFacts, str]],
        companies: Iterable[RegisteredCompany],
        own_tasks: Iterable[Task] = (),
    ) -> None:
        self.tasks = task_words(own_tasks)
        self.events = {facts.id: facts for facts, _title in events}
        self._titles: dict[str, list[EventFacts]] = {}
        for facts, title in events:
            self._titles.setdefault(name_key(title), []).append(facts)
        self._by_cvr: dict[str, list[RegisteredCompany]] = {}
        self._by_name: dict[str, list[RegisteredCompany]] = {}
        for company in companies:
            if company.cvr:
                self._by_cvr.setdefault(company.cvr, []).append(company)
            if company.name_key:
                self._by_name.setdefault(company.name_key, []).append(company)

    def event_named(self, typed: str, day: str) -> UUID | None:
        """Return the event with this id or title; of several with one title, the one on this day (ISO)."""
        try:
            return event_id if (event_id := UUID(typed)) in self.events else None
        except ValueError:
            pass
        found = self._titles.get(name_key(typed), [])
        if len(found) > 1:
            found = [event for event in found if event.starts_at.astimezone(COPENHAGEN).date().isoformat() == day]
        return found[0].id if len(found) == 1 else None

    def companies_like(self, company: TypedCompany) -> list[RegisteredCompany]:
        """Return the registered companies to match a typed company with."""
        found = self._by_cvr.get(read_cvr(company.cvr) or "", []) + self._by_name.get(name_key(company.name), [])
        return list(dict.fromkeys(found))


@dataclass(slots=True)
class JudgedLine(Judged):
    """A line with its verdict so far.

    Attributes:
        content: its parsed values; None if it has errors.
        fingerprints: of its content, and of its cells as they are typed: release 0.2 stored that one.
        ids: the ids under which it may have been imported. The first one is its present id.
        likely_ids: the ids of references that a spreadsheet may have changed into this one, by reference.
        pledge: the pledge of the line; None if it has errors, and once `forget_pledge` was called.
        pledge_id, positions, flags: of its pledge.
    """

    content: Content | None = None
    fingerprints: tuple[bytes, ...] = ()
    ids: tuple[UUID, ...] = ()
    likely_ids: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    pledge: Pledge | None = None
    pledge_id: UUID | None = None
    positions: int = 0
    flags: tuple[str, ...] = ()

    def all_ids(self) -> Iterator[UUID]:
        """Return the ids under which it, or a line with other zeros in its reference, may have been imported."""
        yield from self.ids
        for ids in self.likely_ids.values():
            yield from ids

    def keep_likely_ids(self, stored: Container[UUID]) -> None:
        """Forget the likely ids that no pledge has."""
        kept = {reference: ids for reference, ids in self.likely_ids.items() if any(id_ in stored for id_ in ids)}
        self.likely_ids = kept or _NO_IDS

    def forget_pledge(self) -> None:
        """Free the memory of its pledge."""
        self.pledge = None

    def row(self) -> Row:
        """Return the verdict."""
        return self.verdict(PLEDGES, pledge_id=self.pledge_id, positions=self.positions, flags=self.flags)


def judge(
    taskforce_id: UUID,
    lines: Iterable[Line],
    register: RegisterIndex,
    *,
    event_id: UUID | None = None,
    now: datetime,
    limits: Limits,
    request_key: SecretStr,
) -> Iterator[JudgedLine]:
    """Return every line with its verdict, its messages in the current language. Takes about 0.3 ms a line.

    Args:
        event_id: a known event, of the lines that name none.
    """
    left_out = _left_out(register.events[event_id]) if event_id else {}
    today = now.astimezone(COPENHAGEN).date()
    identities = _Identities(taskforce_id, request_key)
    references: set[str] = set()
    for line in lines:
        judged = JudgedLine(line.number)
        if judged.refuse_line(line):
            yield judged
            continue
        cells = left_out | judged.read_cells(line, PLEDGES)
        judged.read_reference(cells, references)
        body = _body(cells, register, judged, today=today)
        terms = _terms(body, judged, hours_once="timer til" not in cells)
        if terms is not None:
            identities.identify(judged, body, terms, cells["reference"] if judged.reference else None)
            terms = replace(terms, id=judged.ids[0], captured_at=_moment(terms, register))
            pledge = _pledge(judged, taskforce_id, terms, register, now=now, limits=limits)
            if pledge is not None:
                judged.pledge, judged.pledge_id = pledge, pledge.id
                judged.positions, judged.flags = pledge.terms.positions, pledge.flags
        yield judged


def _left_out(event: EventFacts) -> dict[str, str]:
    """Return the cells that a list of one event's pledges may leave out."""
    return {"arrangement": str(event.id), "dato": event.starts_at.astimezone(COPENHAGEN).date().isoformat()}


def _moment(terms: PledgeTerms, register: RegisterIndex) -> datetime:
    """Return the beginning of the event of a pledge that was made on its day; else the noon of the day."""
    event = register.events.get(terms.event_id) if terms.event_id else None
    on_its_day = event is not None and (
        event.starts_at.astimezone(COPENHAGEN).date() == terms.captured_at.astimezone(COPENHAGEN).date()
    )
    return event.starts_at if event is not None and on_its_day else terms.captured_at


class _Identities:
    """Computes the ids by which the lines of one file are recognised.

    Args:
        key: the installation's request key.
    """

    def __init__(self, taskforce_id: UUID, key: SecretStr) -> None:
        self._taskforce_id = taskforce_id
        self._key = key
        self._numbers: Counter[bytes] = Counter()

    def identify(self, judged: JudgedLine, body: Mapping[str, Any], terms: PledgeTerms, reference: str | None) -> None:
        """Add the parsed values of a line, and its ids.

        Args:
            reference: its cell.
        """
        content = content_of(terms, terms.captured_at.astimezone(COPENHAGEN).date())
        # Release 0.2 took the fingerprint of this.
        typed = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        fingerprint, former = fingerprint_of(content, self._key), request_fingerprint(typed, self._key)
        judged.content, judged.fingerprints = content, (fingerprint, former)
        if reference is not None:
            judged.ids = self._ids_by_reference(reference)
            judged.likely_ids = {other: self._ids_by_reference(other) for other in references_like(judged.reference)}
            return
        self._numbers.update((fingerprint, former))
        judged.ids = (
            id_by_content(self._taskforce_id, fingerprint, self._numbers[fingerprint], self._key),
            former_id_by_content(self._taskforce_id, former, self._numbers[former]),
        )

    def _ids_by_reference(self, reference: str) -> tuple[UUID, UUID]:
        return (
            id_by_reference(self._taskforce_id, reference, self._key),
            former_id_by_reference(self._taskforce_id, reference),
        )


def _body(cells: Mapping[str, str], register: RegisterIndex, judged: JudgedLine, *, today: date) -> dict[str, Any]:
    """Return the API's body without the id; `PledgeIn` validates it."""
    day = judged.day("dato", cells)
    event_id = register.event_named(cells["arrangement"], day) if "arrangement" in cells else None
    if "arrangement" in cells and event_id is None:
        judged.refuse("arrangement", _("There is no such event."))
    tasks = [task.strip() for task in cells.get("opgaver", "").replace("|", ",").split(",")]
    if any(OWN_CODE.fullmatch(task) and register.tasks.exact(task) is None for task in tasks):
        judged.refuse("opgaver", _("Is not in the task catalogue."))
    hours_from = cells.get("timer fra", "")
    body = {
        "company": {
            "name": cells.get("virksomhed"),
            "cvr": cells.get("cvr"),
            "p_number": cells.get("p-nummer"),
            "municipality": cells["kommune"].zfill(4) if "kommune" in cells else None,
        },
        "contact": {
            "name": cells.get("kontaktperson"),
            "phone": cells.get("telefon"),
            "email": cells.get("e-mail"),
        },
        "job_type": job_type_code(cells.get("type", "smaajob")),
        "positions": cells.get("pladser"),
        "weekly_hours": {
            "from": point_decimal(hours_from),
            "to": point_decimal(cells.get("timer til", hours_from)),
        },
        "tasks": [task_code(task, register.tasks) for task in tasks if task],
        "earliest_start": judged.day("tidligst start", cells),
        "captured_at": _noon(day, judged, today) if day else None,
        "captured_by": "import",
        "event_id": str(event_id) if event_id else None,
    }
    return without_empty(body)


def _noon(day: str, judged: JudgedLine, today: date) -> str | None:
    on = date.fromisoformat(day)
    if on > today:
        judged.refuse("dato", _("Lies in the future."))
        return None
    return local_moment(on, time(12)).astimezone(COPENHAGEN).isoformat()


def _terms(body: Mapping[str, Any], judged: JudgedLine, *, hours_once: bool) -> PledgeTerms | None:
    """Return the pledge's terms, still without an id; None if the line has errors.

    Args:
        hours_once: whether `timer til` repeats `timer fra`.
    """
    faulty = {error.column for error in judged.errors}
    pledge_in = read_as(PledgeIn, {**body, "id": str(_NO_ID)})
    if not isinstance(pledge_in, list):
        return None if judged.errors else pledge_in.terms()
    for error in pledge_in:
        column = column_of(error.pointer)
        if column not in faulty and not (hours_once and column == "timer til"):
            judged.refuse(column, error.message)
    return None


def _pledge(
    judged: JudgedLine,
    taskforce_id: UUID,
    terms: PledgeTerms,
    register: RegisterIndex,
    *,
    now: datetime,
    limits: Limits,
) -> Pledge | None:
    try:
        pledge = new_pledge(
            taskforce_id,
            terms,
            by=Person(None),
            event=register.events.get(terms.event_id) if terms.event_id else None,
            register=register.companies_like(terms.company),
            received_at=now,
            limits=limits,
        )
    except Refusal as refusal:
        limit = limits.positions if isinstance(refusal, TooManyPositions) else limits.weekly_hours
        judged.refuse(column_of(refusal.field), _("Must be at most %(limit)s.", limit=limit))
        return None
    # All pledges of the past are late.
    return replace(pledge, flags=tuple(flag for flag in pledge.flags if flag not in {"late", "after_close"}))
