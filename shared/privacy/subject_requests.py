"""Subject requests in one service: find, report and erase what it holds about a person in one taskforce.

The pages of the identity service use these for every service, over `shared.privacy.routes` for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.fields.case_reference import CaseReference
from shared.fields.cpr import MayLookLikeCpr
from shared.fields.cvr import cvr_digits
from shared.fields.email import whole_email
from shared.fields.phone import phone_spellings
from shared.i18n.translations import Language
from shared.privacy import subjects
from shared.privacy.access_log import PURPOSES, Action, Disclosure
from shared.privacy.activity import ActivityQuery, find_activity
from shared.privacy.dead_letters import DEAD_LETTERS_LOOKUP, DEAD_LETTERS_LOOKUP_OF_TASKFORCE
from shared.privacy.english import in_language
from shared.privacy.report import activity_entry, group_entry, plain
from shared.privacy.retention import Waiting
from shared.privacy.subjects import SubjectIdentifiers, SubjectLookup, find_subject

if TYPE_CHECKING:
    from shared.db.database import Connection, Database
    from shared.privacy.retention import Retention
    from shared.privacy.subjects import FoundGroup

LATEST: Final = 200
"""The most lines of the ledger that are shown; `tilsagn erasures` prints all."""


def _whole_number(text: str) -> str:
    if not phone_spellings(text):
        raise PydanticCustomError("phone", "Is not a telephone number.")
    return text


def _whole_cvr(text: str) -> str:
    if cvr_digits(text) is None:
        raise PydanticCustomError("cvr_digits", "Is not valid.")
    return text


_SEARCHED_FOR = MayLookLikeCpr("an address or a number, searched for and never stored")


class _Wire(BaseModel):
    # Fields of a newer release are ignored; errors do not repeat values.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class SubjectRequest(_Wire):
    """A search for one person, by at least one whole address, number or id. Its values are not shown by `repr`.

    Attributes:
        emails, phones, cvrs, cases, ids: as in `shared.privacy.subjects.SubjectIdentifiers`.
        who: the subject of the administrator, for the access log.
        purpose: a code of `shared.privacy.access_log.PURPOSES`.
    """

    taskforce: UUID
    emails: Annotated[tuple[Annotated[str, AfterValidator(whole_email)], ...], _SEARCHED_FOR] = Field((), repr=False)
    phones: Annotated[tuple[Annotated[str, AfterValidator(_whole_number)], ...], _SEARCHED_FOR] = Field((), repr=False)
    cvrs: Annotated[tuple[Annotated[str, AfterValidator(_whole_cvr)], ...], _SEARCHED_FOR] = Field((), repr=False)
    cases: tuple[CaseReference, ...] = Field((), repr=False)
    ids: tuple[UUID, ...] = ()
    who: Annotated[str, Field(pattern=r"^person:[0-9a-f-]{36}$")]
    purpose: Annotated[str, Field(pattern=f"^({'|'.join(PURPOSES)})$")]
    action: Action
    language: Language = "da"

    @model_validator(mode="after")
    def _has_a_term(self) -> Self:
        if not (self.emails or self.phones or self.cvrs or self.cases or self.ids):
            raise PydanticCustomError("nobody_asked_for", "Must be filled in.")
        return self

    def identifiers(self) -> SubjectIdentifiers:
        """Return the identifiers for the lookups."""
        return SubjectIdentifiers(
            frozenset(self.emails),
            frozenset(self.phones),
            frozenset(self.cvrs),
            frozenset(self.ids),
            frozenset(self.cases),
        )


class Group(_Wire):
    """What was found in one group of a service's data inventory.

    Attributes:
        name: of the lookup.
        keys: the keys of the rows.
        erases: whether an erasure order erases them.
        entry: the group's entry in the report (`shared.privacy.report.group_entry`).
        in_report_only: whether the entry has rows only in an answer to an export.
    """

    name: str
    keys: tuple[UUID, ...]
    erases: bool
    entry: dict[str, Any] = Field(repr=False)
    # With a default: an older release does not answer it.
    in_report_only: bool = False


class Findings(_Wire):
    """The result of a search in one service: every group, what the account has done there, and who has accessed the
    data.

    `done` has no default, so that the answer of an older release without it is an error and not half an answer.
    """

    groups: tuple[Group, ...]
    done: tuple[dict[str, Any], ...] = Field(repr=False)
    looks: tuple[dict[str, Any], ...] = Field((), repr=False)


class ErasureOrder(_Wire):
    """The rows to erase: keys by name of lookup. `by` is the subject of the administrator."""

    taskforce: UUID
    by: Annotated[str, Field(pattern=r"^person:[0-9a-f-]{36}$")]
    keys: dict[str, tuple[UUID, ...]]


class ErasureResult(_Wire):
    """How many rows of an order are erased now, by this or an earlier delivery of the order."""

    rows: int


class LedgerLine(_Wire):
    """One line of the ledger: that a row was erased, without its content. `by` is None for the operator.

    `repeated_at` is when the row was last erased again after a restore.
    """

    service: str
    table: str
    key: UUID
    by: str | None
    at: datetime
    repeated_at: datetime | None = None


class Deadline(_Wire):
    """One group of a service's data inventory, its overdue rows, and the last run of its job.

    Attributes:
        of_taskforces: False when the rows belong to no taskforce; the figures are then the whole installation's.
        due: the overdue rows; `oldest` is the earliest day from which a deadline counts.
        total: all rows that the job could ever remove; counted only where `due` are more than a few.
        waiting: why the overdue rows wait for an operator's confirmation; None where they do not.
        ran_at, removed: of the job's last run; None where it has not run yet.
    """

    service: str
    group: str
    table: str
    job: str
    what: str
    whose: str
    months: int
    counted_from: str
    of_taskforces: bool
    due: int
    oldest: date | None
    ran_at: datetime | None
    removed: int | None
    # With defaults: an older release does not answer them.
    total: int = 0
    waiting: Waiting | None = None


@dataclass(frozen=True)
class SubjectData:
    """The personal data of a service: how it is found, erased and retained.

    Attributes:
        owns: whether the service has a ledger of erasures and an access log, because it owns personal data.
        activity_queries: how the actions of accounts are found.
    """

    lookups: Sequence[SubjectLookup]
    retention: Retention
    owns: bool
    activity_queries: Sequence[ActivityQuery] = ()

    @property
    def service(self) -> str:
        """The service's name."""
        return self.retention.service

    @property
    def for_one_taskforce(self) -> list[SubjectLookup]:
        """The lookups for a caller who may see one taskforce only."""
        return [DEAD_LETTERS_LOOKUP_OF_TASKFORCE if one is DEAD_LETTERS_LOOKUP else one for one in self.lookups]


