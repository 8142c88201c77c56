"""`tilsagn import`: imports pledges or hires from a workbook or a CSV file into the running installation."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from rich.table import Table
from rich.text import Text

from deploy.cli.console import (
    BAD,
    FAILED,
    NOTE,
    OK,
    CommandError,
    print_json,
    progress,
    reporting_change,
    stdout_console,
)
from deploy.cli.installation import Installation, attach
from deploy.cli.taskforces import find_taskforce
from services.pledges.hires.domain import HireEditor
from services.pledges.imports.columns import PLEDGES
from services.pledges.imports.commands import import_pledges
from services.pledges.imports.errors import errors_csv
from services.pledges.imports.hires.columns import HIRES
from services.pledges.imports.hires.commands import import_hires
from services.pledges.imports.layout import OF_COMMAND
from services.pledges.imports.phone_file import is_phone_file
from services.pledges.imports.report import Report, Row
from services.pledges.imports.rescue import import_phone_file
from services.pledges.pledges.domain import Limits, Person
from shared.db.database import Database
from shared.fields.cpr import contains_cpr_shape
from shared.i18n.translations import use_language

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as ProgressBars
    from rich.progress import TaskID

    from services.pledges.imports.layout import Layout
    from services.pledges.imports.reading import Progress, Stage

_ROWS_SHOWN = 40
_LONG: Final = 5_000
"""Rows from which on the time and the memory are printed."""


@dataclass(frozen=True)
class _Kind:
    """What a list is imported as.

    Attributes:
        several: what its new rows become.
    """

    several: str
    layout: Layout


_KINDS: Final = {"pledges": _Kind("pledges", PLEDGES), "hires": _Kind("hires", HIRES)}


def import_file(
    file: Path,
    *,
    of: Literal["pledges", "hires"] = "pledges",
    dry_run: bool,
    taskforce: str,
    as_json: bool,
    errors: Path | None = None,
) -> None:
    """Import the file and print a report.

    Args:
        file: a workbook or CSV, in the format of `services.pledges.imports.columns` or of
            `services.pledges.imports.hires.columns`, or the file of a phone; 50 MB and 200,000 rows at most.
        of: what the rows are.
        dry_run: only report what an import would do.
        taskforce: short name of the taskforce that gets the pledges or hires.
        as_json: print the report as JSON.
        errors: where the rows that cannot be imported are written, in the same format and with the reasons.

    Raises:
        CommandError: the file cannot be read or a row of it cannot be imported; nothing was changed.
    """
    content = _read(file)
    kind = _KINDS[of]
    began = time.monotonic()
    report = asyncio.run(_import(attach(), content, of=of, dry_run=dry_run, taskforce=taskforce))
    effort = _Effort(report.lines, time.monotonic() - began, _peak_memory())
    with reporting_change(f"The {kind.several} were imported") if report.imported else nullcontext():
        if as_json:
            print_json(_as_json(report, dry_run=dry_run) | effort.as_json())
        elif report.problem is None:
            _print(stdout_console(), report, dry_run=dry_run, of=kind.several, effort=effort)
    if report.problem is not None:
        raise CommandError(f"{file.name} cannot be imported: {report.problem}", exit_code=FAILED)
    if not report.ok:
        bad = report.count("refused")
        if errors is not None and not report.of_phone:
            with use_language("en", "pledges"):
                _write(errors, errors_csv(content, kind.layout, report, OF_COMMAND))
            advice = f"mend them in {errors} or in the file, and run it again."
        else:
            advice = "mend them and run it again."
        raise CommandError(
            f"{bad:,} of {report.lines:,} rows cannot be imported, so nothing was: {advice}", exit_code=FAILED
        )


@dataclass(frozen=True)
class _Effort:
    """What an import took.

    Attributes:
        peak: the most memory that this process had, in MB.
    """

    lines: int
    seconds: float
    peak: int

    def as_json(self) -> dict[str, Any]:
        return {"seconds": round(self.seconds, 1), "peak_memory_mb": self.peak}

    def __str__(self) -> str:
        rate = self.lines / max(self.seconds, 0.001)
        return f"{self.lines:,} rows in {self.seconds:,.0f} s ({rate:,.0f} a second), with {self.peak:,} MB of memory."


def _peak_memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In kilobytes, but on macOS in bytes.
    return peak // (1024**2 if sys.platform == "darwin" else 1024)


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CommandError(f"The rows that cannot be imported were not written to {file}: {error.strerror}.") from None


def _read(file: Path) -> bytes:
    if contains_cpr_shape(file.name):
        raise CommandError("The file's name looks like a CPR number: give the file another name.")
    try:
        size = file.stat().st_size
        largest = OF_COMMAND.file_bytes
        if size > largest:
            raise CommandError(
                f"{file.name} has {size / 1024**2:,.0f} MB: split it into files below {largest / 1024**2:,.0f} MB."
            )
        return file.read_bytes()
    except FileNotFoundError:
        raise CommandError(f"There is no file {file}: check its name and folder.") from None
    except IsADirectoryError:
        raise CommandError(f"{file} is a folder: name the file in it.") from None
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None


async def _import(
    installation: Installation, content: bytes, *, of: Literal["pledges", "hires"], dry_run: bool, taskforce: str
) -> Report:
    settings = installation.pledges()
    tenant = await find_taskforce(installation, taskforce)
    database = await Database.connect(settings, name="import")
    try:
        with progress(time_left=True) as bars, use_language("en", "pledges"):
            limits = Limits(positions=settings.positions_max, weekly_hours=settings.weekly_hours_max)
            if of == "hires":
                return await import_hires(
                    database,
                    tenant,
                    content,
                    by=HireEditor(None),
                    dry_run=dry_run,
                    limits=limits,
                    request_key=settings.request_key,
                    size_limits=OF_COMMAND,
                    progress=_shown_in(bars),
                )
            if is_phone_file(content):
                return await import_phone_file(
                    database,
                    tenant,
                    content,
                    by=Person(None),
                    sender="tilsagn import",
                    dry_run=dry_run,
                    limits=limits,
                    request_key=settings.request_key,
                )
            return await import_pledges(
                database,
                tenant,
                content,
                dry_run=dry_run,
                limits=limits,
                request_key=settings.request_key,
                size_limits=OF_COMMAND,
                progress=_shown_in(bars),
            )
    finally:
        await database.close()


def _shown_in(bars: ProgressBars) -> Progress:
    """Return a function that shows each stage as a bar."""
    tasks: dict[Stage, TaskID] = {}

    def show(stage: Stage, done: int, total: int | None) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage.capitalize(), total=total)
        bars.update(tasks[stage], completed=done, total=total)

    return show


def _print(
    console: Console, report: Report, *, dry_run: bool, of: str = "pledges", effort: _Effort | None = None
) -> None:
    # Rows with errors or flags, refused ones first when there are too many; printed in the order of the file.
    notable = [row for row in report.rows if row.errors or row.warnings or row.flags]
    notable.sort(key=lambda row: (row.verdict != "refused", row.line))
    if notable:
        table = Table("Row", "Company", "", "What", box=None, header_style="bold", pad_edge=False)
        for row in sorted(notable[:_ROWS_SHOWN], key=lambda row: row.line):
            errors = [
                Text.assemble((error.column, "bold"), " ", error.message) if error.column else Text(error.message)
                for error in row.errors
            ]
            mark = Text(*(BAD if row.verdict == "refused" else NOTE))
            what = Text("; ").join(errors) if errors else Text(_notes(row))
            table.add_row(str(row.line), row.company or "–", mark, what)
        console.print(table)
        if len(notable) > _ROWS_SHOWN:
            console.print(f"… and {len(notable) - _ROWS_SHOWN:,} more rows: --errors FILE writes those to be mended.")
        console.print()
    if report.other_sheets:
        console.print(f"The sheet {report.sheet or '…'} was read; left out: {', '.join(report.other_sheets)}")
    if report.ignored_columns:
        console.print(f"Columns that mean nothing here: {', '.join(report.ignored_columns)}")
    new, known = report.count("new"), report.count("known")
    positions = f" ({report.new_positions:,} positions)" if of == "pledges" else ""
    if report.imported:
        console.print(Text.assemble(OK, f" {new:,} {of} imported{positions}; {known:,} were here."))
    elif report.ok and dry_run:
        console.print(Text.assemble(OK, f" {new:,} {of} would be imported{positions}; {known:,} are here."))
    if effort is not None and effort.lines >= _LONG:
        console.print(str(effort))


def _notes(row: Row) -> str:
    """Return what should be looked at about a line that is not refused."""
    flagged = [f"taken, and flagged: {', '.join(row.flags)}"] if row.flags else []
    return " ".join([*row.warnings, *flagged])


def _as_json(report: Report, *, dry_run: bool) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "dry_run": dry_run,
        "imported": report.imported,
        "problem": report.problem,
        "new": report.count("new"),
        "known": report.count("known"),
        "refused": report.count("refused"),
        "new_positions": report.new_positions,
        "ignored_columns": list(report.ignored_columns),
        "sheet": report.sheet,
        "other_sheets": list(report.other_sheets),
        "rows": [
            {
                "row": row.line,
                "company": row.company,
                "verdict": row.verdict,
                "pledge_id": str(row.pledge_id) if row.pledge_id else None,
                "hire_id": str(row.hire_id) if row.hire_id else None,
                "positions": row.positions,
                "errors": [{"column": error.column, "message": error.message} for error in row.errors],
                "flags": list(row.flags),
                "warnings": list(row.warnings),
            }
            for row in report.rows
        ],
    }
