"""The lines of a file that cannot be imported as a file of the same format, with what is wrong beside them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from services.pledges.imports.judging import may_hold_cpr
from services.pledges.imports.spreadsheet import open_table
from services.pledges.register.domain import name_key
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from services.pledges.imports.layout import Layout, SizeLimits
    from services.pledges.imports.report import Report

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def errors_csv(content: bytes, layout: Layout, report: Report, limits: SizeLimits) -> bytes:
    """Return the refused lines of a file as they are, with two more columns: their number, and what is wrong.

    The file can be corrected and imported; these two columns mean nothing there. Cells with something like a CPR number
    are left empty. CSV as Excel in Denmark opens it: semicolons, UTF-8 with its mark. What begins like a formula is
    shown as text, with an apostrophe that an import leaves out. In the current language.

    Args:
        content: the file.
        report: of the file; only the lines in its `rows` are returned.
        limits: with which the file was read.
    """
    refused = {row.line: row for row in report.rows if row.errors}
    table = open_table(content, layout, limits)
    own = (_("Line"), _("What is wrong"))
    columns = [name for name in table.columns if name and name not in map(name_key, own)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*map(_as_text, columns), *own])
    for line in table.lines:
        row = refused.get(line.number)
        if row is not None:
            cells = [line.cells.get(name, "") for name in columns]
            shown = [
                "" if may_hold_cpr(layout, layout.meaning(name) or name, cell) else _as_text(cell)
                for name, cell in zip(columns, cells, strict=True)
            ]
            wrong = "; ".join(
                f"{error.column}: {error.message}" if error.column else error.message for error in row.errors
            )
            writer.writerow([*shown, row.line, _as_text(wrong)])
    return ("\ufeff" + text.getvalue()).encode()


def _as_text(cell: str) -> str:
    return "'" + cell if cell.startswith(_BEGINS_A_FORMULA) else cell
