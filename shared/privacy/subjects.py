"""Finds the data about one person, to report or erase them.

For each group of its data inventory, a service declares a `SubjectLookup`: how a person is found there and how the rows
are erased. The data inventory lists the columns that a report shows and the reasons for keeping them, so a report is as
complete as the inventory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import asyncpg

from shared.fields.case_reference import CaseReference
from shared.fields.cvr import cvr_digits
from shared.fields.email import email_spellings
from shared.fields.phone import phone_spellings
from shared.privacy.mentions import mention_patterns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.db.database import Connection
    from shared.privacy.data_inventory import Personal


@dataclass(frozen=True, slots=True)
class SubjectIdentifiers:
    """Everything by which a person is known. Its values are not shown by `repr`.

    Only whole addresses and numbers find anybody; any other text is ignored.

    Attributes:
        emails: in any spelling.
        phones: in any notation; a number without a country code is Danish.
        cvrs: the CVR numbers of companies that the person owns.
        cases: case references of municipalities, for participants.
        ids: ids found in other services: of accounts, and of pledges and hires whose contact the person is.
    """

    emails: frozenset[str] = field(default=frozenset(), repr=False)
    phones: frozenset[str] = field(default=frozenset(), repr=False)
    cvrs: frozenset[str] = field(default=frozenset(), repr=False)
    ids: frozenset[UUID] = frozenset()
    cases: frozenset[CaseReference] = field(default=frozenset(), repr=False)

    def arguments(self) -> tuple[list[str], list[str], list[str], list[UUID], list[str], list[str], list[str]]:
        """Return the arguments of `find`: each spelling under which a person may be stored."""
        emails = sorted({spelling for email in self.emails for spelling in email_spellings(email)})
        phones = sorted({spelling for phone in self.phones for spelling in phone_spellings(phone)})
        cvrs = sorted({digits for cvr in self.cvrs if (digits := cvr_digits(cvr)) is not None})
        cases = sorted(case.key for case in self.cases)
        likely_mentions, mentions = mention_patterns(emails, phones)
        return emails, phones, cvrs, sorted(self.ids), likely_mentions, mentions, cases


@dataclass(frozen=True, slots=True)
class SubjectLookup:
    """How a person is found in one group of the data inventory, and how the rows are erased.

    Attributes:
        group, table: as in the data inventory.
        find: SQL that selects the keys of the person's rows in the transaction's taskforce. It may use `identifiers`,
            which has one row: `emails` (to compare with `lookup_key`), `phones` (with `phone_key`), `cvrs`, `ids`,
            `cases` (with the code of the municipality, a space and the key of the reference), `likely_mentions` and
            `mentions` (`mention_patterns`, for `dead_letter_text`). None: a person cannot be
            found there; `why` gives the reason.
        key: the column with the row's key.
        erase: SQL that deletes or empties the rows whose keys are $1 and returns their keys. None: they are kept;
            `why` gives the reason.
        of_taskforces: False if the table has no taskforce column.
        context_columns: columns that are not personal, shown because the others need them to be understood.
        in_report_only: whether what the rows say goes out in the report only: whoever asks for it may not read it.
    """

    group: str
    table: str
    find: str | None
    erase: str | None
    key: str = "id"
    why: str = ""
    of_taskforces: bool = True
    context_columns: tuple[str, ...] = ()
    in_report_only: bool = False

    @property
    def name(self) -> str:
        """The name, unique within a service."""
        return f"{self.group}.{self.table}"


ACCESSES: Final = SubjectLookup(
    "accesses",
    "access_log",
    find=None,
    erase=None,
    why="Udskriften viser i et særligt afsnit, hvem der har slået op. Det slettes først efter fristen, så opslag kan "
    "kontrolleres.",
)
"""The service cannot read its own access log; the report queries it as the table's owner."""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """The rows that were found in one group of the data inventory.

    Attributes:
        rows: each with its key, the columns of the data inventory and the lookup's own.
    """

    entry: Personal
    lookup: SubjectLookup
    rows: Sequence[Mapping[str, Any]]

    @property
    def keys(self) -> list[UUID]:
        """The keys of the rows."""
        return [row[self.lookup.key] for row in self.rows]


async def find_subject(
    conn: Connection, entries: Sequence[Personal], lookups: Sequence[SubjectLookup], identifiers: SubjectIdentifiers
) -> list[FoundGroup]:
    """Return one service's data about a person in the transaction's taskforce, for every group, empty ones
    included.

    Raises:
        LookupError: a group has no lookup.
    """
    found = []
    for entry in entries:
        lookup = next((one for one in lookups if (one.group, one.table) == (entry.group, entry.table)), None)
        if lookup is None:
            raise LookupError(f"no SubjectLookup for {entry.table} ({entry.group})")
        rows: Sequence[asyncpg.Record] = ()
        if lookup.find is not None:
            names = dict.fromkeys((lookup.key, *entry.columns, *lookup.context_columns))
            columns = ", ".join(f'"{column}"' for column in names)
            rows = await conn.fetch(
                f"""
                with identifiers as materialized (
                    select array(select lookup_key(email) from unnest($1::text[]) as email) as emails,
                           $2::text[] as phones,
                           $3::text[] as cvrs,
                           $4::uuid[] as ids,
                           array(select lower(pattern) from unnest($5::text[]) as pattern) as likely_mentions,
                           array(select lower(pattern) from unnest($6::text[]) as pattern) as mentions,
                           $7::text[] as cases
                )
                select {columns}
                  from {entry.table}
                 where {lookup.key} = any (array({lookup.find}))
                 order by {lookup.key}
                """,  # noqa: S608  (names from the data inventory, and constant SQL)
                *identifiers.arguments(),
            )
        found.append(FoundGroup(entry, lookup, [dict(row) for row in rows]))
    return found


@dataclass(frozen=True, slots=True)
class Erasure:
    """One line of the ledger of erasures: that a row was erased, without its content.

    Attributes:
        table: the row's table.
        key: the row's key.
        erased_by: the subject of the administrator; None: the operator.
        erased_at: when the row was erased first.
        repeated_at: when the row was last erased again, or the line restored, after a restore; None: never.
    """

    id: UUID
    taskforce_id: UUID
    table: str
    key: UUID
    erased_by: str | None
    erased_at: datetime
    repeated_at: datetime | None = None

    def as_json(self, service: str) -> dict[str, Any]:
        """Return the line as `tilsagn erasures` writes it."""
        return {
            "service": service,
            "id": str(self.id),
            "taskforce_id": str(self.taskforce_id),
            "table": self.table,
            "key": str(self.key),
            "erased_by": self.erased_by,
            "erased_at": self.erased_at.isoformat(),
            "repeated_at": self.repeated_at and self.repeated_at.isoformat(),
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Erasure:
        """Read what `as_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: it is not a line of the ledger.
        """
        return cls(
            UUID(line["id"]),
            UUID(line["taskforce_id"]),
            line["table"],
            UUID(line["key"]),
            line["erased_by"],
            _moment(line["erased_at"]),
            None if line["repeated_at"] is None else _moment(line["repeated_at"]),
        )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment


async def erase_rows(
    conn: Connection,
    taskforce_id: UUID,
    lookup: SubjectLookup,
    keys: Sequence[UUID],
    *,
    by: str | None,
) -> list[Erasure]:
    """Erase rows and add them to the ledger, in the caller's transaction.

    Returns:
        The ledger's new lines; no lines for rows that did not exist.
    """
    if lookup.erase is None or not keys:
        return []
    erased = [row[0] for row in await conn.fetch(lookup.erase, list(keys))]
    now: datetime = await conn.fetchval("select clock_timestamp()")
    lines = [Erasure(uuid4(), taskforce_id, lookup.table, key, by, now) for key in dict.fromkeys(erased)]
    await write_ledger(conn, lines)
    return lines


async def write_ledger(conn: Connection, lines: Sequence[Erasure]) -> set[UUID]:
    """Add lines to the ledger; existing lines stay as they are. Returns the ids of the added ones."""
    rows = await conn.fetch(
        """
        insert into erasures (taskforce_id, id, erased_table, erased_key, erased_by, erased_at, repeated_at)
        select taskforce_id, id, erased_table, erased_key, erased_by, erased_at, repeated_at
          from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[])
               as line (taskforce_id, id, erased_table, erased_key, erased_by, erased_at, repeated_at)
            on conflict do nothing
        returning id
        """,
        [line.taskforce_id for line in lines],
        [line.id for line in lines],
        [line.table for line in lines],
        [line.key for line in lines],
        [line.erased_by for line in lines],
        [line.erased_at for line in lines],
        [line.repeated_at for line in lines],
    )
    return {row["id"] for row in rows}


async def ledger(conn: Connection) -> list[Erasure]:
    """Return the ledger of the transaction's taskforce, oldest first."""
    rows = await conn.fetch(
        """
        select id, taskforce_id, erased_table, erased_key, erased_by, erased_at, repeated_at
          from erasures
         where taskforce_id = current_taskforce()
         order by erased_at, id
        """
    )
    return [Erasure(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class RepeatedErasures:
    """The result of repeating the erasures of a ledger after a restore.

    Attributes:
        restored: how many rows the restore had brought back; they are erased again.
        kept: keys of restored rows that were kept: accounts of the last administrators who can sign in.
    """

    restored: int
    kept: tuple[UUID, ...] = ()

    def __add__(self, other: RepeatedErasures) -> RepeatedErasures:
        return RepeatedErasures(self.restored + other.restored, self.kept + other.kept)


async def repeat_erasures(
    conn: Connection, lookups: Sequence[SubjectLookup], lines: Sequence[Erasure]
) -> RepeatedErasures:
    """Erase the rows that a restore has brought back, and add the lines that the restored ledger lacks.

    A line keeps the time of the first erasure. `repeated_at` is set if the row was erased again or the line was
    missing. The connection must be the tables' owner's, because a service's role cannot change its ledger.

    Args:
        lines: the whole ledger of the transaction's taskforce.
    """
    repeated = RepeatedErasures(0)
    erased_again: set[tuple[str, UUID]] = set()
    for lookup in lookups:
        keys = [line.key for line in lines if line.table == lookup.table]
        if lookup.erase is not None and keys:
            erased, kept = await _erase_again(conn, lookup.erase, keys)
            erased_again |= {(lookup.table, key) for key in erased}
            repeated += RepeatedErasures(len(erased), kept)
    added = await write_ledger(conn, lines)
    await conn.execute(
        """
        update erasures
           set repeated_at = clock_timestamp()
         where taskforce_id = current_taskforce()
           and id = any ($1)
        """,
        [
            line.id
            for line in lines
            if (line.id in added or (line.table, line.key) in erased_again) and line.key not in repeated.kept
        ],
    )
    return repeated


async def _erase_again(conn: Connection, statement: str, keys: list[UUID]) -> tuple[set[UUID], tuple[UUID, ...]]:
    """Erase all rows, or one by one if some of them must be kept. Return the erased and the kept keys."""
    try:
        async with conn.transaction():
            return {row[0] for row in await conn.fetch(statement, keys)}, ()
    except asyncpg.RestrictViolationError:
        if len(keys) == 1:
            return set(), tuple(keys)
    erased: set[UUID] = set()
    kept: tuple[UUID, ...] = ()
    for key in dict.fromkeys(keys):
        one_erased, one_kept = await _erase_again(conn, statement, [key])
        erased |= one_erased
        kept += one_kept
    return erased, kept