async def find(database: Database, subject_data: SubjectData, request: SubjectRequest) -> Findings:
    """Return what a service holds about a person in one taskforce, and record the access in the same transaction.

    Raises:
        LookupError: a group or column of the data inventory has no lookup or query.
    """
    purpose = PURPOSES[request.purpose]
    async with database.change(request.taskforce) as conn:
        inventory = subject_data.retention.inventory
        found = await find_subject(conn, inventory.personal, subject_data.for_one_taskforce, request.identifiers())
        accounts = {*request.ids, *(key for group in found for key in group.keys)}
        did = await find_activity(conn, inventory.done_by, subject_data.activity_queries, accounts)
        looks: list[dict[str, Any]] = []
        if subject_data.owns:
            disclosure = Disclosure(conn, request.taskforce, request.who, purpose, request.action)
            for group in found:
                await disclosure.log(group.entry.table, group.keys)
            looks = await _looks(conn, subject_data.service, [key for group in found for key in group.keys])
    return Findings(
        groups=tuple(_group(subject_data.service, group, request) for group in found),
        done=tuple(activity_entry(subject_data.service, one, request.language) for one in did),
        looks=tuple(looks),
    )


def _group(service: str, group: FoundGroup, request: SubjectRequest) -> Group:
    entry = group_entry(service, group, request.language)
    if group.lookup.in_report_only and request.action != "export":
        entry["rows"] = []
    return Group(
        name=group.lookup.name,
        keys=tuple(group.keys),
        erases=group.lookup.erase is not None,
        entry=entry,
        in_report_only=group.lookup.in_report_only,
    )


