"""What the pages of imports share: the file that was chosen, the one that is carried back, and downloads."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import TYPE_CHECKING, Final

from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.pledges.imports.errors import errors_csv
from services.pledges.imports.layout import OF_PAGE
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _
from shared.ui.forms import misnamed_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import FormData

    from services.pledges.imports.layout import Layout, SizeLimits
    from services.pledges.imports.report import Report, Row

_MAX_ROWS_SHOWN: Final = 300


async def chosen_file(posted: FormData) -> bytes | str:
    """Return the file that was carried back or chosen, or what is wrong with the choice."""
    upload = posted.get("file")
    if posted.get("carried"):
        return carried_back(posted)
    if not isinstance(upload, UploadFile) or not upload.filename:
        return _("Choose a file.")
    if misnamed := misnamed_file(upload):
        return misnamed
    return await upload.read()


def carried(content: bytes) -> str:
    """Return a file as a hidden field. It is not stored between the dry run and the import."""
    return base64.urlsafe_b64encode(content).decode()


def carried_back(posted: FormData) -> bytes:
    """Return the file in the hidden field `carried`. Raises `Problem` 400 if it is none."""
    try:
        return base64.b64decode(str(posted.get("carried", "")), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Problem(400) from None


def empty_file(columns: Sequence[str], name: str) -> Response:
    """Return an empty file with these columns, for a Danish Excel."""
    return _csv(("\ufeff" + ";".join(columns) + "\r\n").encode(), name)


async def errors_response(content: bytes, layout: Layout, report: Report, limits: SizeLimits = OF_PAGE) -> Response:
    """Return the lines of a file that have to be corrected, as a file for Excel."""
    return _csv(await asyncio.to_thread(errors_csv, content, layout, report, limits), _("import-errors.csv"))


def rows_to_show(report: Report | None) -> tuple[list[Row], int]:
    """Return the verdicts that a page shows, and how many more there are.

    Lines with errors, then lines with flags or warnings, are selected before the others; the selected lines are shown
    in the order of the file.
    """
    if report is None:
        return [], 0
    by_severity = sorted(
        report.rows, key=lambda row: (row.verdict != "refused", not (row.warnings or row.flags), row.line)
    )
    rows = sorted(by_severity[:_MAX_ROWS_SHOWN], key=lambda row: row.line)
    return rows, len(by_severity) - len(rows)


def _csv(content: bytes, name: str) -> Response:
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
