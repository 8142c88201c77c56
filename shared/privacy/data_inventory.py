"""The data inventory: for every column of a database, whether it is personal, why it is kept, and for how long.

A service's part is its `personal_data.toml`; the tables of every service (outbox, dead letters) are in
`shared/messaging/personal_data.toml`. There are four kinds of entries:

- `[[personal]]`: personal data. Purpose, legal basis, deadline, and the job that deletes it then.
- `[[pseudonymous]]`: an id or a code that identifies a person only together with another table. It has no deadline of
  its own: it identifies no person after the other row is erased.
- `[[done_by]]`: the account that has done something. It is in the report of the account's holder.
- `[not_personal]`: by table, the columns that are not personal.

The texts are in Danish: the municipality's data protection adviser reads them, in `docs/privacy.da.md`. Their English
translations, for reports, are in `english.toml`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

FILE: Final = "personal_data.toml"
SHARED_FILES: Final = (Path(__file__).parents[1] / "messaging" / FILE,)
"""The files of the tables that every service's database has."""

Text = Annotated[str, Field(min_length=3)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Table = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*$")]
"""With its schema, unless it is `public`."""
Columns = Annotated[tuple[Code, ...], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Personal(_Entry):
    """Columns of one table with personal data, kept for one purpose and one period.

    Attributes:
        group: the name in reports; a group may be in several tables.
        whose: whom they are about.
        what: what they say.
        basis: the article of the General Data Protection Regulation.
        national: the national rule behind it, if any.
        source: where the data comes from.
        told_to: who receives it.
        months: the longest time they are kept after `counted_from`; 0: until then.
        counted_from: the moment from which the deadline counts, in words.
        job: the retention job that deletes or empties them.
        only_where: in which rows they are personal data; None: in all.
    """

    group: Code
    table: Table
    columns: Columns
    whose: Text
    what: Text
    purpose: Text
    basis: Annotated[str, Field(pattern=r"^artikel \d+, stk\. \d+")]
    national: Text | None = None
    source: Text
    told_to: Text
    months: Annotated[int, Field(ge=0, le=120)]
    counted_from: Text
    job: Code
    only_where: Text | None = None


class Pseudonymous(_Entry):
    """Columns that identify a person only together with data elsewhere.

    Attributes:
        resolved_by: the table that identifies the person.
        why: why they are kept.
        not_shown: why they are not in the person's report, where an account identifies the person.
    """

    table: Table
    columns: Columns
    resolved_by: Text
    why: Text
    not_shown: Text | None = None


class DoneBy(_Entry):
    """A column with the account that has done something: personal data of its holder while the account exists.

    Attributes:
        whose, what, purpose, basis, national, source, told_to: as of `Personal`.
        months, counted_from: for how long the person can be identified.
        afterwards: what becomes of the number when the account is erased.
    """

    table: Table
    column: Code
    whose: Text
    what: Text
    purpose: Text
    basis: Annotated[str, Field(pattern=r"^artikel \d+, stk\. \d+")]
    national: Text | None = None
    source: Text
    told_to: Text
    months: Annotated[int, Field(ge=1, le=120)]
    counted_from: Text
    afterwards: Text

    @property
    def columns(self) -> Columns:
        """The column as a tuple, as of the other kinds."""
        return (self.column,)


class DataInventory(_Entry):
    """All entries of one database."""

    personal: tuple[Personal, ...] = ()
    pseudonymous: tuple[Pseudonymous, ...] = ()
    done_by: tuple[DoneBy, ...] = ()
    not_personal: dict[Table, Columns] = {}

    def __add__(self, other: DataInventory) -> DataInventory:
        """Combine two parts of one database; a table may be in one of them only."""
        twice = self.not_personal.keys() & other.not_personal.keys()
        if twice:
            raise ValueError(f"the tables {', '.join(sorted(twice))} are in two files")
        return DataInventory(
            personal=self.personal + other.personal,
            pseudonymous=self.pseudonymous + other.pseudonymous,
            done_by=self.done_by + other.done_by,
            not_personal=self.not_personal | other.not_personal,
        )

    def entries(self) -> Iterator[tuple[str, str]]:
        """Yield every (table, column) that has an entry, as often as it has one."""
        entries: tuple[Personal | Pseudonymous | DoneBy, ...] = (*self.personal, *self.pseudonymous, *self.done_by)
        for entry in entries:
            yield from ((entry.table, column) for column in entry.columns)
        for table, columns in self.not_personal.items():
            yield from ((table, column) for column in columns)

    def disagreements(self, found: Mapping[str, Collection[str]], *, file: str) -> list[str]:
        """Return the differences to a migrated database, each as an instruction.

        Args:
            found: the columns of every table of the database.
            file: the name of the service's file, for the instructions.
        """
        named = list(self.entries())
        real = {(table, column) for table, columns in found.items() for column in columns}
        differences = [_add(table, column, file) for table, column in sorted(real - set(named))]
        differences += [
            f"{table}.{column} has an entry and is not in the database: remove it from {file}"
            for table, column in sorted(set(named) - real)
        ]
        differences += [
            f"{table}.{column} has several entries in {file}: leave the one that is right"
            for table, column in sorted({one for one in named if named.count(one) > 1})
        ]
        return differences

    def deadlines(self) -> dict[str, int]:
        """Return the deadline of each retention job, in months.

        Raises:
            ValueError: a job has two deadlines.
        """
        months: dict[str, int] = {}
        for entry in self.personal:
            if months.setdefault(entry.job, entry.months) != entry.months:
                raise ValueError(f"the job {entry.job} has two deadlines")
        return months


def _add(table: str, column: str, file: str) -> str:
    return (
        f"{table}.{column} has no entry. Say in {file} what it is.\n"
        f'  About nobody: add "{column}" to {table} under [not_personal].\n'
        f'  Of a group of personal data that {table} has already: add "{column}" to that entry\'s columns.\n'
        f"  By which account something was done: a [[done_by]] as the others are, with an ActivityQuery in\n"
        f"    subjects.py.\n"
        f"  An id of somebody whose data are in another table:\n"
        f"    [[pseudonymous]]\n"
        f'    table = "{table}"\n'
        f'    columns = ["{column}"]\n'
        f'    resolved_by = "events.people"\n'
        f'    why = "…"\n'
        f"  Else a new entry, with a job in the service's retention.py:\n"
        f"    [[personal]]\n"
        f'    group = "…"\n'
        f'    table = "{table}"\n'
        f'    columns = ["{column}"]\n'
        f'    whose = "…"\n'
        f'    what = "…"\n'
        f'    purpose = "…"\n'
        f'    basis = "artikel 6, stk. 1, litra e"\n'
        f'    source = "…"\n'
        f'    told_to = "…"\n'
        f"    months = 12\n"
        f'    counted_from = "…"\n'
        f'    job = "…"'
    )


def read_service_inventory(file: Path) -> DataInventory:
    """Read the data inventory of a service's database: the service's own file and those of the shared tables.

    Raises:
        As `read_data_inventory`.
    """
    return read_data_inventory([*SHARED_FILES, file])


def read_data_inventory(files: Iterable[Path]) -> DataInventory:
    """Read the data inventory of a database from several files.

    Raises:
        OSError, tomllib.TOMLDecodeError, pydantic.ValidationError, ValueError: a file is missing or invalid.
    """
    whole = DataInventory()
    for file in files:
        whole += DataInventory.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    return whole
