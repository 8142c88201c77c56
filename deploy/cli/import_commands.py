"""Declares the commands that import spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import AsJson, Taskforce

Spreadsheet = Annotated[Path, typer.Argument(metavar="FILE", help="An Excel workbook or a CSV file.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what each row would become, and change nothing.")]
ErrorsFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the rows that cannot be imported to a CSV file, with the reasons."),
]


def add_to(import_app: typer.Typer) -> None:
    """Add the commands to the group."""
    import_app.command("pledges")(import_pledges)
    import_app.command("hires")(import_hires)


def import_pledges(
    file: Spreadsheet,
    dry_run: DryRun = False,
    errors: ErrorsFile = None,
    taskforce: Taskforce = "struer",
    as_json: AsJson = False,
) -> None:
    """Import pledges from an Excel workbook or a CSV file: all of its rows, or none.

    Danish Excel's files are understood as they are: .xlsx, or CSV with
    semicolons, decimal comma, dd-mm-åååå, UTF-8 or Windows-1252. Importing the
    same file again makes no doubles.

    \b
    tilsagn import pledges tilsagn.csv --dry-run
    tilsagn import pledges tilsagn.xlsx
    """
    from deploy.cli.imports import import_file  # noqa: PLC0415  (only this command pays for it)

    import_file(file, dry_run=dry_run, taskforce=taskforce, as_json=as_json, errors=errors)


def import_hires(
    file: Spreadsheet,
    dry_run: DryRun = False,
    errors: ErrorsFile = None,
    taskforce: Taskforce = "struer",
    as_json: AsJson = False,
) -> None:
    """Import hires from an Excel workbook or a CSV file: all of its rows, or none.

    One row is one hire, with the steps of its hours ladder beside each other.
    docs/importing-hires.md names the columns. A row with the id of a pledge
    fills the first vacant position of that pledge. Importing the same file
    again makes no doubles.

    \b
    tilsagn import hires ansættelser.csv --dry-run --errors fejl.csv
    tilsagn import hires ansættelser.xlsx
    """
    from deploy.cli.imports import import_file  # noqa: PLC0415  (only this command pays for it)

    import_file(file, of="hires", dry_run=dry_run, taskforce=taskforce, as_json=as_json, errors=errors)
