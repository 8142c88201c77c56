"""The register of personal data: for every column of a database whether it is about somebody, why, and until when.

A service's part is its `personal_data.toml`; what every service has (outbox, dead letters) is in
`shared/messaging/personal_data.toml`. Four kinds of entry:

- `[[personal]]`: it tells about somebody. Purpose, legal basis, deadline, and the job that deletes it then.
- `[[pseudonymous]]`: an id or a code that tells about somebody only together with what another table holds. It has no
  deadline of its own: it is about nobody once that is erased.
- `[[done_by]]`: it says which account has done something. Whoever has the account is told of it when they ask.
- `[not_personal]`: table by table, the columns that are about nobody.

The texts are in Danish: they are read by the municipality's adviser, in `docs/privacy.da.md`. What a person is told in
English is in `english.toml`, beside this file.
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
Columns = Annotated[tuple[Code, ...], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Personal(_Entry):
    """Columns of one table that tell about somebody, kept for one purpose and for as long.

    Attributes:
        group: what they are called in reports; one group may be in several tables.
        whose: whom they are about.
        what: what they tell.
        basis: the article of the General Data Protection Regulation.
        national: the national rule behind it, where there is one.
        source: where it comes from.
        told_to: who gets to know it.
        months: how long they are kept after `counted_from`, at most.
        counted_from: the moment that the deadline counts from, in words.
        job: the retention job that deletes or empties them then.
        only_where: which rows they are personal data in; None: all.
    """

    group: Code
    table: Code
    columns: Columns
    whose: Text
    what: Text
    purpose: Text
    basis: Annotated[str, Field(pattern=r"^artikel \d+, stk\. \d+")]
    national: Text | None = None
    source: Text
    told_to: Text
    months: Annotated[int, Field(ge=1, le=120)]
    counted_from: Text
    job: Code
    only_where: Text | None = None


class Pseudonymous(_Entry):
    """Columns of one table that tell about somebody only together with what is kept elsewhere.

    Attributes:
        resolved_by: where one would have to look to know who it is.
        why: why they are kept.
        not_shown: why the report of whoever it is about has not got them, where an account tells who that is.
    """

    table: Code
    columns: Columns
    resolved_by: Text
    why: Text
    not_shown: Text | None = None


class DoneBy(_Entry):
    """A column that says by which account something was done: about its holder for as long as there is the account.

    Attributes:
        whose, what, purpose, basis, national, source, told_to: as of `Personal`.
        months, counted_from: for how long it can be known who it was.
        afterwards: what becomes of the number when the account is erased.
    """

    table: Code
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
        """As of the other kinds."""
        return (self.column,)


class DataInventory(_Entry):
    """All entries of one database."""

    personal: tuple[Personal, ...] = ()
    pseudonymous: tuple[Pseudonymous, ...] = ()
    done_by: tuple[DoneBy, ...] = ()
    not_personal: dict[Code, Columns] = {}

    def __add__(self, other: DataInventory) -> DataInventory:
        """Both parts of one database; a table may be in one of them only."""
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
        """Every (table, column) that is named, as often as it is named."""
        entries: tuple[Personal | Pseudonymous | DoneBy, ...] = (*self.personal, *self.pseudonymous, *self.done_by)
        for entry in entries:
            yield from ((entry.table, column) for column in entry.columns)
        for table, columns in self.not_personal.items():
            yield from ((table, column) for column in columns)

    def disagreements(self, found: Mapping[str, Collection[str]], *, file: str) -> list[str]:
        """What the register and a migrated database do not agree about, each as what has to be done.

        Args:
            found: the columns of every table of the database.
            file: the service's register, to be named in what has to be done.
        """
        named = list(self.entries())
        real = {(table, column) for table, columns in found.items() for column in columns}
        told = [_add(table, column, file) for table, column in sorted(real - set(named))]
        told += [
            f"{table}.{column} is in the register and not in the database: take it out of {file}"
            for table, column in sorted(set(named) - real)
        ]
        told += [
            f"{table}.{column} has several entries in {file}: leave the one that is right"
            for table, column in sorted({one for one in named if named.count(one) > 1})
        ]
        return told

    def deadlines(self) -> dict[str, int]:
        """The months after which each retention job deletes.

        Raises:
            ValueError: one job has two deadlines.
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
        f"  By which account something was done: a [[done_by]] as the others are, with a deed in subjects.py.\n"
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
    """Read a database's register from its parts.

    Raises:
        OSError, tomllib.TOMLDecodeError, pydantic.ValidationError, ValueError: there is none, or it says something
            that no register says.
    """
    whole = DataInventory()
    for file in files:
        whole += DataInventory.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    return whole
