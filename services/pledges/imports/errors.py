"""The errors of an import as a file, to be read beside the spreadsheet that has to be corrected."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from services.pledges.imports.report import Report

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def errors_csv(report: Report) -> bytes:
    """Return each error of the refused lines, in the file's order: line, company, column, what is wrong.

    CSV as Excel in Denmark opens it: semicolons, UTF-8 with its mark. What begins like a formula is shown as text.
    In the current language.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Line"), _("Company"), _("Column"), _("What is wrong")])
    for row in report.rows:
        for error in row.errors:
            writer.writerow([row.line, _as_text(row.company), _as_text(error.column), _as_text(error.message)])
    return ("\ufeff" + text.getvalue()).encode()


def _as_text(cell: str) -> str:
    return "'" + cell if cell.startswith(_BEGINS_A_FORMULA) else cell