async def erase(database: Database, subject_data: SubjectData, order: ErasureOrder) -> ErasureResult:
    """Erase the rows of an order, with the ledger's lines, in one transaction. An order may be repeated.

    Raises:
        ValueError: the order names a lookup that the service does not have or that never erases; nothing was erased.
    """
    async with database.change(order.taskforce) as conn:
        return await erase_in(conn, subject_data, order)


async def erase_in(conn: Connection, subject_data: SubjectData, order: ErasureOrder) -> ErasureResult:
    """Do what `erase` does, in the caller's transaction."""
    lookups = {one.name: one for one in subject_data.for_one_taskforce if one.erase is not None}
    if unknown := order.keys.keys() - lookups.keys():
        raise ValueError(f"nothing is erased of {', '.join(sorted(unknown))}")
    letters = 0
    # In the lookups' order: with an account goes what refers to it, and the account is what the ledger names.
    for name, lookup in lookups.items():
        keys = order.keys.get(name, ())
        if lookup.of_taskforces:
            await subjects.erase_rows(conn, order.taskforce, lookup, keys, by=order.by)
        elif keys:
            assert lookup.erase is not None
            letters += len(await conn.fetch(lookup.erase, list(keys)))
    return ErasureResult(rows=letters + await _in_ledger(conn, subject_data, order, lookups))


async def ledger(database: Database, subject_data: SubjectData, taskforce_id: UUID) -> list[LedgerLine]:
    """Return the latest lines of a service's ledger, latest first."""
    if not subject_data.owns:
        return []
    async with database.read(taskforce_id) as conn:
        rows = await conn.fetch(
            """
            select erased_table as table,
                   erased_key as key,
                   erased_by as by,
                   erased_at as at,
                   repeated_at
              from erasures
             where taskforce_id = $1
             order by erased_at desc, id
             limit $2
            """,
            taskforce_id,
            LATEST,
        )
    return [LedgerLine(service=subject_data.service, **row) for row in rows]


async def deadlines(
    database: Database, subject_data: SubjectData, taskforce_id: UUID, language: Language
) -> list[Deadline]:
    """Return every group of a service's data inventory with its deadline, its overdue rows and its job's last run."""
    runs = await subject_data.retention.last_runs(database, taskforce_id)
    of_taskforces = {job.name: job.of_taskforces for job in subject_data.retention.jobs}
    lines = []
    for due in await subject_data.retention.due(database, only=taskforce_id):
        entry, run = due.entry, runs.get(due.entry.job)
        lines.append(
            Deadline(
                service=subject_data.service,
                group=entry.group,
                table=entry.table,
                job=entry.job,
                what=in_language(entry.what, language),
                whose=in_language(entry.whose, language),
                months=entry.months,
                counted_from=in_language(entry.counted_from, language),
                of_taskforces=of_taskforces[entry.job],
                due=due.rows,
                total=due.total,
                waiting=due.waiting,
                oldest=due.oldest,
                ran_at=run and run.ended_at,
                removed=None if run is None else run.removed,
            )
        )
    return lines


async def _looks(conn: Connection, service: str, keys: Sequence[UUID]) -> list[dict[str, Any]]:
    rows = await conn.fetch(
        """
        select looked_at, who, action, what_table, what_key, why, basis
          from accesses_of($1)
         order by looked_at desc, what_table, what_key
        """,
        list(dict.fromkeys(keys)),
    )
    return [{"service": service, **{name: plain(value) for name, value in row.items()}} for row in rows]


async def _in_ledger(
    conn: Connection, subject_data: SubjectData, order: ErasureOrder, lookups: dict[str, SubjectLookup]
) -> int:
    """Return how many rows of the order are in the ledger; also those whose earlier response was lost."""
    if not subject_data.owns:
        return 0
    pairs = {(lookups[name].table, key) for name, keys in order.keys.items() for key in keys}
    found: int = await conn.fetchval(
        """
        select count(distinct (erased_table, erased_key))
          from erasures
          join unnest($2::text[], $3::uuid[]) as wanted (name, key)
            on erased_table = wanted.name
           and erased_key = wanted.key
         where taskforce_id = $1
        """,
        order.taskforce,
        [table for table, _ in pairs],
        [key for _, key in pairs],
    )
    return found
