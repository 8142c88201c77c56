"""Declares the commands for the meetings of a taskforce."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from deploy.cli.options import Taskforce


def add_to(app: typer.Typer, *, panel: str) -> None:
    """Add the commands to the program, in a panel of its help."""
    app.command(rich_help_panel=panel)(pack)


def pack(
    meeting: Annotated[UUID, typer.Argument(metavar="MEETING", help="The id of the meeting, as in its address.")],
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Where to write the PDF.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Where to write the workbook.")] = None,
    language: Annotated[str | None, typer.Option(metavar="da|en", help="By default Danish.")] = None,
    taskforce: Taskforce = "struer",
) -> None:
    """Fetch the pack of a meeting: agenda, decisions and figures, as PDF and as a workbook.

    Waits while it is made. The same times and the same agenda give the same bytes.

    \b
    tilsagn pack 7807eaaf-2a58-5532-ad69-319df1798113 --pdf pack.pdf
    tilsagn pack 7807eaaf-2a58-5532-ad69-319df1798113 --xlsx pack.xlsx --language en
    """
    from deploy.cli.pack import fetch_pack  # noqa: PLC0415

    fetch_pack(meeting, taskforce=taskforce, pdf=pdf, xlsx=xlsx, language=language)
