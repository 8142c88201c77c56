"""Reading a file batch by batch, and what a report says about the file as a whole."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from services.pledges.imports.report import NotATable, Report
from services.pledges.imports.spreadsheet import open_table
from shared.fields.cpr import contains_cpr_shape
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from services.pledges.imports.layout import Layout, SizeLimits
    from services.pledges.imports.spreadsheet import Table

T = TypeVar("T")

BATCH: Final = 500
"""Lines that are judged or written at a time: an import keeps no more of them in memory as pledges or hires."""

Stage: TypeAlias = Literal["checking", "importing"]
Progress: TypeAlias = "Callable[[Stage, int, int | None], None]"
"""Called with the number of lines that are done in a stage, and of all its lines; None where that is not known yet.
Nothing is committed before the end."""


def no_progress(_stage: Stage, _done: int, _total: int | None) -> None:
    """Report progress to nobody."""


async def in_batches(items: Iterator[T], size: int = BATCH) -> AsyncIterator[list[T]]:
    """Return the items in lists of this size. They are made in a thread, so the event loop is not blocked."""
    while batch := await asyncio.to_thread(lambda: list(islice(items, size))):
        yield batch


async def open_list(
    content: bytes, layout: Layout, limits: SizeLimits, *, optional: frozenset[str] = frozenset()
) -> tuple[Table | None, Report]:
    """Return the table in a file, and the report on it without verdicts: the table is None if the report has a problem.

    Args:
        optional: required columns that this file need not have.
    """
    try:
        table = await asyncio.to_thread(open_table, content, layout, limits)
    except NotATable as error:
        return None, Report(problem=_(error.message, **error.parameters))
    report = _report_on(table, layout)
    if problem := _wrong_columns(table, layout, optional):
        return None, replace(report, problem=with_sheet(problem, report))
    return table, report


def _report_on(table: Table, layout: Layout) -> Report:
    """Return a report of what was read, without verdicts. Names that look like a CPR number are left out."""
    return Report(
        ignored_columns=tuple(
            name for name in table.columns if name and layout.meaning(name) is None and not contains_cpr_shape(name)
        ),
        sheet=table.sheet if table.sheet and not contains_cpr_shape(table.sheet) else "",
        other_sheets=tuple("…" if contains_cpr_shape(name) else name for name in table.other_sheets),
    )


def with_sheet(problem: str, report: Report) -> str:
    """Return a problem with the name of the sheet that has it, if the list may be in another one."""
    if not (report.sheet and report.other_sheets):
        return problem
    words = _(
        "The sheet “%(name)s” was read, because it is the first one. If the list is in another sheet, move that to the"
        " front.",
        name=report.sheet,
    )
    return f"{problem} {words}"


def _wrong_columns(table: Table, layout: Layout, optional: frozenset[str]) -> str | None:
    if any(contains_cpr_shape(name) for name in table.columns):
        return _("The name of a column looks like a CPR number; please leave it out.")
    meanings = [column for name in table.columns if (column := layout.meaning(name)) is not None]
    if missing := [name for name in layout.required if name not in meanings and name not in optional]:
        return _("These columns are missing: %(names)s.", names=", ".join(missing))
    if twice := [name for name in layout.columns if meanings.count(name) > 1]:
        return _("Two columns mean the same: %(name)s.", name=twice[0])
    return None
