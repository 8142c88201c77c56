"""SQL for reading the queue: one branch for each source of due work, each in the order of an index and with a limit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from services.pledges.pledges.queries import Where, of_company, select_pledges
from services.pledges.queue.cursors import DueFirst
from services.pledges.queue.due import Ageing, Due, HireFacts, day_before
from services.pledges.queue.kinds.registry import KINDS
from shared.fields.search import cvr_beginning, search_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import asyncpg

    from services.pledges.pledges.schemas import PledgeOut
    from services.pledges.queue.due import DueKind, Source
    from shared.db.database import Connection

View = Literal["mine", "unassigned", "all"]
DueBy = Literal["today", "week", "all"]
MOST_COUNTED: Final = 100
"""Larger numbers are told as "100+"."""
_LAST_ID: Final = UUID(int=2**128 - 1)
_NAMED: Final = re.compile(r"(?<!:):([a-z]+)\b")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """The work to return: what matches every field.

    Attributes:
        due: today: due today or before; week: within the next 7 days; all: whenever it is due.
        kind: the code of a kind; None: every one.
        text: words of the company's name as it was typed, or the beginning of its CVR number.
        flagged: only about pledges and hires with a flag.
    """

    view: View = "all"
    due: DueBy = "today"
    kind: str | None = None
    event_id: UUID | None = None
    job_type: str | None = None
    municipality: str | None = None
    text: str | None = None
    flagged: bool = False

    @property
    def about_cases(self) -> bool:
        """Whether a filter looks at the pledge or the hire."""
        return any((self.event_id, self.job_type, self.municipality, self.text, self.flagged))


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the queue, and when.

    Attributes:
        municipality: four-digit code; None: of no municipality, so that they see no hire that is restricted to one.
        today: in Europe/Copenhagen.
        decides: whether they may decide what only a coordinator decides. They see work of every municipality, to hand
            it over.
        confirms: whether they may confirm hires.
    """

    taskforce: UUID
    person: UUID
    municipality: str | None
    today: date
    ageing: Ageing
    decides: bool = False
    confirms: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        """The values of the names that the SQL of a source may contain."""
        days = {name: getattr(self.ageing, name) for name in self.ageing.__slots__}
        return days | {
            "taskforce": self.taskforce,
            "today": self.today,
            "person": self.person,
            "municipality": self.municipality,
            "decides": self.decides,
            "confirms": self.confirms,
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is due in each view, at most `MOST_COUNTED` + 1."""

    mine: int
    unassigned: int
    all: int


async def due_work(
    conn: Connection,
    reader: Reader,
    filters: QueueFilter,
    *,
    after: DueFirst | None = None,
    limit: int,
    kinds: Sequence[DueKind] = KINDS,
) -> list[tuple[Due, DueFirst]]:
    """Return due work with its sort keys, the earliest due first, and that of some kinds after all other.

    Args:
        after: the sort key of the last row of the previous page; None: the first page.
    """
    sql = _Sql(reader.arguments)
    branches, by_number = [], {}
    begun = after is not None and any(
        kind.last and number == after.source for number, kind, _ in _sources(kinds, QueueFilter())
    )
    for number, kind, source in _sources(kinds, filters):
        if begun and not kind.last:
            continue  # shown on the pages before
        by_number[number] = kind, source
        start = after if kind.last == begun else None
        branches.append(_branch(sql, reader, filters, number, source, after=start, limit=limit))
    if not branches:
        return []
    await _plan_once(conn)
    rows = await conn.fetch("\nunion all\n".join(branches), *sql.values)
    keyed: list[tuple[DueFirst, asyncpg.Record]] = []
    for row in rows:
        due_on = by_number[row["source"]][1].schedule.due_on(row["day"], reader.ageing)
        keyed.append((DueFirst(due_on=due_on, source=row["source"], day=row["day"], id=row["id"]), row))
    keyed.sort(
        key=lambda pair: (
            by_number[pair[0].source][0].last,
            *(pair[0].due_on, pair[0].source, pair[0].day, pair[0].id),
        )
    )
    return await _with_cases(conn, reader, keyed[:limit], {number: kind for number, (kind, _) in by_number.items()})


async def counts(conn: Connection, reader: Reader, filters: QueueFilter, *, kinds: Sequence[DueKind] = KINDS) -> Counts:
    """Return how much each view has of what the filters choose."""
    await _plan_once(conn)
    mine, unassigned = await _numbers(conn, reader, filters, kinds, ("mine", "unassigned"))
    if mine + unassigned > MOST_COUNTED:
        return Counts(mine, unassigned, MOST_COUNTED + 1)
    (everything,) = await _numbers(conn, reader, filters, kinds, ("all",))
    return Counts(mine, unassigned, everything)


async def _numbers(
    conn: Connection, reader: Reader, filters: QueueFilter, kinds: Sequence[DueKind], views: Sequence[View]
) -> Sequence[int]:
    """Return how much each of the views has, at most `MOST_COUNTED` + 1."""
    sql = _Sql(reader.arguments)
    # What is plenty comes first, and the rest is not run when there are more than are told.
    sources = sorted(_sources(kinds, filters), key=lambda entry: (not entry[2].plenty, -entry[0]))
    if not sources:
        return [0] * len(views)
    columns = []
    for view in views:
        in_view = replace(filters, view=view)
        union = "\nunion all\n".join(
            _branch(sql, reader, in_view, number, source, limit=MOST_COUNTED + 1, only_count=True)
            for number, _, source in sources
        )
        # A single branch has a limit of its own.
        due = f"select from ({union}) as due limit {MOST_COUNTED + 1}"
        columns.append(f"(select count(*) from ({due}) as counted)")  # noqa: S608
    row = await conn.fetchrow(f"select {', '.join(columns)}", *sql.values)
    assert row is not None
    return tuple(row)


async def _plan_once(conn: Connection) -> None:
    """Let the transaction use one plan of a statement for all its arguments.

    Planning all branches takes longer than running them, and the plans do not depend on the arguments: each branch
    reads an index in its order, from where the page begins.
    """
    await conn.execute("set local plan_cache_mode = force_generic_plan")


def _sources(kinds: Sequence[DueKind], filters: QueueFilter) -> Iterator[tuple[int, DueKind, Source]]:
    """Yield what the filters let through, each with its place in the order."""
    number = 0
    for kind in kinds:
        for source in kind.sources:
            if filters.kind in {None, kind.code} and (source.about is not None or not filters.about_cases):
                yield number, kind, source
            number += 1


class _Sql:
    """SQL whose names become numbered arguments, in the order in which they are used."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named
        self._numbers: dict[str, int] = {}
        self.values: list[Any] = []

    def fill(self, sql: str) -> str:
        """Return the SQL with a number for each name."""
        return _NAMED.sub(lambda found: self._number(found[1]), sql)

    def value(self, value: Any) -> str:
        """Return the number of a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def _number(self, name: str) -> str:
        if name not in self._numbers:
            self.values.append(self._named[name])
            self._numbers[name] = len(self.values)
        return f"${self._numbers[name]}"


def _branch(
    sql: _Sql,
    reader: Reader,
    filters: QueueFilter,
    number: int,
    source: Source,
    *,
    limit: int,
    after: DueFirst | None = None,
    only_count: bool = False,
) -> str:
    """Return the query of one source. `number` is its place among work that is due on the same day."""
    tables = source.tables_of_person if filters.view == "mine" and source.tables_of_person else source.tables
    day, owner = sql.fill(source.day), sql.fill(source.owner)
    conditions = [sql.fill(source.where)]
    if filters.view == "mine":
        conditions.append(f"{owner} = {sql.fill(':person')}")
    elif filters.view == "unassigned":
        conditions.append(f"{owner} is null")
    if filters.due != "all":
        horizon = reader.today + timedelta(days=7 if filters.due == "week" else 0)
        conditions.append(f"{day} <= {sql.value(source.schedule.last_day(horizon, reader.ageing))}")
    if after is not None:
        start, row_id = _start(source, reader.ageing, number, after)
        conditions.append(f"({day}, {source.id}) > ({sql.value(start)}, {sql.value(row_id)})")
    if source.without is not None and filters.kind is None:
        conditions.append(sql.fill(source.without))
    conditions += _filter_conditions(sql, filters, source)
    where = "\n   and ".join(conditions)
    if only_count:
        return f"(select\n  from {sql.fill(tables)}\n where {where}\n limit {limit})"
    return f"""(select {number} as source,
       {day} as day,
       {source.id} as id,
       {source.pledge_id} as pledge_id,
       {source.hire_id} as hire_id,
       {owner} as owner,
       {sql.fill(source.number)} as number,
       {source.detail} as detail
  from {sql.fill(tables)}
 where {where}
 order by {day}, {source.id}
 limit {limit})"""  # noqa: S608  (of our own)


def _start(source: Source, ageing: Ageing, number: int, after: DueFirst) -> tuple[date, UUID]:
    """Return the sort key in a source after which it has not been shown."""
    if number == after.source:
        return after.day, after.id
    # What is due on the same day was shown of the sources before, and not of those behind.
    shown = after.due_on if number < after.source else day_before(after.due_on)
    return source.schedule.last_day(shown, ageing), _LAST_ID


def _filter_conditions(sql: _Sql, filters: QueueFilter, source: Source) -> Iterator[str]:
    for column in ("event_id", "job_type", "municipality"):
        value = getattr(filters, column)
        if value is not None:
            yield f"{source.about}.{column} = {sql.value(value)}"
    if filters.text and source.about is not None:
        words, cvr = sql.value(search_words(filters.text)), sql.value(cvr_beginning(filters.text))
        yield of_company(source.about).replace("?", words, 1).replace("?", cvr, 1)
    if filters.flagged:
        yield f"{source.about}.flags <> '{{}}'"


async def _with_cases(
    conn: Connection, reader: Reader, keyed: list[tuple[DueFirst, asyncpg.Record]], kinds: Mapping[int, DueKind]
) -> list[tuple[Due, DueFirst]]:
    """Return rows with the pledges and hires that their words are about."""
    pledges = await _pledges(conn, reader.taskforce, [row["pledge_id"] for _, row in keyed if row["pledge_id"]])
    hires = await _hires(conn, reader.taskforce, [row["hire_id"] for _, row in keyed if row["hire_id"]])
    return [
        (
            Due(
                kind=kinds[key.source],
                due_on=key.due_on,
                day=key.day,
                id=key.id,
                today=reader.today,
                owner=row["owner"],
                number=row["number"],
                detail=row["detail"] or {},
                pledge=pledges.get(row["pledge_id"]),
                hire=hires.get(row["hire_id"]),
                decides=reader.decides,
                confirms=reader.confirms,
            ),
            key,
        )
        for key, row in keyed
    ]


async def _pledges(conn: Connection, taskforce_id: UUID, ids: list[UUID]) -> dict[UUID, PledgeOut]:
    if not ids:
        return {}
    where = Where(taskforce_id)
    where.add("pledge.id = any (?)", ids)
    return {pledge.id: pledge for pledge in await select_pledges(conn, where, order_by="pledge.id", limit=len(ids))}


async def _hires(conn: Connection, taskforce_id: UUID, ids: list[UUID]) -> dict[UUID, HireFacts]:
    if not ids:
        return {}
    rows = await conn.fetch(
        """
        select hire.id,
               hire.company_name,
               hire.job_type,
               hire.start_date,
               hire.weekly_hours,
               contact.name,
               contact.phone,
               hire.pledge_id,
               hire.company_id
          from hires as hire
          left join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
         where hire.taskforce_id = $1
           and hire.id = any ($2)
        """,
        taskforce_id,
        ids,
    )
    return {row["id"]: HireFacts(*row) for row in rows}
